import { thisThread } from '../../support/this-process.js';
import type { HolderInfo, PreviousRun } from '../../types.js';
import type { RunRecord } from '../run/run-record.js';

/** What others can read of a run that has a lease. */
export function holderInfoOf(record: RunRecord): HolderInfo {
  const { runId, sessionKey, sessionId, kind } = record;
  return Object.freeze({
    ...thisThread(),
    runId,
    ...(sessionKey === undefined ? {} : { sessionKey }),
    ...(sessionId === undefined ? {} : { sessionId }),
    kind,
    acquiredAtMs: Date.now(),
    startBytes: record.startBytes,
  });
}

/** To the run that follows it. */
export function diedRun({ runId, startBytes = 0, host }: HolderInfo): PreviousRun {
  return Object.freeze({ runId, end: 'died', startBytes, host });
}
