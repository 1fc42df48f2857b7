import type { WriteProgress } from '../errors/transcript-errors.js';
import { insideSection } from '../ownership/refusals.js';
import { openSectionOf, type Section } from '../ownership/section.js';
import { checkFunction } from '../support/checks.js';
import type { GuestWrite } from '../types.js';
import { append } from './append.js';
import { encodeLines, encodeRecords } from './encode.js';
import { type Pen, READ } from './pen.js';
import { enqueue, type QueuedWrite } from './queued-writes.js';
import { read } from './read.js';
import { parseRecords, type Records } from './records.js';
import { rewrite, type Update } from './rewrite.js';
import { resolveNext, rotate } from './rotate.js';
import type { Steps } from './steps.js';
import { dropTornTail } from './torn-tail.js';
import type { Transcript } from './transcript.js';
import type { Use } from './use.js';
import { wrap, wrapNow } from './wrapped.js';

/** The transcript as the owner of the file, or a handle that joined it, has it. */
export class RunTranscript implements Transcript {
  readonly #pen: () => Pen;

  /** @param pen of the run, where the handle may still be used; throws where it may not */
  constructor(pen: () => Pen) {
    this.#pen = pen;
  }

  get path(): string {
    return this.#pen().path;
  }

  get startBytes(): number {
    return this.#pen().record.startBytes;
  }

  get writes(): WriteProgress {
    return this.#pen().writes;
  }

  append(...records: readonly unknown[]): Promise<void> {
    return this.#append(() => encodeRecords(records));
  }

  appendLines(...lines: readonly string[]): Promise<void> {
    return this.#append(() => encodeLines(lines));
  }

  read(): Promise<Buffer> {
    return this.#perform(READ, read);
  }

  async readRecords(): Promise<Records> {
    return parseRecords(await this.read());
  }

  async rewrite(update: Update): Promise<void> {
    checkFunction('update', update);
    await this.#perform('rewrite', (use) => rewrite(use, update));
  }

  async rotate(next: string | URL): Promise<void> {
    const pen = this.#pen();
    checkOutside(pen, 'rotate');
    const file = await resolveNext(pen, next);
    await this.#perform('rotate', (use) => rotate(use, file));
  }

  dropTornTail(): Promise<Buffer> {
    return this.#perform('drop the torn tail', dropTornTail);
  }

  async write<T>(section: (path: string) => T | Promise<T>): Promise<T> {
    checkFunction('section', section);
    return await this.#perform('a wrapped write', (use) => wrap(use, section));
  }

  writeSync<T>(section: (path: string) => T): T {
    checkFunction('section', section);
    return wrapNow(this.#pen(), section);
  }

  enqueue(write: QueuedWrite): Promise<void> {
    try {
      checkFunction('write', write);
      return enqueue(this.#pen(), write);
    } catch (error) {
      return Promise.reject(error);
    }
  }

  takeGuestWrites(): readonly GuestWrite[] {
    return this.#pen().takeGuestWrites();
  }

  #append(encode: () => Buffer): Promise<void> {
    try {
      const lines = encode();
      return this.#perform('append', (use) => append(use, lines));
    } catch (error) {
      return Promise.reject(error);
    }
  }

  #perform<T>(action: string, work: (use: Use) => Steps<T>): Promise<T> {
    try {
      const pen = this.#pen();
      return pen.perform(action, (section) => work({ pen, section, isGuest: false }));
    } catch (error) {
      return Promise.reject(error);
    }
  }
}

/**
 * What waits for a turn, a window or another file cannot begin while a section is open around it.
 *
 * @throws DeadlockError
 */
export function checkOutside(pen: Pen, action: string): void {
  const section: Section | undefined = openSectionOf(pen.table.state.ambient.getStore());
  if (section?.gate === pen.gate) throw insideSection(pen.record, action, section);
}
