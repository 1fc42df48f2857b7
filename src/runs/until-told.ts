import type { CallerSignals } from '../ownership/stopping/caller-signals.js';
import { checkDuration, checkObject, checkSignal } from '../support/checks.js';
import { monotonicMs } from '../support/clock.js';
import { Countdown } from '../support/countdown.js';

export interface WaitOptions {
  /** 0 only looks. @defaultValue no limit */
  readonly waitMs?: number | undefined;
  /** Ends the wait, not the run: the answer is then false. */
  readonly signal?: AbortSignal | undefined;
}

/** @throws TypeError, RangeError */
export function checkWait(options: WaitOptions): void {
  checkObject('options', options);
  const { waitMs, signal } = options;
  if (waitMs !== undefined) checkDuration('waitMs', waitMs);
  if (signal !== undefined) checkSignal('signal', signal);
}

/**
 * Waits for what `subscribe` reports, to the deadline or the signal, and leaves nothing behind.
 * False where the wait ended first.
 */
export function untilTold(
  signals: CallerSignals,
  { waitMs = Infinity, signal }: WaitOptions,
  subscribe: (tell: () => void, giveUp: () => void) => () => unknown,
): Promise<boolean> {
  if (signal?.aborted === true) return Promise.resolve(false);
  return new Promise((resolve) => {
    const finish = (isTold: boolean): void => {
      deadline.stop();
      if (signal) signals.unwatch(signal, finish);
      unsubscribe();
      resolve(isTold);
    };
    const giveUp = (): void => {
      finish(false);
    };
    const unsubscribe = subscribe(() => {
      finish(true);
    }, giveUp);
    const deadline = new Countdown(monotonicMs() + waitMs, undefined, giveUp, true);
    if (signal) signals.watch(signal, finish, giveUp);
  });
}
