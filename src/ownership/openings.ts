import { AsyncLocalStorage } from 'node:async_hooks';
import { DeadlockError, OwnerWaitAbortedError } from '../errors.js';

/** The keys whose creation the present code runs inside of. */
interface Inside {
  readonly sessionKey: string;
  readonly outer: Inside | undefined;
}

/**
 * Single flights: callers that open the same session at the same time share one creation. The
 * result is not kept; the next call creates again.
 */
export class Openings {
  readonly #running = new Map<string, Promise<unknown>>();
  readonly #inside = new AsyncLocalStorage<Inside>();

  get size(): number {
    return this.#running.size;
  }

  open<T>(
    sessionKey: string,
    create: () => T | Promise<T>,
    signal: AbortSignal | undefined,
  ): Promise<T> {
    this.#checkNotInside(sessionKey);
    if (signal?.aborted === true) return Promise.reject(aborted(sessionKey, signal));
    const running = this.#running.get(sessionKey) ?? this.#start(sessionKey, create);
    return leaveOnAbort(running as Promise<T>, sessionKey, signal);
  }

  #start(sessionKey: string, create: () => unknown): Promise<unknown> {
    const inside = { sessionKey, outer: this.#inside.getStore() };
    const running = Promise.resolve()
      .then(() => this.#inside.run(inside, create))
      .finally(() => {
        if (this.#running.get(sessionKey) === running) this.#running.delete(sessionKey);
      });
    this.#running.set(sessionKey, running);
    return running;
  }

  #checkNotInside(sessionKey: string): void {
    if (!this.#running.has(sessionKey)) return;
    for (let at = this.#inside.getStore(); at !== undefined; at = at.outer) {
      if (at.sessionKey !== sessionKey) continue;
      throw new DeadlockError({
        sessionFile: '',
        subject: `session ${JSON.stringify(sessionKey)} to be opened`,
        chain: [],
        waysOut: ['use what is being created instead of opening it again inside its own creation'],
      });
    }
  }
}

function aborted(sessionKey: string, signal: AbortSignal): OwnerWaitAbortedError {
  const subject = `session ${JSON.stringify(sessionKey)} to be opened`;
  return new OwnerWaitAbortedError({ sessionFile: '', subject, cause: signal.reason });
}

/** The caller stops waiting when its signal fires; the creation goes on for the others. */
async function leaveOnAbort<T>(
  running: Promise<T>,
  sessionKey: string,
  signal: AbortSignal | undefined,
): Promise<T> {
  if (signal === undefined) return await running;
  let leave: (() => void) | undefined;
  const left = new Promise<never>((_, reject) => {
    leave = (): void => {
      reject(aborted(sessionKey, signal));
    };
    signal.addEventListener('abort', leave, { once: true });
  });
  try {
    return await Promise.race([running, left]);
  } finally {
    if (leave) signal.removeEventListener('abort', leave);
  }
}
