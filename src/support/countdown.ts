import { monotonicMs } from './clock.js';

/** The longest delay that the host's timers take; longer ones are chained. */
const LONGEST_MS = 2 ** 31 - 1;

/**
 * Calls `onDue(subject)` once the monotonic clock reaches `dueAtMs`: never early, at most one timer
 * at a time, none at all for `Infinity`.
 */
export class Countdown<T> {
  readonly dueAtMs: number;
  readonly #subject: T;
  readonly #onDue: (subject: T) => void;
  readonly #keepsAlive: boolean;
  #timer: NodeJS.Timeout | undefined;

  /** @param keepsAlive whether the process must not end while this runs */
  constructor(dueAtMs: number, subject: T, onDue: (subject: T) => void, keepsAlive: boolean) {
    this.dueAtMs = dueAtMs;
    this.#subject = subject;
    this.#onDue = onDue;
    this.#keepsAlive = keepsAlive;
    this.#arm(dueAtMs - monotonicMs());
  }

  stop(): void {
    if (this.#timer !== undefined) clearTimeout(this.#timer);
    this.#timer = undefined;
  }

  #arm(leftMs: number): void {
    if (leftMs === Infinity) return;
    const delayMs = Math.min(Math.max(Math.ceil(leftMs), 0), LONGEST_MS);
    this.#timer = setTimeout(Countdown.#fire, delayMs, this);
    if (!this.#keepsAlive) this.#timer.unref();
  }

  static #fire<T>(countdown: Countdown<T>): void {
    countdown.#timer = undefined;
    const leftMs = countdown.dueAtMs - monotonicMs();
    if (leftMs > 0) countdown.#arm(leftMs);
    else countdown.#onDue(countdown.#subject);
  }
}
