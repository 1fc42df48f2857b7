import type { TranscriptIoError } from '../errors/transcript-errors.js';
import { monotonicMs } from '../support/clock.js';
import { Content } from './content.js';
import { closeQuietly, disk, type FileStats, TO_READ } from './disk.js';
import { trip, verify } from './fence.js';
import { Knowledge } from './knowledge.js';
import type { Pen } from './pen.js';
import { readInto } from './read-file.js';
import type { Steps } from './steps.js';
import { removeTemporary, type Temporary } from './temporary.js';
import type { Use } from './use.js';

/** What the content is replaced for, in what is told of failures. */
export const REWRITE = 'rewrite';
/** How volumes without hard links refuse one. */
const LINKLESS: ReadonlySet<string> = new Set(['EPERM', 'ENOTSUP', 'EOPNOTSUPP', 'ENOSYS']);

/** The last look at the old file and the rename are one step; then the old file is looked at again. */
export function* replace(use: Use, before: Content, temporary: Temporary): Steps<void> {
  const { pen, section } = use;
  const { path, content } = temporary;
  const old = openOld(pen);
  try {
    const known = yield* verify(use);
    pen.checkOpen(section, REWRITE);
    // Code that has the path, in a section around this one, may have written meanwhile.
    const isOther = !section.isWrapped && !known.content.equals(before);
    if (isOther) throw trip(pen, known, { change: 'rewritten', stats: known.stats });
    moveInto(pen, known, path, content.sizeBytes);
    pen.noteWrite(content.sizeBytes, content.sizeBytes);
    const next = know(pen, temporary);
    const isLate = old !== undefined && (yield* hasChanged(old, known));
    pen.checkOpen(section, REWRITE);
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
    throw pen.failure(REWRITE, error, 'old');
  }
}

function moveInto(pen: Pen, known: Knowledge, temporary: string, sizeBytes: number): void {
  try {
    if (known.exists) disk.rename(temporary, pen.path);
    else createAs(pen, temporary);
  } catch (error) {
    known.distrust();
    throw pen.failure(REWRITE, error, contentAfter(pen, temporary, sizeBytes));
  }
}

/** A file that somebody else made meanwhile is not replaced. */
function createAs(pen: Pen, temporary: string): void {
  try {
    disk.link(temporary, pen.path);
  } catch (error) {
    // Over a network a link may be made and its answer lost, so that it is asked for twice.
    if (isLinked(pen, temporary, error)) return removeTemporary(temporary);
    const { code = '' } = error as NodeJS.ErrnoException;
    if (!LINKLESS.has(code) || disk.stat(pen.path) !== undefined) throw error;
    disk.rename(temporary, pen.path);
    return;
  }
  removeTemporary(temporary);
}

function isLinked(pen: Pen, temporary: string, error: unknown): boolean {
  try {
    return disk.stat(pen.path)?.ino === disk.stat(temporary)?.ino;
  } catch {
    pen.forget();
    throw pen.failure(REWRITE, error, 'unknown');
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
