import { monotonicMs } from '../../support/clock.js';
import { Countdown } from '../../support/countdown.js';

/** A timer that comes later than this tells that the whole process stood still, not the run. */
const STALL_MS = 1_000;

/** How far past its due time a countdown came, when that means that the process stood still. */
export function stalledMs(dueAtMs: number, nowMs: number): number {
  const lateMs = nowMs - dueAtMs;
  return lateMs > STALL_MS ? lateMs : 0;
}

/**
 * A countdown for work that needs the process to run: where that stood still, the work gets as much
 * again as it has lost, at most `mostMs` in all, since the work itself may be what keeps the process.
 */
export class Patience {
  #spareMs: number;
  readonly #onDue: () => void;
  #countdown: Countdown<undefined>;

  constructor(dueAtMs: number, mostMs: number, onDue: () => void) {
    this.#spareMs = mostMs;
    this.#onDue = onDue;
    this.#countdown = this.#start(dueAtMs);
  }

  stop(): void {
    this.#countdown.stop();
  }

  #start(dueAtMs: number): Countdown<undefined> {
    return new Countdown(dueAtMs, undefined, this.#check, false);
  }

  readonly #check = (): void => {
    const nowMs = monotonicMs();
    const lostMs = stalledMs(this.#countdown.dueAtMs, nowMs);
    const backMs = Math.min(lostMs, this.#spareMs);
    this.#spareMs -= backMs;
    if (backMs > 0) this.#countdown = this.#start(nowMs + backMs);
    else this.#onDue();
  };
}
