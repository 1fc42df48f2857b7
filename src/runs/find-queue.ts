import { readFileId } from '../identity/file-id.js';
import { isSessionFile, parseSessionFile } from '../identity/parse-input.js';
import { resolvePathSync } from '../identity/resolve.js';
import type { FileQueue } from '../ownership/file/file-queue.js';
import type { OwnerTable } from '../ownership/owner-table.js';
import type { SessionFileLike } from '../types.js';

/** The file in use that this name stands for. */
export function findQueue(table: OwnerTable, file: SessionFileLike): FileQueue | undefined {
  const { state } = table;
  const { fileIds } = state;
  if (isSessionFile(file)) return state.queueOf(file.key);
  const input = parseSessionFile(file, table.markers);
  if (input.type === 'marker') return state.queueOf(input.file.key);
  const resolved = resolvePathSync(input.path);
  const own = state.queueOf(resolved.key);
  if (own !== undefined || fileIds.size === 0) return own;
  const id = readFileId(resolved.realPath, resolved.path);
  return id && fileIds.aliasOf(resolved.realPath, id, own);
}

/** The key that this name stands for, in use or not. */
export function findKey(table: OwnerTable, file: SessionFileLike): string {
  const queue = findQueue(table, file);
  if (queue !== undefined) return queue.key;
  if (isSessionFile(file)) return file.key;
  const input = parseSessionFile(file, table.markers);
  return input.type === 'marker' ? input.file.key : resolvePathSync(input.path).key;
}

/** How requests for this file spell it, made absolute. */
export function spellingOf(table: OwnerTable, file: SessionFileLike): string {
  if (isSessionFile(file)) return file.path;
  const input = parseSessionFile(file, table.markers);
  return input.type === 'marker' ? input.file.path : input.path;
}
