import { RunEndedError, RunNotOwnerError, RunRevokedError } from '../../errors/run-errors.js';
import { wasTaken } from '../run/ends.js';
import { insideSection } from './refusals.js';
import type { RunRecord } from '../run/run-record.js';
import { NOWHERE } from '../run/scope.js';
import { sectionOf } from '../file/section.js';
import type { TableState } from './table-state.js';

/** @throws RunEndedError, RunRevokedError */
export function checkAlive(record: RunRecord, action: string): void {
  if (record.phase === 'ended' || record.isClosing) throw endedError(record, action);
}

/** @throws RunEndedError, RunRevokedError, RunNotOwnerError */
export function checkOwner(record: RunRecord, action: string): void {
  checkAlive(record, action);
  if (record.finishing) throw endedError(record, action);
  if (record.isOwner) return;
  const { path: sessionFile, runId, phase } = record;
  const state = phase === 'parked' ? 'is parked' : 'was not granted yet';
  throw new RunNotOwnerError({ sessionFile, runId, action, state });
}

/**
 * What waits for a turn, a window or another file cannot begin while a section of this file is open
 * around it.
 *
 * @throws DeadlockError
 */
export function checkOutside({ ambient }: TableState, record: RunRecord, action: string): void {
  const gate = record.queue?.gate;
  const section = gate && sectionOf(ambient.getStore() ?? NOWHERE, gate);
  if (section) throw insideSection(record, action, section);
}

export function endedError(record: RunRecord, action: string): RunEndedError | RunRevokedError {
  const { path: sessionFile, runId, finishing } = record;
  const end = record.end ?? finishing?.end;
  const cause = record.firing?.reason;
  const facts = { sessionFile, runId, action, cause, eventId: cause?.eventId };
  const isRevoked = wasTaken(end) || record.isClosing;
  return isRevoked ? new RunRevokedError(facts) : new RunEndedError({ ...facts, end });
}
