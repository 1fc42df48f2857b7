import { refusedKind } from '../identity/refusal.js';
import { monotonicMs } from '../support/clock.js';
import { Content } from './content.js';
import { disk, type FileStats, TO_READ } from './disk.js';
import type { Steps } from './steps.js';

const CHUNK_BYTES = 1_048_576;
/** So much is read before the event loop turns. */
const STRIDE_BYTES = 4 * CHUNK_BYTES;

/** A file as it was read. Its stats are from before, so that any later change differs from them. */
export interface Read {
  /** Undefined where there is no file. */
  readonly stats: FileStats | undefined;
  /** When they were taken, by our clock. */
  readonly takenMs: number;
  readonly content: Content;
}

/** Reads a file once, from its beginning to the size that it has at that time. */
export function* readFile(path: string): Steps<Read> {
  const takenMs = monotonicMs();
  const fd = openToRead(path);
  if (fd === undefined) return { stats: undefined, takenMs, content: new Content() };
  try {
    const stats = disk.fstat(fd);
    checkRegular(path, stats);
    const content = new Content();
    yield* readInto(fd, content, stats.size);
    return { stats, takenMs, content };
  } finally {
    disk.close(fd);
  }
}

/** The same, with the bytes. */
export function* readBytes(path: string): Steps<Read & { readonly bytes: Buffer }> {
  const takenMs = monotonicMs();
  const fd = openToRead(path);
  if (fd === undefined) {
    return { stats: undefined, takenMs, content: new Content(), bytes: Buffer.alloc(0) };
  }
  try {
    const stats = disk.fstat(fd);
    checkRegular(path, stats);
    const content = new Content();
    const bytes = Buffer.allocUnsafe(stats.size);
    yield* readInto(fd, content, stats.size, undefined, bytes);
    return { stats, takenMs, content, bytes: bytes.subarray(0, content.sizeBytes) };
  } finally {
    disk.close(fd);
  }
}

/** @throws InvalidSessionFileError */
function checkRegular(path: string, stats: FileStats): void {
  if (!stats.isFile()) throw refusedKind(path, stats.isDirectory());
}

/**
 * Reads on from where the content ends. It may end sooner, where the file does.
 *
 * @param goesOn is asked after each part; false: enough was read
 * @param target keeps the bytes, each at its place
 */
export function* readInto(
  fd: number,
  content: Content,
  toBytes: number,
  goesOn?: (content: Content) => boolean,
  target?: Buffer,
): Steps<void> {
  const wantedBytes = Math.min(toBytes - content.sizeBytes, CHUNK_BYTES);
  const scratch = target === undefined ? Buffer.allocUnsafe(wantedBytes) : undefined;
  let strideBytes = 0;
  while (content.sizeBytes < toBytes) {
    const from = content.sizeBytes;
    const wanted = Math.min(CHUNK_BYTES, toBytes - from);
    const into = scratch ?? (target as Buffer).subarray(from, from + wanted);
    const length = disk.read(fd, into, Math.min(wanted, into.length), from);
    if (length === 0) return;
    content.add(into.subarray(0, length));
    if (goesOn?.(content) === false) return;
    strideBytes += length;
    if (strideBytes < STRIDE_BYTES) continue;
    strideBytes = 0;
    yield;
  }
}

/** Undefined where there is no file. */
export function openToRead(path: string): number | undefined {
  try {
    return disk.open(path, TO_READ);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}
