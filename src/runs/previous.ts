import type { OwnerTable } from '../ownership/owner-table.js';
import type { RunRecord } from '../ownership/run-record.js';
import type { PreviousRun } from '../types.js';

/** The run that had the file before this turn, as far as the history still knows. */
export function previousOf(table: OwnerTable, record: RunRecord): PreviousRun | undefined {
  if (record.generation === 0) return undefined;
  const previous = table.state.log.lastBefore(
    record.grantSequence,
    'ended',
    (other) => other !== record && other.key === record.key && !other.terms.isGuest,
  );
  if (previous?.end === undefined) return undefined;
  const { runId, end, startBytes, endBytes } = previous;
  return Object.freeze({ runId, end, startBytes, ...(endBytes === undefined ? {} : { endBytes }) });
}
