import type { OwnerTable } from '../ownership/owner-table.js';
import type { RunRecord } from '../ownership/run/run-record.js';
import { untilTold } from './until-told.js';

/** Whether all of them have ended within the time. */
export async function untilEnded(
  table: OwnerTable,
  records: readonly RunRecord[],
  waitMs: number,
): Promise<boolean> {
  const open = new Set(records.filter((record) => record.phase !== 'ended'));
  if (open.size === 0) return true;
  return await untilTold(table.callerSignals, { waitMs }, (tell) => {
    const listeners = [...open].map((record) => {
      const listener = (): void => {
        open.delete(record);
        if (open.size === 0) tell();
      };
      (record.endListeners ??= new Set()).add(listener);
      return { record, listener };
    });
    return () => {
      for (const { record, listener } of listeners) record.endListeners?.delete(listener);
    };
  });
}
