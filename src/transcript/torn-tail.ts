import { parses, readTail } from './append.js';
import { disk, TO_CUT } from './disk.js';
import { learn, verify } from './fence.js';
import type { Steps } from './steps.js';
import type { Use } from './use.js';

const ACTION = 'cut the torn tail of';

/** Cuts a last line that has no end and does not parse, and returns it; else nothing. */
export function* dropTornTail(use: Use): Steps<Buffer> {
  const { pen, section } = use;
  const { content } = yield* verify(use);
  pen.checkOpen(section, ACTION);
  try {
    if (!content.endsInLine) return Buffer.alloc(0);
    const tail = readTail(pen, content.lineStart, content.sizeBytes - content.lineStart);
    if (parses(tail)) return Buffer.alloc(0);
    cut(pen.path, content.lineStart);
    pen.noteWrite(0, content.lineStart);
    yield* learn(use);
    return tail;
  } catch (error) {
    pen.knowledge?.distrust();
    throw pen.failure(ACTION, error, 'unknown');
  }
}

function cut(path: string, sizeBytes: number): void {
  const fd = disk.open(path, TO_CUT);
  try {
    disk.truncate(fd, sizeBytes);
  } finally {
    disk.close(fd);
  }
}
