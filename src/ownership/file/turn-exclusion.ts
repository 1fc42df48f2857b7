import { Semaphore, type SemaphoreInterface } from 'async-mutex';

/**
 * The mutex that contended turns of one file run inside.
 *
 * The queue decides who is next; the mutex only follows. It has at most one outstanding
 * `acquire()`, which belongs to whomever the queue named last: async-mutex cannot remove a waiter,
 * so nobody who might give up ever waits in it.
 *
 * async-mutex's `Mutex` is its `Semaphore` of one behind another promise; at a grant each counts.
 */
export class TurnExclusion {
  readonly #mutex = new Semaphore(1);
  /** Ends the turn that is inside. */
  #release: SemaphoreInterface.Releaser | undefined;
  /** What the turn that is about to come in will do first; set while an `acquire` is outstanding. */
  #entered: (() => void) | undefined;

  /** Puts a turn inside that began while nobody else wanted the file. */
  engage(): void {
    if (this.#release === undefined) this.enter(NOTHING);
  }

  /** Calls `entered` once the turn is inside, or has ended before it came in. */
  enter(entered: () => void): void {
    const left = this.#entered;
    this.#entered = entered;
    if (left) left();
    else void this.#mutex.acquire().then(this.#comeIn);
  }

  /** Ends the present turn; one that never came in leaves its place to the next `enter`. */
  leave(): void {
    const left = this.#entered;
    if (left) this.#entered = this.#comeOut;
    (left ?? this.#comeOut)();
  }

  readonly #comeIn = ([, release]: [number, SemaphoreInterface.Releaser]): void => {
    const entered = this.#entered;
    this.#release = release;
    this.#entered = undefined;
    entered?.();
  };

  readonly #comeOut = (): void => {
    const release = this.#release;
    this.#release = undefined;
    release?.();
  };
}

function NOTHING(): void {
  // The turn is under way already.
}
