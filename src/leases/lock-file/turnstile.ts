import { monotonicMs } from '../../support/clock.js';
import type { Ledger } from './ledger.js';
import { marksOfOthers } from './look.js';
import { Silence } from './silence.js';

/** How long whoever gave a file back leaves it to those who waited. */
const AFTER_YOU_MS = 300;

/** A file that this thread gave back while others waited for it. */
interface GivenBack {
  readonly number: bigint;
  readonly untilMs: number;
}

/**
 * What a provider remembers of the files that it waits for. It keeps a thread that wants a file again and again from passing by those of other processes, who
 * hear of a free file only a moment later. Whoever did not take the chance gets no second one.
 */
export class Turnstile {
  /** The marks of this thread's own waits. */
  readonly own: Set<string> = new Set();
  readonly #givenBack = new Map<string, GivenBack>();
  readonly #silences = new Map<string, Silence>();
  readonly #asleep = new Set<string>();

  /** Of the claim in this folder, over all waits and all asks for now or never. */
  silenceOf(folder: string): Silence {
    let silence = this.#silences.get(folder);
    if (silence === undefined) this.#silences.set(folder, (silence = new Silence()));
    return silence;
  }

  forgetSilence(folder: string): void {
    this.#silences.delete(folder);
  }

  isWanted(ledger: Ledger): boolean {
    try {
      return marksOfOthers(ledger, this.own).some((name) => !this.#asleep.has(name));
    } catch {
      return false;
    }
  }

  /** A claim was given back. */
  noteGivenBack(ledger: Ledger, number: bigint): void {
    const nowMs = monotonicMs();
    for (const [folder, { untilMs }] of this.#givenBack) {
      if (untilMs <= nowMs) this.#givenBack.delete(folder);
    }
    if (!this.isWanted(ledger)) return;
    this.#givenBack.set(ledger.folder, { number, untilMs: nowMs + AFTER_YOU_MS });
  }

  /** Whether the claim that was given back is left to somebody else for now. */
  mustLeave(ledger: Ledger, last: bigint | undefined): boolean {
    const { folder } = ledger;
    const givenBack = this.#givenBack.get(folder);
    if (givenBack === undefined) return false;
    const isOver = monotonicMs() >= givenBack.untilMs;
    if (givenBack.number === last && !isOver && this.isWanted(ledger)) return true;
    this.#givenBack.delete(folder);
    if (givenBack.number === last && isOver) {
      for (const name of marksOfOthers(ledger, this.own)) this.#asleep.add(name);
    } else this.#asleep.clear();
    return false;
  }
}
