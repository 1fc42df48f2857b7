import type { TranscriptIoError } from '../errors/transcript-errors.js';
import { TornTranscriptError } from '../errors/transcript-errors.js';
import { monotonicMs } from '../support/clock.js';
import { closeQuietly, disk, type FileStats, TO_APPEND, TO_CREATE, TO_READ } from './disk.js';
import { syncFolder } from './durable.js';
import { checkNotTripped, verify } from './fence.js';
import { Doubt, type Knowledge } from './knowledge.js';
import type { Pen } from './pen.js';
import { settleWrite } from './settle-write.js';
import { learnStamps } from './stamps.js';
import type { Steps } from './steps.js';
import { isWhole, readTail } from './tail.js';
import { noteWritten, type Use } from './use.js';

const ACTION = 'append to';
const NEWLINE: Buffer = Buffer.from('\n');
/** So often the file may come or go between the look at it and the opening. */
const TRIES = 3;

/**
 * Puts whole lines at the end of the file, in one write, in the step in which that end was verified.
 *
 * @throws TornTranscriptError, TakeoverError, TranscriptIoError
 */
export function* append(use: Use, lines: Buffer): Steps<void> {
  const { pen, section } = use;
  for (let attempt = 1; lines.length > 0; attempt += 1) {
    const open = openProven(use) ?? openEnd(pen, yield* verify(use), attempt);
    if (open === undefined) continue;
    const { known, fd } = open;
    try {
      pen.checkOpen(section, ACTION);
      const bytes = known.content.endsInLine ? behindWholeLine(pen, known, lines) : lines;
      yield* writeEnd(use, known, fd, bytes);
    } catch (error) {
      closeQuietly(fd);
      throw error;
    }
    closeEnd(pen, fd);
    return;
  }
}

/** The end of a file that is known. */
interface OpenEnd {
  readonly known: Knowledge;
  readonly fd: number;
}

/**
 * Opens the file where the stats of what was opened prove that nobody has changed it: what was
 * looked at is what is written to. Undefined where that takes a closer look.
 */
function openProven({ pen, section, isGuest }: Use): OpenEnd | undefined {
  checkNotTripped(pen, isGuest);
  const known = pen.knowledge;
  if (known === undefined || !known.isProof || section.isWrapped) return undefined;
  let fd: number | undefined;
  try {
    fd = disk.open(pen.path, TO_APPEND);
    if (known.isProvenBy(disk.fstat(fd))) {
      if (!isGuest) pen.isFenced = true;
      return { known, fd };
    }
  } catch {
    // The closer look tells what is wrong.
  }
  if (fd !== undefined) closeQuietly(fd);
  return undefined;
}

function* writeEnd(use: Use, known: Knowledge, fd: number, bytes: Buffer): Steps<void> {
  const { pen } = use;
  const offsetBytes = known.content.sizeBytes;
  if (writeAtEnd(use, known, fd, bytes)) noteWritten(use, offsetBytes, bytes.length);
  else yield* settleWrite(use, known, bytes);
  if (pen.record.terms.durability === 'fsync') yield* makeDurable(pen, fd, offsetBytes === 0);
}

/** Undefined where the file came or went since it was looked at. */
function openEnd(pen: Pen, known: Knowledge, attempt: number): OpenEnd | undefined {
  try {
    return { known, fd: disk.open(pen.path, known.exists ? TO_APPEND : TO_CREATE, 0o666) };
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    const hasChanged = code === (known.exists ? 'ENOENT' : 'EEXIST');
    if (hasChanged && attempt < TRIES) return undefined;
    throw pen.failure(ACTION, error, 'old');
  }
}

