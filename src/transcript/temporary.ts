import { randomBytes } from 'node:crypto';
import { dirname, join } from 'node:path';
import { Content } from './content.js';
import { disk, type FileStats, TO_CREATE } from './disk.js';
import { learnStamps } from './stamps.js';
import type { Steps } from './steps.js';

const CHUNK_BYTES = 4_194_304;

/** A file beside the one that it is to replace. */
export interface Temporary {
  readonly path: string;
  readonly content: Content;
  /** What was seen of it when it had been written. */
  readonly written: FileStats;
}

/** A name that nobody else uses. */
export function temporaryBeside(path: string): string {
  return join(dirname(path), `.penholder-${randomBytes(6).toString('hex')}.tmp`);
}

/** Writes it, on the disk when this has ended. Whoever calls removes it where that fails. */
export function* writeTemporary(
  path: string,
  bytes: Buffer,
  like: FileStats | undefined,
): Steps<Temporary> {
  const content = new Content();
  // Nobody else may look into it before it has the mode of the file that it replaces.
  const fd = disk.open(path, TO_CREATE, like === undefined ? 0o666 : 0o600);
  try {
    for (let from = 0; from < bytes.length;) {
      const length = disk.write(fd, bytes.subarray(from, from + CHUNK_BYTES), 0);
      if (length === 0) throw Object.assign(new Error('EIO: nothing was written'), { code: 'EIO' });
      from += length;
      if (from < bytes.length) yield;
    }
    if (like) keepOwnership(fd, like);
    learnStamps(fd, disk.fstat(fd));
    const synced = disk.syncLater(fd);
    // While the disk is busy.
    content.add(bytes);
    yield synced;
    return { path, content, written: disk.fstat(fd) };
  } finally {
    disk.close(fd);
  }
}

function keepOwnership(fd: number, { uid, gid, mode }: FileStats): void {
  const own = disk.fstat(fd);
  if (own.uid !== uid || own.gid !== gid) disk.chown(fd, uid, gid);
  if ((own.mode & 0o7777) !== (mode & 0o7777)) disk.chmod(fd, mode & 0o7777);
}

export function removeTemporary(path: string): void {
  try {
    disk.unlink(path);
  } catch {
    // It is gone, or it stays: a file with a name that nobody uses.
  }
}
