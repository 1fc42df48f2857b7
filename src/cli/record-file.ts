import { lstatSync } from 'node:fs';
import { join } from 'node:path';
import { lockDisk } from '../leases/lock-file/lock-disk.js';
import { type LockRecord, parseRecord } from '../leases/lock-file/record.js';

const LIMIT_BYTES = 64 * 1_024;

/** What one file of a lock says. */
export interface RecordFile {
  readonly record: LockRecord | undefined;
  readonly modifiedAtMs: number;
  /** When its name or its content last changed, where the file system tells. */
  readonly changedAtMs: number;
}

/** Undefined where there is no such file. Never follows a link, never waits for a pipe. */
export function readRecordFile(folder: string, name: string): RecordFile | undefined {
  const path = join(folder, name);
  try {
    const stats = lstatSync(path);
    const isReadable = stats.isFile() && stats.size <= LIMIT_BYTES;
    const record = isReadable ? parseRecord(textOf(path)) : undefined;
    return { record, modifiedAtMs: stats.mtimeMs, changedAtMs: stats.ctimeMs };
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT') return undefined;
    throw error;
  }
}

function textOf(path: string): string {
  try {
    return lockDisk.read(path);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    // What only its owner may read is there, and says nothing to us.
    if (code === 'EACCES' || code === 'EPERM' || code === 'EIO') return '';
    throw error;
  }
}
