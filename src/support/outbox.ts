/**
 * Calls into code of users (listeners, loggers, abort signals), kept back until the state that they
 * may look at is consistent, then made in order. A call may cause more; they come after it.
 */
export class Outbox {
  #calls: (() => void)[] = [];
  #isFlushing = false;
  readonly #outside: (calls: () => void) => void;

  /** @param outside makes the calls in nobody's context, whoever has caused them */
  constructor(
    outside = (calls: () => void): void => {
      calls();
    },
  ) {
    this.#outside = outside;
  }

  push(call: () => void): void {
    this.#calls.push(call);
  }

  pushAll(calls: Iterable<() => void>): void {
    for (const call of calls) this.#calls.push(call);
  }

  /** Every synchronous step on shared state ends with this. */
  flush(): void {
    if (this.#isFlushing || this.#calls.length === 0) return;
    this.#isFlushing = true;
    this.#outside(this.#callAll);
  }

  readonly #callAll = (): void => {
    const errors: unknown[] = [];
    while (this.#calls.length > 0) {
      const calls = this.#calls;
      this.#calls = [];
      for (const call of calls) {
        try {
          call();
        } catch (error) {
          errors.push(error);
        }
      }
    }
    this.#isFlushing = false;
    // One that fails keeps nobody else from being told.
    if (errors.length > 0) throw errors[0];
  };
}
