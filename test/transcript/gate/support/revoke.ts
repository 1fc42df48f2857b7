import type { Run } from '../../../../src/index.js';
import type { OwnerTable } from '../../../../src/ownership/owner-table.js';
import type { RunRecord } from '../../../../src/ownership/run/run-record.js';
import { recordOf } from '../../../../src/runs/run-handle.js';
import type { Pen } from '../../../../src/transcript/pen.js';

/** The record behind a handle, and the table that it is in; the run has used its transcript. */
function innardsOf(run: Run): { record: RunRecord; table: OwnerTable } {
  const record = recordOf(run);
  if (record?.work === undefined) throw new Error('The run has not used its transcript.');
  return { record, table: (record.work as Pen).table };
}

/** Tells a run to stop, and takes its turn with all of its time to settle left. */
export function revokeEarly(run: Run): void {
  const { record, table } = innardsOf(run);
  table.signals.fire(record, 'superseded');
  table.signals.revoke(record);
  table.state.outbox.flush();
}
