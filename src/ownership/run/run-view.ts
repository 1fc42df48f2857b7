import { wallMsOf } from '../../support/clock.js';
import type { RunView } from '../../types.js';
import { stoppingOf } from './firing.js';
import type { RunRecord } from './run-record.js';
import type { WallTimes } from './wall-times.js';

/** A snapshot of a run, for people: what is not known, or not true, is left out. */
export function viewOf(record: RunRecord): RunView {
  const { requestedAtMs, grantedAtMs, progressAtMs } = wallTimesOf(record);
  const { sessionKey, sessionId, end } = record;
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

function wallTimesOf(record: RunRecord): WallTimes {
  const times = (record.wallTimes ??= {
    requestedAtMs: wallMsOf(record.arrivedMs),
    grantedAtMs: undefined,
    progressAtMs: undefined,
  });
  if (record.generation === 0) return times;
  times.grantedAtMs ??= wallMsOf(record.grantedMs);
  times.progressAtMs ??= wallMsOf(record.progressMs);
  return times;
}
