import type { RunInterruptedError } from '../../errors/run-errors.js';
import { wallMsOf } from '../../support/clock.js';
import type { Countdown } from '../../support/countdown.js';
import type { Stopping } from '../../types.js';
import type { RunRecord } from './run-record.js';

/** The signal of the run has fired: why, and what its users see as the reason. */
export interface Firing {
  readonly reason: RunInterruptedError;
  readonly firedMs: number;
  /** What is seen of it; worked out at the first look, anew when the countdown has changed. */
  seen?: { readonly countdown: Countdown<RunRecord>; readonly stopping: Stopping };
  /** Until the run is revoked. */
  countdown: Countdown<RunRecord>;
  /** How much of it can be given back where the process stands still: at most once what it was. */
  spareMs: number;
}

/** What can be seen of it. */
export function stoppingOf(firing: Firing): Stopping {
  const { reason, firedMs, countdown, seen } = firing;
  if (seen?.countdown === countdown) return seen.stopping;
  const { dueAtMs } = countdown;
  const facts = { why: reason.why, atMs: wallMsOf(firedMs) };
  const stopping = Object.freeze(
    dueAtMs === Infinity ? facts : { ...facts, dueAtMs: wallMsOf(dueAtMs) },
  );
  firing.seen = { countdown, stopping };
  return stopping;
}
