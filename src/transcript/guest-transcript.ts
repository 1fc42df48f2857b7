import { endedError } from '../ownership/table/run-guards.js';
import { insideSection } from '../ownership/table/refusals.js';
import { append } from './append.js';
import { encodeLines, encodeRecords } from './encode.js';
import { begin } from './steps.js';
import type { GuestTranscript } from './transcript.js';
import type { Use } from './use.js';

const DONE: Promise<void> = Promise.resolve();

/** Writes into one section that is open already; worth nothing once that has ended. */
export class SectionTranscript implements GuestTranscript {
  readonly #use: () => Use;
  #isOver = false;

  /** @param use the present way to the bytes: a guest may outlast the owner that let it in */
  constructor(use: () => Use) {
    this.#use = use;
  }

  /** The write that it was made for has ended, whatever of the section around goes on. */
  end(): void {
    this.#isOver = true;
  }

  append(...records: readonly unknown[]): Promise<void> {
    return this.#write(() => encodeRecords(records));
  }

  appendLines(...lines: readonly string[]): Promise<void> {
    return this.#write(() => encodeLines(lines));
  }

  #write(encode: () => Buffer): Promise<void> {
    try {
      const use = this.#use();
      const { section, pen } = use;
      if (this.#isOver || !section.isOpen) {
        throw section.expelledBy ?? endedError(section.record, 'append');
      }
      if (section.isFixed) throw insideSection(pen.record, 'append', section);
      const progress = begin(append(use, encode()));
      return 'later' in progress ? held(use, progress.later) : DONE;
    } catch (error) {
      return Promise.reject(error);
    }
  }
}

/** The section stays open until a write in it has settled, awaited or not. */
async function held({ section }: Use, later: Promise<void>): Promise<void> {
  section.enter();
  try {
    await later;
  } finally {
    section.leave();
  }
}
