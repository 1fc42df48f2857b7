import { monotonicMs } from '../support/clock.js';
import { Countdown } from '../support/countdown.js';

export interface WaitOptions {
  /** @defaultValue no limit */
  readonly waitMs?: number | undefined;
  /** Ends the wait, not the run: the answer is then false. */
  readonly signal?: AbortSignal | undefined;
}

/** Waits for what `subscribe` reports, to the deadline or the signal, and leaves nothing behind. */
export function untilTold(
  { waitMs = Infinity, signal }: WaitOptions,
  subscribe: (tell: () => void) => () => unknown,
): Promise<boolean> {
  if (signal?.aborted === true || waitMs === 0) return Promise.resolve(false);
  return new Promise((resolve) => {
    const finish = (isTold: boolean): void => {
      deadline?.stop();
      signal?.removeEventListener('abort', giveUp);
      unsubscribe();
      resolve(isTold);
    };
    const giveUp = (): void => {
      finish(false);
    };
    const unsubscribe = subscribe(() => {
      finish(true);
    });
    const deadline =
      waitMs === Infinity
        ? undefined
        : new Countdown(monotonicMs() + waitMs, undefined, giveUp, true);
    signal?.addEventListener('abort', giveUp, { once: true });
  });
}
