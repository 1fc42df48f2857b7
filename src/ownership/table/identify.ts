import { InvalidSessionFileError } from '../../errors/setup-errors.js';
import { readFileId } from '../../identity/file-id.js';
import type { SessionFile } from '../../types.js';
import type { FileQueue } from '../file/file-queue.js';
import type { RunRecord } from '../run/run-record.js';
import type { TableState } from './table-state.js';

/**
 * Which file in use a request is for: the key that its path resolved to or, where the file is a
 * hard link or a bind mount of one in use, the key of that one. One synchronous stat, in the step
 * that decides: what it tells is still true when the run is enqueued or granted.
 *
 * @throws InvalidSessionFileError where the path names no regular file any more, or where two
 *   files in use have become one
 */
export function identify(state: TableState, record: RunRecord): FileQueue | undefined {
  return record.isMarker ? state.queues.get(record.key) : identifyFile(state, record);
}

function identifyFile(state: TableState, record: RunRecord): FileQueue | undefined {
  followMove(state, record);
  const { file } = record;
  if (file === undefined) return state.queues.get(record.key);
  const own = state.queues.get(record.key);
  noteSpelt(state, file);
  const id = readFileId(file.realPath, record.path);
  const alias = id && state.fileIds.aliasOf(file.realPath, id, own);
  if (alias && own) throw becameOne(record, alias);
  if (alias) record.key = alias.key;
  const queue = alias ?? own;
  if (queue) state.fileIds.note(queue, id);
  record.fileId = id;
  return queue;
}

/** The owner of this file is about to go on in another one: the conversation continues there. */
function followMove(state: TableState, record: RunRecord): void {
  const movedTo = state.moved.get(record.key)?.move?.to;
  if (movedTo === undefined) return;
  record.file = movedTo;
  record.key = movedTo.key;
}

/**
 * What is owned under this very spelling may have been replaced by a link: then its owner writes
 * where the link leads.
 */
function noteSpelt({ queues, fileIds }: TableState, { path, key }: SessionFile): void {
  const spelt = path === key ? undefined : queues.get(path);
  if (spelt) fileIds.look(spelt);
}

/**
 * The last look before a waiting run is granted: the file may have appeared, vanished or been
 * replaced meanwhile.
 *
 * @throws InvalidSessionFileError as `identify` does
 */
export function checkStillSame(state: TableState, record: RunRecord, queue: FileQueue): void {
  const { file } = record;
  if (file === undefined || record.isMarker) return;
  const id = readFileId(file.realPath, record.path);
  const alias = id && state.fileIds.aliasOf(file.realPath, id, queue);
  if (alias) throw becameOne(record, alias);
  state.fileIds.note(queue, id);
  record.fileId = id;
}

function becameOne(record: RunRecord, alias: FileQueue): InvalidSessionFileError {
  return new InvalidSessionFileError({
    sessionFile: record.path,
    reason: 'alias',
    detail:
      `it has become another name of ${JSON.stringify(alias.realPath)} while both were in use, ` +
      'one file can have one owner only; wait until the runs on either have ended',
  });
}
