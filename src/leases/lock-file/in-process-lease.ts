import type { Lease } from '../provider.js';

/** Where no lock can be written, and its user has said that nobody else is there. */
export class InProcessLease implements Lease {
  readonly fencingToken: bigint;
  #isHeld = true;
  readonly #gone: () => void;

  constructor(fencingToken: bigint, gone: () => void) {
    this.fencingToken = fencingToken;
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
