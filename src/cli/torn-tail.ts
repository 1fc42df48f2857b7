import { constants } from 'node:fs';
import { closeQuietly, disk } from '../transcript/disk.js';
import { isWhole } from '../transcript/tail.js';

/** The end of a session file that is no complete line. */
export interface TornTail {
  readonly offsetBytes: number;
  readonly sizeBytes: number;
  /** It is too long to say whether it is complete. */
  readonly isUnread: boolean;
}

const CHUNK_BYTES = 65_536;
/** A line longer than that is not read. */
const LONGEST_LINE_BYTES = 67_108_864;
const NEWLINE = 10;
const O_NOFOLLOW = (constants.O_NOFOLLOW as number | undefined) ?? 0;
const O_NONBLOCK = (constants.O_NONBLOCK as number | undefined) ?? 0;
/** Somebody may be in the middle of a write. */
const YOUNG_MS = 5_000;
const LOOK_AGAIN_MS = 100;

/** Reads the last line only. A young one is read twice. @throws what the file system says */
export async function tornTailOf(path: string): Promise<TornTail | undefined> {
  const first = lookAtTail(path);
  if (first === undefined || Math.abs(Date.now() - first.modifiedAtMs) > YOUNG_MS) {
    return first?.tail;
  }
  await new Promise((resolve) => setTimeout(resolve, LOOK_AGAIN_MS));
  const second = lookAtTail(path);
  const isSame =
    first.tail.offsetBytes === second?.tail.offsetBytes &&
    first.tail.sizeBytes === second.tail.sizeBytes;
  return isSame ? second.tail : undefined;
}

function lookAtTail(path: string): { tail: TornTail; modifiedAtMs: number } | undefined {
  const fd = disk.open(path, constants.O_RDONLY | O_NOFOLLOW | O_NONBLOCK);
  try {
    const stats = disk.fstat(fd);
    if (!stats.isFile()) return undefined;
    const line = lastLine(fd, stats.size);
    const isUnread = line === undefined;
    const sizeBytes = line?.length ?? LONGEST_LINE_BYTES;
    const offsetBytes = stats.size - sizeBytes;
    if (line !== undefined && isWhole(line, offsetBytes)) return undefined;
    return { tail: { offsetBytes, sizeBytes, isUnread }, modifiedAtMs: stats.mtimeMs };
  } finally {
    closeQuietly(fd);
  }
}

/** What is behind the last newline; undefined where that is too much. */
function lastLine(fd: number, sizeBytes: number): Buffer | undefined {
  const chunks: Buffer[] = [];
  let length = 0;
  for (let end = sizeBytes; end > 0;) {
    if (length > LONGEST_LINE_BYTES) return undefined;
    const start = Math.max(0, end - CHUNK_BYTES);
    const chunk = Buffer.alloc(end - start);
    const read = readWhole(fd, chunk, start);
    const newline = read.lastIndexOf(NEWLINE);
    chunks.unshift(read.subarray(newline + 1));
    length += read.length - newline - 1;
    if (newline >= 0) break;
    end = start;
  }
  return Buffer.concat(chunks);
}

/** Less where the file was cut meanwhile. */
function readWhole(fd: number, into: Buffer, offsetBytes: number): Buffer {
  let done = 0;
  while (done < into.length) {
    const length = disk.read(fd, into.subarray(done), into.length - done, offsetBytes + done);
    if (length === 0) break;
    done += length;
  }
  return into.subarray(0, done);
}
