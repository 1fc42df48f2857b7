import type { FileQueue } from '../ownership/file-queue.js';
import type { OwnerTable } from '../ownership/owner-table.js';
import type { RunRecord } from '../ownership/run-record.js';
import { wait } from './run-waits.js';
import { checkWait, type WaitOptions } from './until-told.js';

/**
 * True once nobody owns the file, or fewer than `places` wait for it: then the same request would
 * not be turned away any more. Whoever asks next may still be earlier.
 */
export async function whenFree(
  table: OwnerTable,
  key: string,
  path: string,
  places: number,
  options: WaitOptions = {},
): Promise<boolean> {
  checkWait(options);
  const { state } = table;
  const isFree = (): boolean => {
    const queue = state.queueOf(key);
    return queue?.owner === undefined || queue.waiting < places;
  };
  if (isFree()) return true;
  if (options.waitMs === 0) return false;
  const holder = (): RunRecord[] => {
    const owner = state.queueOf(key)?.owner;
    return owner ? [owner] : [];
  };
  return await wait(table, options, `${path} to be free`, holder, (tell) => {
    let queue: FileQueue | undefined;
    const stop = (): void => {
      queue?.freeListeners?.delete(look);
    };
    // Somebody may have taken the file anew before this is told: then it is another queue.
    const look = (): void => {
      if (isFree()) {
        tell();
        return;
      }
      stop();
      queue = state.queueOf(key);
      if (queue) (queue.freeListeners ??= new Set()).add(look);
    };
    look();
    return stop;
  });
}
