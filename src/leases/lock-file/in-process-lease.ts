import type { Lease } from '../provider.js';

/** Where no lock can be written, and its user has said that nobody else is there. */
export class InProcessLease implements Lease {
  readonly fencingToken: bigint;
  /** Why no lock could be written. */
  readonly unprotected: Error;
  #isHeld = true;
  readonly #gone: () => void;

  constructor(fencingToken: bigint, unprotected: Error, gone: () => void) {
    this.fencingToken = fencingToken;
    this.unprotected = unprotected;
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
