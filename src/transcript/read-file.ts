import { Content } from './content.js';
import { disk, type FileStats, TO_READ } from './disk.js';
import type { Steps } from './steps.js';

const CHUNK_BYTES = 1_048_576;
/** So much is read before the event loop turns. */
const STRIDE_BYTES = 4 * CHUNK_BYTES;

/** Sees bytes, which are only valid during the call, and the content up to them; false: enough. */
export type OnChunk = (chunk: Buffer, content: Content) => boolean;

/** A file as it was read. Its stats are from before, so that any later change differs from them. */
export interface Read {
  /** Undefined where there is no file. */
  readonly stats: FileStats | undefined;
  readonly content: Content;
}

/** Reads a file once, from its beginning to the size that it has at that time. */
export function* readFile(path: string, onChunk?: OnChunk): Steps<Read> {
  const fd = openToRead(path);
  if (fd === undefined) return { stats: undefined, content: new Content() };
  try {
    const stats = disk.fstat(fd);
    const content = new Content();
    yield* readInto(fd, content, stats.size, onChunk);
    return { stats, content };
  } finally {
    disk.close(fd);
  }
}

/** Reads on from where the content ends. It may end sooner, where the file does. */
export function* readInto(
  fd: number,
  content: Content,
  toBytes: number,
  onChunk?: OnChunk,
): Steps<void> {
  const buffer = Buffer.allocUnsafe(Math.min(toBytes - content.sizeBytes, CHUNK_BYTES));
  let strideBytes = 0;
  while (content.sizeBytes < toBytes) {
    const wanted = Math.min(buffer.length, toBytes - content.sizeBytes);
    const length = disk.read(fd, buffer, wanted, content.sizeBytes);
    if (length === 0) return;
    const chunk = buffer.subarray(0, length);
    content.add(chunk);
    if (onChunk?.(chunk, content) === false) return;
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
