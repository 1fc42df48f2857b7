import type { OwnerTable } from '../ownership/owner-table.js';
import type { RunRecord } from '../ownership/run/run-record.js';
import type { PreviousRun } from '../types.js';

/**
 * The run that had the file before the present turn, as far as the history still knew at the first
 * look. A turn that moved to another file was told nothing of that, unless somebody died there.
 */
export function previousOf(table: OwnerTable, record: RunRecord): PreviousRun | undefined {
  const { generation } = record;
  if (record.previous?.generation !== generation) {
    record.previous = { generation, run: generation > 0 ? find(table, record) : undefined };
  }
  const { key = record.grantKey, run } = record.previous;
  return key === record.key ? run : undefined;
}

function find({ state }: OwnerTable, record: RunRecord): PreviousRun | undefined {
  const { grantSequence, grantKey } = record;
  // However much has happened on other files since: the history may not reach back that far.
  const last = state.lastEnds.get(grantKey);
  const isBefore = last !== undefined && last !== record && last.endSequence <= grantSequence;
  const previous = isBefore
    ? last
    : state.log.lastBefore(
        grantSequence,
        'ended',
        (other) =>
          other !== record && other.key === grantKey && !other.terms.isGuest && !other.isUnclaimed,
      );
  if (previous?.end === undefined) return undefined;
  const { runId, end, startBytes, endBytes } = previous;
  return Object.freeze({ runId, end, startBytes, ...(endBytes === undefined ? {} : { endBytes }) });
}