/** Whether the file is now what it was and these bytes, as far as its stats tell. */
function writeAtEnd(use: Use, known: Knowledge, fd: number, bytes: Buffer): boolean {
  const { pen } = use;
  const { sizeBytes } = known.content;
  try {
    let length = disk.write(fd, bytes, 0);
    // Why it came to an end is told by the attempt to go on: a full disk, as a rule.
    if (length < bytes.length) length += disk.write(fd, bytes, length);
    if (length < bytes.length) throw shortWrite(length, bytes.length);
  } catch (cause) {
    throw pen.failure(ACTION, cause, takeBack(use, known, fd, bytes));
  }
  const takenMs = monotonicMs();
  const stats = lookBack(fd);
  const isOurs = stats !== undefined && stats.size === sizeBytes + bytes.length;
  if (!isOurs || (known.exists && known.stats?.ino !== stats.ino)) return false;
  known.content.add(bytes);
  known.renew(stats, takenMs);
  pen.noteFile(stats);
  return true;
}

/** At what was written to: if that is not the file that was verified, its inode is another. */
function lookBack(fd: number): FileStats | undefined {
  try {
    const stats = disk.fstat(fd);
    return learnStamps(fd, stats) ? disk.fstat(fd) : stats;
  } catch {
    // The bytes are in the file; its content will tell so at the next look.
    return undefined;
  }
}

/** A write failed, or came to an end too soon: what of it is in the file is taken back. */
function takeBack(
  use: Use,
  known: Knowledge,
  fd: number,
  bytes: Buffer,
): TranscriptIoError['content'] {
  known.distrust(new Doubt(use, bytes));
  const { sizeBytes } = known.content;
  let written: number | undefined;
  try {
    written = disk.fstat(fd).size - sizeBytes;
    if (written === 0) return 'old';
    if (written < 0 || !isOurs(use.pen, fd, bytes, sizeBytes, written)) return 'unknown';
    disk.truncate(fd, sizeBytes);
    return 'old';
  } catch {
    if (written === undefined) return 'unknown';
    return written === bytes.length ? 'new' : 'torn';
  }
}

/** Nothing is taken back that somebody else may have written. */
function isOurs(pen: Pen, fd: number, bytes: Buffer, from: number, length: number): boolean {
  if (length > bytes.length) return false;
  const inode = disk.fstat(fd).ino;
  const reading = disk.open(pen.path, TO_READ);
  try {
    if (disk.fstat(reading).ino !== inode) return false;
    const seen = Buffer.alloc(length);
    return (
      disk.read(reading, seen, length, from) === length && seen.equals(bytes.subarray(0, length))
    );
  } finally {
    disk.close(reading);
  }
}

function shortWrite(length: number, wanted: number): Error {
  const error = new Error(`EIO: only ${length} of ${wanted} bytes were written`);
  return Object.assign(error, { code: 'EIO' });
}

/**
 * A last line without its end is whole where it parses, and gets its end; else it is torn, and
 * nobody extends it.
 */
function behindWholeLine(pen: Pen, { content }: Knowledge, lines: Buffer): Buffer {
  const { lineStart: offsetBytes, sizeBytes } = content;
  const lengthBytes = sizeBytes - offsetBytes;
  if (isWhole(tailOf(pen, offsetBytes, lengthBytes), offsetBytes))
    return Buffer.concat([NEWLINE, lines]);
  const { path: sessionFile } = pen.record;
  throw new TornTranscriptError({ sessionFile, offsetBytes, lengthBytes });
}

function tailOf(pen: Pen, offsetBytes: number, lengthBytes: number): Buffer {
  try {
    return readTail(pen.path, offsetBytes, lengthBytes);
  } catch (error) {
    throw pen.failure(ACTION, error, 'old');
  }
}

function* makeDurable(pen: Pen, fd: number, isNew: boolean): Steps<void> {
  try {
    yield disk.syncLater(fd);
    if (isNew) yield* syncFolder(pen.path);
  } catch (error) {
    throw pen.failure(ACTION, error, 'new');
  }
}

function closeEnd(pen: Pen, fd: number): void {
  try {
    disk.close(fd);
  } catch (error) {
    pen.knowledge?.distrust();
    throw pen.failure(ACTION, error, 'new');
  }
}
