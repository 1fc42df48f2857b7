import { roundedMs } from '../../support/clock.js';
import type { RunEnd } from '../../types.js';
import type { RunRecord } from '../run/run-record.js';
import type { TableState } from '../table/table-state.js';

/** A turn began, the first of its run or one after `park`. */
export function emitGrant(
  state: TableState,
  record: RunRecord,
  isResumed: boolean,
  sinceMs: number,
  nowMs: number,
): void {
  const waitedMs = roundedMs(nowMs - sinceMs);
  const details = record.previous ? { waitedMs, ...deathOf(record) } : { waitedMs };
  state.emit(isResumed ? 'resumed' : 'granted', record, details, undefined, nowMs);
}

export function emitEnd(state: TableState, record: RunRecord, end: RunEnd, nowMs: number): void {
  const reason = record.firing?.reason;
  const heldMs = roundedMs(nowMs - record.grantedMs);
  const details = reason === undefined ? { end, heldMs } : { end, heldMs, why: reason.why };
  state.emit('ended', record, details, reason?.eventId, nowMs);
}

/** What a person has to know who looks for a run that came to no end. */
function deathOf({ previous, generation }: RunRecord): { diedRunId?: string; diedHost?: string } {
  const run = previous?.generation === generation ? previous.run : undefined;
  if (run?.end !== 'died') return {};
  return { diedRunId: run.runId, ...(run.host === undefined ? {} : { diedHost: run.host }) };
}
