import { createHash } from 'node:crypto';
import { basename, dirname, join } from 'node:path';
import { lockDisk } from './lock-disk.js';

/** Room for `.lock` in a name of 255 bytes. */
const LONGEST_NAME_BYTES = 250;

/**
 * Where the lock of a session file is: beside the file, under its name. A function of the canonical
 * path alone, so that all who reach the file, however they are configured, find the same lock.
 */
export function lockPlaceOf(realPath: string): string {
  const name = basename(realPath);
  const isLong = Buffer.byteLength(name) > LONGEST_NAME_BYTES;
  const short = isLong ? createHash('sha256').update(name).digest('hex') : name;
  return join(dirname(realPath), `${short}.lock`);
}

/**
 * A link, a pipe or a file is somebody else's lock, or damage; it is never followed or opened.
 *
 * @throws ENOTDIR, or what the file system says
 */
export function checkPlace(folder: string): void {
  try {
    if (lockDisk.lookAt(folder).isFolder) return;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return;
    throw error;
  }
  throw Object.assign(new Error('ENOTDIR: not a folder'), { code: 'ENOTDIR' });
}
