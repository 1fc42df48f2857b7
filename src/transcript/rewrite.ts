import { randomBytes } from 'node:crypto';
import { dirname, join } from 'node:path';
import { InvalidSessionFileError } from '../errors/setup-errors.js';
import type { TranscriptIoError } from '../errors/transcript-errors.js';
import { wrongType } from '../support/checks.js';
import { monotonicMs } from '../support/clock.js';
import { Content } from './content.js';
import { closeQuietly, disk, type FileStats, TO_CREATE, TO_READ } from './disk.js';
import { syncFolder } from './durable.js';
import { trip, verify } from './fence.js';
import { Knowledge } from './knowledge.js';
import type { Pen } from './pen.js';
import { readKnown } from './read.js';
import { readInto } from './read-file.js';
import { learnStamps } from './stamps.js';
import type { Steps } from './steps.js';
import type { Use } from './use.js';

const ACTION = 'rewrite';
const CHUNK_BYTES = 4_194_304;
/** How volumes without hard links refuse one. */
const LINKLESS: ReadonlySet<string> = new Set(['EPERM', 'ENOTSUP', 'EOPNOTSUPP', 'ENOSYS']);

export type Update = (current: Buffer) => Buffer | string | Promise<Buffer | string>;

/**
 * Replaces the content in one step: a temporary file beside it, on the disk, then renamed. Whoever
 * reads finds the old content or the new, after a crash, too.
 */
export function* rewrite(use: Use, update: Update): Steps<void> {
  const { section } = use;
  const wasFixed = section.isFixed;
  // What `update` works on stays as it is until the new content is in its place.
  section.isFixed = true;
  try {
    yield* rewriteFixed(use, update);
  } finally {
    section.isFixed = wasFixed;
  }
}

function* rewriteFixed(use: Use, update: Update): Steps<void> {
  const { pen, section } = use;
  const { bytes, known } = yield* readKnown(use);
  checkOneName(pen, known.stats);
  const before = known.content.copy();
  const next = toBuffer(yield pen.inside(section, async () => await update(bytes)));
  pen.checkOpen(section, ACTION);
  const temporary = join(dirname(pen.path), `.penholder-${randomBytes(6).toString('hex')}.tmp`);
  const content = new Content();
  let written: FileStats;
  try {
    written = yield* writeTemporary(temporary, next, content, known.stats);
  } catch (error) {
    remove(temporary);
    throw pen.failure(ACTION, error, 'old');
  }
  try {
    yield* replace(use, before, { path: temporary, content, written });
  } catch (error) {
    remove(temporary);
    throw error;
  }
  if (pen.record.terms.durability === 'fsync') yield* syncName(pen);
}

function toBuffer(value: unknown): Buffer {
  if (typeof value === 'string') return Buffer.from(value);
  if (value instanceof Uint8Array) return Buffer.from(value);
  throw wrongType('content', 'a string or a Buffer', value);
}

/** A rename takes one name of a file away from the others. */
function checkOneName(pen: Pen, stats: FileStats | undefined): void {
  if (stats === undefined || stats.nlink < 2) return;
  throw new InvalidSessionFileError({
    sessionFile: pen.record.path,
    reason: 'alias',
    detail: `it has ${stats.nlink} names (hard links), and a rewrite would part them`,
  });
}

function* writeTemporary(
  path: string,
  bytes: Buffer,
  content: Content,
  like: FileStats | undefined,
): Steps<FileStats> {
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
    return disk.fstat(fd);
  } finally {
    disk.close(fd);
  }
}

function keepOwnership(fd: number, { uid, gid, mode }: FileStats): void {
  const own = disk.fstat(fd);
  if (own.uid !== uid || own.gid !== gid) disk.chown(fd, uid, gid);
  if ((own.mode & 0o7777) !== (mode & 0o7777)) disk.chmod(fd, mode & 0o7777);
}

/** The new content, and the file that has it. */
interface Temporary {
  readonly path: string;
  readonly content: Content;
  readonly written: FileStats;
}

