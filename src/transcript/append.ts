import type { TranscriptIoError } from '../errors/transcript-errors.js';
import { TornTranscriptError } from '../errors/transcript-errors.js';
import { disk, type FileStats, TO_APPEND, TO_CREATE, TO_READ } from './disk.js';
import { syncFolder } from './durable.js';
import { grownBy, trip, verify, verifyNow } from './fence.js';
import { Knowledge, settle } from './knowledge.js';
import type { Pen } from './pen.js';
import { learnStamps } from './stamps.js';
import type { Steps } from './steps.js';
import type { Use } from './use.js';

const ACTION = 'append to';
const NEWLINE: Buffer = Buffer.from('\n');
/** So often the file may come or go between the look at it and the opening. */
const TRIES = 3;

/**
 * Puts whole lines at the end of the file, in one write, in the step in which that end was verified.
 *
 * @param label whose they are, where they are a guest's; null for the owner's
 * @throws TornTranscriptError, TakeoverError, TranscriptIoError
 */
export function* append(use: Use, lines: Buffer): Steps<void> {
  const { pen, section } = use;
  for (let attempt = 1; lines.length > 0; attempt += 1) {
    const known = verifyNow(use) ?? (yield* verify(use));
    pen.checkOpen(section, ACTION);
    const bytes = known.content.endsInLine ? behindWholeLine(pen, known, lines) : lines;
    const fd = openEnd(pen, known, attempt);
    if (fd === undefined) continue;
    try {
      yield* writeEnd(use, known, fd, bytes);
    } catch (error) {
      closeQuietly(fd);
      throw error;
    }
    closeEnd(pen, fd);
    return;
  }
}

function* writeEnd(use: Use, known: Knowledge, fd: number, bytes: Buffer): Steps<void> {
  const { pen } = use;
  const offsetBytes = known.content.sizeBytes;
  if (writeAtEnd(pen, known, fd, bytes)) noteWritten(use, offsetBytes, bytes.length);
  else yield* settleWrite(use, known, bytes);
  if (pen.record.terms.durability === 'fsync') yield* makeDurable(pen, fd, offsetBytes === 0);
}

function noteWritten({ pen, isGuest, label }: Use, offsetBytes: number, lengthBytes: number): void {
  if (!isGuest) pen.noteWrite(lengthBytes, offsetBytes + lengthBytes);
  else if (label === undefined) pen.noteGuestWrite({ offsetBytes, lengthBytes });
  else pen.noteGuestWrite({ label, offsetBytes, lengthBytes });
}

/** Undefined where the file came or went since it was looked at. */
function openEnd(pen: Pen, known: Knowledge, attempt: number): number | undefined {
  try {
    return disk.open(pen.path, known.exists ? TO_APPEND : TO_CREATE, 0o666);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    const hasChanged = code === (known.exists ? 'ENOENT' : 'EEXIST');
    if (hasChanged && attempt < TRIES) return undefined;
    throw pen.failure(ACTION, error, 'old');
  }
}

/** Whether the file is now what it was and these bytes, as far as its stats tell. */
function writeAtEnd(pen: Pen, known: Knowledge, fd: number, bytes: Buffer): boolean {
  const { sizeBytes } = known.content;
  try {
    const length = disk.write(fd, bytes, 0);
    if (length < bytes.length) throw shortWrite(length, bytes.length);
  } catch (cause) {
    throw pen.failure(ACTION, cause, takeBack(pen, known, fd, bytes));
  }
  const stats = lookBack(pen, fd);
  const isOurs = stats !== undefined && stats.size === sizeBytes + bytes.length;
  if (!isOurs || (known.exists && known.stats?.ino !== stats.ino)) return false;
  known.content.add(bytes);
  known.renew(stats);
  pen.noteFile(stats);
  return true;
}

function lookBack(pen: Pen, fd: number): FileStats | undefined {
  try {
    const before = disk.stat(pen.path);
    if (before === undefined || !learnStamps(fd, before)) return before;
    return disk.stat(pen.path);
  } catch {
    // The bytes are in the file; its content will tell so at the next look.
    return undefined;
  }
}

/**
 * The stats do not tell that the file is what it was and these bytes. Its content does.
 *
 * @throws TakeoverError
 */
function* settleWrite(use: Use, known: Knowledge, bytes: Buffer): Steps<void> {
  const { pen, section } = use;
  known.distrust(bytes);
  const finding = yield* settle(pen.path, known);
  pen.checkOpen(section, ACTION);
  const { change, grown, stats } = finding;
  if (change !== 'appended' || grown === undefined) throw trip(pen, known, lost(finding));
  const offsetBytes = known.content.sizeBytes;
  const foreignBytes = grown.sizeBytes - offsetBytes - bytes.length;
  // Ours are the last ones, since they were appended: whatever else is there came before them.
  noteWritten(use, grown.sizeBytes - bytes.length, bytes.length);
  const isClean = grownBy(known.content, bytes).equals(grown);
  if (!isClean && (!pen.mayAdopt || foreignBytes <= 0)) throw trip(pen, known, finding);
  pen.know(new Knowledge({ stats, content: grown }));
  if (!isClean) pen.noteGuestWrite({ offsetBytes, lengthBytes: foreignBytes });
}

/** The file looks as if nothing had been written: what was written to is not the file any more. */
function lost<F extends { readonly change: unknown }>(finding: F): F {
  return finding.change === undefined ? { ...finding, change: 'replaced' } : finding;
}

/** A write failed, or came to an end too soon: what of it is in the file is taken back. */
function takeBack(
  pen: Pen,
  known: Knowledge,
  fd: number,
  bytes: Buffer,
): TranscriptIoError['content'] {
  known.distrust(bytes);
  const { sizeBytes } = known.content;
  let written: number | undefined;
  try {
    written = disk.fstat(fd).size - sizeBytes;
    if (written === 0) return 'old';
    if (written < 0 || !isOurs(pen, fd, bytes, sizeBytes, written)) return 'unknown';
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
  if (parses(readTail(pen, offsetBytes, lengthBytes))) return Buffer.concat([NEWLINE, lines]);
  const { path: sessionFile } = pen.record;
  throw new TornTranscriptError({ sessionFile, offsetBytes, lengthBytes });
}

export function readTail(pen: Pen, offsetBytes: number, lengthBytes: number): Buffer {
  const tail = Buffer.alloc(lengthBytes);
  const fd = disk.open(pen.path, TO_READ);
  try {
    return tail.subarray(0, disk.read(fd, tail, lengthBytes, offsetBytes));
  } finally {
    disk.close(fd);
  }
}

export function parses(line: Buffer): boolean {
  try {
    JSON.parse(line.toString());
    return true;
  } catch {
    return false;
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

function closeQuietly(fd: number): void {
  try {
    disk.close(fd);
  } catch {
    // Why the write failed is what its caller has to know.
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
