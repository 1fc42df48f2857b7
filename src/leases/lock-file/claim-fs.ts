import type { Ledger } from './ledger.js';

type Done<T = void> = (error: NodeJS.ErrnoException | null, value?: T) => void;

/** What becomes of one claim. */
export interface ClaimSteps {
  /** One attempt to become the holder; undefined where somebody else is. */
  follow(): bigint | undefined;
  giveBack(number: bigint): void;
  /** The process ends while it holds it. */
  abandon(number: bigint): void;
  /** The heartbeat has found that somebody followed it. */
  lost(): void;
}

/**
 * The file system that proper-lockfile is given for one claim. It believes to make, touch and remove
 * a folder; what really happens concerns exactly this claim and never that of a successor:
 *
 * - `mkdir` follows the claim before, or says that it is held;
 * - `stat` and `utimes` are the heartbeat, and say ENOENT once somebody followed this claim;
 * - `rmdir` gives this claim back, `rmdirSync` does so when the process ends in the middle of it.
 */
export class ClaimFs {
  readonly #ledger: Ledger;
  readonly #steps: ClaimSteps;
  #number: bigint | undefined;
  #mtime = new Date();

  constructor(ledger: Ledger, steps: ClaimSteps) {
    this.#ledger = ledger;
    this.#steps = steps;
  }

  /** Set once the claim is ours. */
  get number(): bigint | undefined {
    return this.#number;
  }

  mkdir(_path: string, done: Done): void {
    answer(done, () => {
      this.#number = this.#steps.follow();
      if (this.#number === undefined) throw systemError('EEXIST', 'the lock is held');
    });
  }

  stat(_path: string, done: Done<{ mtime: Date }>): void {
    answer(done, () => {
      if (this.#number !== undefined) this.#checkHeld(this.#number);
      return { mtime: this.#mtime };
    });
  }

  utimes(_path: string, _atime: Date, mtime: Date, done: Done): void {
    answer(done, () => {
      if (this.#number !== undefined) this.#ledger.beat(this.#number, mtime);
      this.#mtime = mtime;
    });
  }

  rmdir(_path: string, done: Done): void {
    answer(done, () => {
      if (this.#number !== undefined) this.#steps.giveBack(this.#number);
    });
  }

  rmdirSync(_path: string): void {
    if (this.#number !== undefined) this.#steps.abandon(this.#number);
  }

  #checkHeld(number: bigint): void {
    if (!this.#ledger.isHeld(number)) throw systemError('ENOENT', 'the lock was taken over');
  }
}

/** Asynchronous, as its caller expects, though the work is done at once. */
function answer<T>(done: Done<T>, work: () => T): void {
  let value: T;
  try {
    value = work();
  } catch (error) {
    queueMicrotask(() => {
      done(error as NodeJS.ErrnoException);
    });
    return;
  }
  queueMicrotask(() => {
    done(null, value);
  });
}

function systemError(code: string, message: string): NodeJS.ErrnoException {
  return Object.assign(new Error(`${code}: ${message}`), { code });
}
