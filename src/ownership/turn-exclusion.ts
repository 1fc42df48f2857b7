import { Mutex, type MutexInterface } from 'async-mutex';

type Turn = Promise<MutexInterface.Releaser>;

/**
 * The mutex that contended turns of one file run inside.
 *
 * The queue decides who is next; the mutex only follows. It has at most one outstanding
 * `acquire()`, which belongs to whomever the queue named last: async-mutex cannot remove a waiter,
 * so nobody who might give up ever waits in it.
 */
export class TurnExclusion {
  readonly #mutex = new Mutex();
  /** The present turn, or the one that is about to come in. */
  #turn: Turn | undefined;
  /** Set while a turn was asked for and is not inside yet. */
  #entered: (() => void) | undefined;

  /** Puts a turn inside that began while nobody else wanted the file. */
  engage(): void {
    if (this.#entered !== undefined) this.#entered = () => undefined;
    this.#turn ??= this.#mutex.acquire();
  }

  /** Calls `entered` once the turn is inside. */
  enter(entered: () => void): void {
    const isOutstanding = this.#entered !== undefined;
    this.#entered = entered;
    if (isOutstanding) return;
    this.#turn = this.#mutex.acquire();
    void this.#turn.then(() => {
      const call = this.#entered;
      this.#entered = undefined;
      call?.();
    });
  }

  /** Ends the present turn; one that never came in leaves its place to the next `enter`. */
  leave(): void {
    if (this.#entered !== undefined) {
      this.#entered = () => {
        this.leave();
      };
      return;
    }
    void this.#turn?.then((release) => {
      release();
    });
    this.#turn = undefined;
  }
}