/** The last look at the old file and the rename are one step; then the old file is looked at again. */
function* replace(use: Use, before: Content, temporary: Temporary): Steps<void> {
  const { pen, section } = use;
  const { path, content } = temporary;
  const old = openOld(pen);
  try {
    const known = yield* verify(use);
    pen.checkOpen(section, ACTION);
    // Code that has the path, in a section around this one, may have written meanwhile.
    const isOther = !section.isWrapped && !known.content.equals(before);
    if (isOther) throw trip(pen, known, { change: 'rewritten', stats: known.stats });
    moveInto(pen, known, path, content.sizeBytes);
    pen.noteWrite(content.sizeBytes, content.sizeBytes);
    const next = know(pen, temporary);
    const isLate = old !== undefined && (yield* hasChanged(old, known));
    pen.checkOpen(section, ACTION);
    if (isLate) throw trip(pen, known, { change: 'rewritten', stats: next.stats });
  } finally {
    if (old !== undefined) closeQuietly(old);
  }
}

function openOld(pen: Pen): number | undefined {
  try {
    return disk.open(pen.path, TO_READ);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw pen.failure(ACTION, error, 'old');
  }
}

function moveInto(pen: Pen, known: Knowledge, temporary: string, sizeBytes: number): void {
  try {
    if (known.exists) disk.rename(temporary, pen.path);
    else createAs(pen, temporary);
  } catch (error) {
    known.distrust();
    throw pen.failure(ACTION, error, contentAfter(pen, temporary, sizeBytes));
  }
}

/** A file that somebody else made meanwhile is not replaced. */
function createAs(pen: Pen, temporary: string): void {
  try {
    disk.link(temporary, pen.path);
  } catch (error) {
    // Over a network a link may be made and its answer lost, so that it is asked for twice.
    if (isLinked(pen, temporary, error)) return remove(temporary);
    const { code = '' } = error as NodeJS.ErrnoException;
    if (!LINKLESS.has(code) || disk.stat(pen.path) !== undefined) throw error;
    disk.rename(temporary, pen.path);
    return;
  }
  remove(temporary);
}

function isLinked(pen: Pen, temporary: string, error: unknown): boolean {
  try {
    return disk.stat(pen.path)?.ino === disk.stat(temporary)?.ino;
  } catch {
    pen.forget();
    throw pen.failure(ACTION, error, 'unknown');
  }
}

/** Where the temporary file still is, the rename has not happened. */
function contentAfter(
  pen: Pen,
  temporary: string,
  sizeBytes: number,
): TranscriptIoError['content'] {
  try {
    if (disk.stat(temporary) !== undefined) return 'old';
    pen.forget();
    pen.noteWrite(sizeBytes, sizeBytes);
    return 'new';
  } catch {
    pen.forget();
    return 'unknown';
  }
}

/** Whether somebody wrote to the old file in the moment in which it was replaced. */
function* hasChanged(old: number, { content, stats, isProof }: Knowledge): Steps<boolean> {
  try {
    const now = disk.fstat(old);
    const isSame = stats?.size === now.size && stats.mtimeMs === now.mtimeMs;
    if (isSame && isProof) return false;
    if (now.size !== content.sizeBytes) return true;
    const seen = new Content();
    yield* readInto(old, seen, now.size);
    return seen.sizeBytes === content.sizeBytes && !seen.equals(content);
  } catch {
    // A look that fails proves nothing.
    return false;
  }
}

function know(pen: Pen, { content, written }: Temporary): Knowledge {
  const takenMs = monotonicMs();
  let stats: FileStats | undefined;
  try {
    stats = disk.stat(pen.path);
  } catch {
    // Its content will tell at the next look.
  }
  const known = new Knowledge({ stats, content, takenMs });
  known.exists = true;
  // The rename has moved ctime; all else is as it was written, or somebody came right behind it.
  const { size, ino, mtimeMs } = written;
  const isOurs = stats?.size === size && stats.ino === ino && stats.mtimeMs === mtimeMs;
  if (!isOurs) known.distrust();
  return pen.know(known);
}

function* syncName(pen: Pen): Steps<void> {
  try {
    yield* syncFolder(pen.path);
  } catch (error) {
    throw pen.failure(ACTION, error, 'new');
  }
}

function remove(path: string): void {
  try {
    disk.unlink(path);
  } catch {
    // It is gone, or it stays: a file with a name that nobody uses.
  }
}
