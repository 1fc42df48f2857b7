import { SessionError } from '../errors/session-error.js';
import { parseSessionFile } from '../identity/parse-input.js';
import type { OwnerTable } from '../ownership/owner-table.js';
import type { RunRecord } from '../ownership/run/run-record.js';
import { checkText } from '../support/checks.js';
import type { SessionFileLike } from '../types.js';
import { findQueue, spellingOf } from './find-queue.js';

/** By what a run may be named. A run id is exact; a file beats a label. */
export interface RunNames {
  readonly runId?: string | undefined;
  readonly sessionFile?: SessionFileLike | undefined;
  readonly sessionKey?: string | undefined;
  readonly sessionId?: string | undefined;
}

/**
 * Of the file only whether it is one by its type: whether it can name one is seen when it is looked
 * for.
 *
 * @throws TypeError, RangeError
 */
export function checkNames(
  { markers }: OwnerTable,
  { runId, sessionFile, sessionKey, sessionId }: RunNames,
): void {
  try {
    if (sessionFile !== undefined) parseSessionFile(sessionFile, markers);
  } catch (error) {
    if (!SessionError.is(error)) throw error;
  }
  if (runId !== undefined) checkText('runId', runId);
  if (sessionKey !== undefined) checkText('sessionKey', sessionKey);
  if (sessionId !== undefined) checkText('sessionId', sessionId);
}

export function hasNames({ runId, sessionFile, sessionKey, sessionId }: RunNames): boolean {
  return [runId, sessionFile, sessionKey, sessionId].some((name) => name !== undefined);
}

/**
 * The runs alive that these names stand for, as far as they have the best standing: owners before
 * parked runs, those before waiting ones. The first name counts that leads anywhere, from the most
 * exact on; a run id that leads nowhere does not fall back to anything.
 *
 * @throws InvalidSessionFileError
 */
export function findRuns(table: OwnerTable, names: RunNames): readonly RunRecord[] {
  const { runId, sessionFile, sessionKey, sessionId } = names;
  const { state } = table;
  if (runId !== undefined) {
    const known = state.liveIds.get(runId);
    return known ? [known] : onTheirWay(table, ({ knownRunId }) => knownRunId === runId);
  }
  const byFile = sessionFile === undefined ? [] : onFile(table, sessionFile);
  if (byFile.length > 0) return byFile;
  const byKey = sessionKey === undefined ? [] : [...state.sessionKeys.get(sessionKey)];
  const byId = sessionId === undefined ? [] : [...state.sessionIds.get(sessionId)];
  const labelled = byKey.length > 0 ? byKey : byId;
  if (labelled.length > 0) return bestOf(labelled);
  const isMeant = ({ terms }: RunRecord): boolean =>
    (sessionKey !== undefined && terms.sessionKey === sessionKey) ||
    (sessionId !== undefined && terms.sessionId === sessionId);
  return onTheirWay(table, isMeant);
}

/** The owner of the file; without one those who are parked on it, or on their way to it. */
function onFile(table: OwnerTable, file: SessionFileLike): readonly RunRecord[] {
  const queue = findQueue(table, file);
  const found = queue ? bestOf([...queue.all()]) : [];
  if (found.length > 0) return found;
  const path = spellingOf(table, file);
  return onTheirWay(table, (record) => record.path === path);
}

/** Requests whose path is still being resolved: nobody has listed them yet. A guest is no run. */
function onTheirWay(table: OwnerTable, isMeant: (record: RunRecord) => boolean): RunRecord[] {
  return [...table.requests.arrivals].filter((record) => !record.terms.isGuest && isMeant(record));
}

function bestOf(records: readonly RunRecord[]): readonly RunRecord[] {
  const owners = records.filter((record) => record.isOwner);
  if (owners.length > 0) return owners;
  const parked = records.filter(({ phase }) => phase === 'parked');
  return parked.length > 0 ? parked : records;
}
