import type { Finding, Health } from './classify.js';

interface Warned {
  readonly health: Health;
  readonly sinceMs: number;
  readonly atMs: number;
}

/**
 * When a session that looks the same as before is worth another word: when it has lasted twice as
 * long as at the time before, and not before another `warnAfterMs`. What gets worse is told at
 * once.
 */
export class Warnings {
  readonly #last = new WeakMap<object, Warned>();
  readonly #warnAfterMs: number;

  constructor(warnAfterMs: number) {
    this.#warnAfterMs = warnAfterMs;
  }

  /** Whether it is told now; then the next time is later. */
  isDue(subject: object, { health, sinceMs }: Finding, nowMs: number): boolean {
    const last = this.#last.get(subject);
    const isSame = last?.health === health && last.sinceMs === sinceMs;
    if (isSame && nowMs < this.#nextMs(last)) return false;
    this.#last.set(subject, { health, sinceMs, atMs: nowMs });
    return true;
  }

  #nextMs({ atMs, sinceMs }: Warned): number {
    return Math.max(atMs + this.#warnAfterMs, sinceMs + 2 * (atMs - sinceMs));
  }
}
