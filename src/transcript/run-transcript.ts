import type { WriteProgress } from '../errors/takeover-error.js';
import { checkOutside } from '../ownership/table/run-guards.js';
import type { RunRecord } from '../ownership/run/run-record.js';
import { checkFunction } from '../support/checks.js';
import type { GuestWrite } from '../types.js';
import { append } from './append.js';
import { encodeLines, encodeRecords } from './encode.js';
import { ioPathOf, type Pen, READ } from './pen.js';
import { perform } from './perform.js';
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
  readonly #record: RunRecord;
  readonly #pen: () => Pen;
  readonly #penSoFar: () => Pen | undefined;

  /**
   * @param pen of the run, where the handle may still be used; throws where it may not
   * @param penSoFar the same for a look, which never throws; undefined where nothing was used yet
   */
  constructor(record: RunRecord, pen: () => Pen, penSoFar: () => Pen | undefined) {
    this.#record = record;
    this.#pen = pen;
    this.#penSoFar = penSoFar;
  }

  get path(): string {
    return ioPathOf(this.#record);
  }

  get startBytes(): number {
    return this.#record.startBytes;
  }

  get writes(): WriteProgress {
    return this.#penSoFar()?.writes ?? { count: 0, bytes: 0, endBytes: this.startBytes };
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
    checkOutside(pen.table.state, pen.record, 'rotate');
    const file = await resolveNext(pen, next);
    await this.#perform('rotate', (use) => rotate(use, file));
  }

  dropTornTail(): Promise<Buffer> {
    return this.#perform('drop the torn tail', dropTornTail);
  }

  async write<T>(section: (path: string) => T | Promise<T>): Promise<T> {
    checkFunction('section', section);
    return await this.#perform('write', (use) => wrap(use, section));
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
    return this.#penSoFar()?.guestWrites.take() ?? [];
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
      return perform(pen, action, (section) => work({ pen, section, isGuest: false }));
    } catch (error) {
      return Promise.reject(error);
    }
  }
}
