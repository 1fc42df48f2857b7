import { disk, TO_READ } from './disk.js';

/** The bytes from here to the end, as long as they are known to be. Fewer are a failure, no tail. */
export function readTail(path: string, offsetBytes: number, lengthBytes: number): Buffer {
  const fd = disk.open(path, TO_READ);
  try {
    const tail = Buffer.alloc(lengthBytes);
    for (let done = 0; done < lengthBytes;) {
      const length = disk.read(fd, tail.subarray(done), lengthBytes - done, offsetBytes + done);
      if (length === 0) throw endedTooSoon(done, lengthBytes);
      done += length;
    }
    return tail;
  } finally {
    disk.close(fd);
  }
}

function endedTooSoon(length: number, wanted: number): Error {
  const error = new Error(`EIO: only ${length} of ${wanted} bytes could be read`);
  return Object.assign(error, { code: 'EIO' });
}

const BOM = Buffer.from([0xef, 0xbb, 0xbf]);

/** How many bytes before the first line are none of it. */
export function bomBytes(bytes: Buffer): number {
  return bytes.subarray(0, BOM.length).equals(BOM) ? BOM.length : 0;
}

/** A last line without its end is a whole record where it is JSON; else it is torn. */
export function isWhole(line: Buffer, offsetBytes: number): boolean {
  const text = offsetBytes === 0 ? line.subarray(bomBytes(line)) : line;
  if (text.length === 0) return true;
  try {
    JSON.parse(text.toString());
    return true;
  } catch {
    return false;
  }
}
