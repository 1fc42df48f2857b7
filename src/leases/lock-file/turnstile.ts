import { monotonicMs } from '../../support/clock.js';
import type { Ledger } from './ledger.js';
import { marksOfOthers } from './look.js';
import { Silence } from './silence.js';

/** How long whoever gave a file back leaves it to those who waited. */
const AFTER_YOU_MS = 300;

/** For so long whoever did not take it is not waited for again. */
const ASLEEP_MS = 10_000;
/** So many claims are watched for silence at once. */
const MOST_SILENCES = 1_000;

/** A file that this thread gave back while others waited for it. */
interface GivenBack {
  readonly number: bigint;
  readonly untilMs: number;
}

/**
 * What a provider remembers of the files that it waits for. It keeps a thread that wants a file again and again from passing by those of other processes, who
 * hear of a free file only a moment later. Whoever did not take the chance is passed by for a while.
 */
export class Turnstile {
  /** The marks of this thread's own waits. */
  readonly own: Set<string> = new Set();
  readonly #givenBack = new Map<string, GivenBack>();
  readonly #silences = new Map<string, Silence>();
  /** Marks of those who did not take their chance -> until when they are passed by. */
  readonly #asleep = new Map<string, number>();

  /** Of the claim in this folder, over all waits and all asks for now or never. */
  silenceOf(folder: string): Silence {
    let silence = this.#silences.get(folder);
    if (silence !== undefined) return silence;
    silence = new Silence();
    this.#silences.set(folder, silence);
    const [oldest] = this.#silences.keys();
    if (this.#silences.size > MOST_SILENCES && oldest !== undefined) this.#silences.delete(oldest);
    return silence;
  }

  forgetSilence(folder: string): void {
    this.#silences.delete(folder);
  }

  isWanted(ledger: Ledger): boolean {
    try {
      return marksOfOthers(ledger, this.own).some((name) => !this.#isAsleep(name));
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
      const untilMs = monotonicMs() + ASLEEP_MS;
      for (const name of marksOfOthers(ledger, this.own)) this.#asleep.set(name, untilMs);
    }
    return false;
  }

  #isAsleep(name: string): boolean {
    const nowMs = monotonicMs();
    for (const [mark, untilMs] of this.#asleep) if (untilMs <= nowMs) this.#asleep.delete(mark);
    return this.#asleep.has(name);
  }
}
