import { monotonicMs } from '../../support/clock.js';

/** Longer between two looks, and it was the one who looks that stood still. */
const MOST_BETWEEN_LOOKS_MS = 1_000;

/**
 * For how long a claim was seen to give no sign of life, by the clock of the one who looks: what the
 * times of the file say is never compared with any clock, only with what they said before.
 */
export class Silence {
  #number: bigint | undefined;
  #beat: number | undefined;
  #lookedMs = 0;
  #silentMs = 0;

  /** @param beat when the file was touched, by whatever clock; undefined where nobody saw it */
  look(number: bigint, beat: number | undefined): number {
    const nowMs = monotonicMs();
    if (beat === undefined || number !== this.#number || beat !== this.#beat) {
      this.#number = number;
      this.#beat = beat;
      this.#silentMs = 0;
    } else {
      this.#silentMs += Math.min(nowMs - this.#lookedMs, MOST_BETWEEN_LOOKS_MS);
    }
    this.#lookedMs = nowMs;
    return this.#silentMs;
  }
}
