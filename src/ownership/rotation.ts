import { RotateRefusedError } from '../errors/transcript-errors.js';
import { type FileId, readFileId } from '../identity/file-id.js';
import type { Lease } from '../leases/provider.js';
import type { SessionFile } from '../types.js';
import type { FileQueue } from './file/file-queue.js';
import { holderOf } from './table/holder.js';
import { leaseMoved } from './leasing/lease-moves.js';
import type { OwnerTable } from './owner-table.js';
import type { RunRecord } from './run/run-record.js';
import type { TableState } from './table/table-state.js';

/**
 * Moves a file in use to another file, in one step: key, owner, waiting and parked runs, guests.
 * The former key leads to the same queue until the run that moved it ends.
 *
 * @throws RotateRefusedError, InvalidSessionFileError nothing has moved
 */
export function moveTo(
  { state, leasing }: OwnerTable,
  record: RunRecord,
  file: SessionFile,
  lease?: Lease,
): void {
  const { queue } = record;
  if (queue === undefined) throw new Error('a run that owns a file has its queue');
  const id = checkMove(state, record, file);
  const formerSessionFile = record.path;
  const formerKey = queue.key;
  state.queues.delete(queue.key);
  state.moved.set(queue.key, queue);
  state.moved.delete(file.key);
  queue.key = file.key;
  queue.realPath = file.realPath;
  queue.move = { to: file, by: record };
  state.queues.set(file.key, queue);
  state.fileIds.note(queue, id);
  for (const run of [...queue.all(), ...(queue.guests ?? [])]) {
    run.key = file.key;
    run.path = file.path;
    run.file = file;
  }
  record.fileId = id;
  leaseMoved(leasing, queue, record, formerKey, lease);
  state.emit('rotated', record, { formerSessionFile }, undefined, undefined, formerKey);
}

/**
 * Whether nobody of this thread uses that file.
 *
 * @throws RotateRefusedError, InvalidSessionFileError
 */
export function checkMove(
  state: TableState,
  record: RunRecord,
  file: SessionFile,
): FileId | undefined {
  const { queue } = record;
  if (queue === undefined) throw new Error('a run that owns a file has its queue');
  const id = readFileId(file.realPath, file.path);
  const alias = id && state.fileIds.aliasOf(file.realPath, id, undefined);
  checkUnused(state, record, queue, file, alias);
  return id;
}

function checkUnused(
  state: TableState,
  record: RunRecord,
  queue: FileQueue,
  file: SessionFile,
  alias: FileQueue | undefined,
): void {
  const taken = state.queues.get(file.key) ?? alias ?? state.moved.get(file.key);
  const isBack = taken === queue && alias === undefined && queue.key !== file.key;
  if (taken === undefined || isBack) return;
  throw new RotateRefusedError({
    sessionFile: record.path,
    nextFile: file.path,
    reason: taken === queue ? 'same' : taken.owner ? 'owned' : 'waited-for',
    holder: taken === queue ? undefined : holderOf(taken),
  });
}
