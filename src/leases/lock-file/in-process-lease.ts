import type { Lease } from '../provider.js';

let last = 0n;

/** Where no lock can be written, and its user has said that nobody else is there. */
export class InProcessLease implements Lease {
  readonly fencingToken: bigint = (last += 1n);
  #isHeld = true;
  readonly #gone: () => void;

  constructor(gone: () => void) {
    this.#gone = gone;
  }

  isHeld(): boolean {
    return this.#isHeld;
  }

  isWanted(): boolean {
    return false;
  }

  async update(): Promise<void> {
    // There is nowhere to say it.
  }

  async release(): Promise<void> {
    this.#isHeld = false;
    this.#gone();
  }
}
