import { wallMsOf } from '../../support/clock.js';
import type { RunView } from '../../types.js';
import { stoppingOf } from './firing.js';
import type { RunRecord } from './run-record.js';

/** A snapshot of a run, for people: what is not known, or not true, is left out. */
export function viewOf(record: RunRecord): RunView {
  const requestedAtMs = (record.requestedAtMs ??= wallMsOf(record.arrivedMs));
  if (record.generation > 0) noteTurnTimes(record);
  const { sessionKey, sessionId, end, grantedAtMs, progressAtMs } = record;
  const { progressNote, fencingToken, firing, phase } = record;
  return Object.freeze({
    runId: record.runId,
    generation: record.generation,
    sessionFile: record.path,
    ...(sessionKey === undefined ? {} : { sessionKey }),
    ...(sessionId === undefined ? {} : { sessionId }),
    kind: record.kind,
    phase,
    ...(end === undefined ? {} : { end }),
    requestedAtMs,
    ...(grantedAtMs === undefined ? {} : { grantedAtMs }),
    ...(progressAtMs === undefined ? {} : { progressAtMs }),
    ...(progressNote === undefined ? {} : { progressNote }),
    waiting: record.waiting,
    ...(fencingToken === undefined ? {} : { fencingToken }),
    ...(firing === undefined || phase === 'ended' ? {} : { stopping: stoppingOf(firing) }),
  });
}

function noteTurnTimes(record: RunRecord): void {
  record.grantedAtMs ??= wallMsOf(record.grantedMs);
  record.progressAtMs ??= wallMsOf(record.progressMs);
}
