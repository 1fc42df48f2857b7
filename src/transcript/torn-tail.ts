import type { ContentLeft } from '../errors/transcript-errors.js';
import { monotonicMs } from '../support/clock.js';
import { Content } from './content.js';
import { closeQuietly, disk, TO_CUT } from './disk.js';
import { verify } from './fence.js';
import { Knowledge } from './knowledge.js';
import type { Pen } from './pen.js';
import { readInto } from './read-file.js';
import type { Steps } from './steps.js';
import { isWhole, readTail } from './tail.js';
import type { Use } from './use.js';

const ACTION = 'cut the torn tail of';

/** Cuts a last line that has no end and does not parse, and returns it; else nothing. */
export function* dropTornTail(use: Use): Steps<Buffer> {
  const { pen, section } = use;
  for (;;) {
    const { content } = yield* verify(use);
    if (!content.endsInLine) return Buffer.alloc(0);
    let fd: number | undefined;
    try {
      const tail = readTail(pen.path, content.lineStart, content.sizeBytes - content.lineStart);
      if (isWhole(tail, content.lineStart)) return Buffer.alloc(0);
      fd = disk.open(pen.path, TO_CUT);
      const rest = new Content();
      yield* readInto(fd, rest, content.lineStart);
      const known = yield* verify(use);
      pen.checkOpen(section, ACTION);
      if (!known.content.equals(withTail(rest, tail))) {
        // Its stats may look as ever. Who has changed it is told by the fence, by content.
        known.distrust(known.doubt);
        continue;
      }
      cut(pen, fd, rest);
      if (pen.record.terms.durability === 'fsync') yield* makeDurable(pen, fd);
      return tail;
    } catch (error) {
      throw pen.failure(ACTION, error, 'old');
    } finally {
      if (fd !== undefined) closeQuietly(fd);
    }
  }
}

function withTail(rest: Content, tail: Buffer): Content {
  const whole = rest.copy();
  whole.add(tail);
  return whole;
}

function cut(pen: Pen, fd: number, rest: Content): void {
  const before = pen.knowledge;
  try {
    disk.truncate(fd, rest.sizeBytes);
  } catch (error) {
    const left = leftBy(fd, rest.sizeBytes);
    before?.distrust();
    if (left === 'unknown') pen.forget();
    if (left === 'new') pen.know(cutKnowledge(rest, before));
    throw pen.failure(ACTION, error, left);
  }
  pen.noteWrite(0, rest.sizeBytes);
  const known = pen.know(cutKnowledge(rest, before));
  const takenMs = monotonicMs();
  try {
    known.renew(disk.fstat(fd), takenMs);
  } catch {
    // Its content will tell at the next look.
  }
}

/** The content of the file that was cut, whose stats are not known yet. */
function cutKnowledge(content: Content, before: Knowledge | undefined): Knowledge {
  const known = new Knowledge({ stats: before?.stats, content, takenMs: monotonicMs() }, before);
  known.distrust();
  return known;
}

function* makeDurable(pen: Pen, fd: number): Steps<void> {
  try {
    yield disk.syncLater(fd);
  } catch (error) {
    throw pen.failure(ACTION, error, 'new');
  }
}

function leftBy(fd: number, sizeBytes: number): ContentLeft {
  try {
    return disk.fstat(fd).size === sizeBytes ? 'new' : 'old';
  } catch {
    return 'unknown';
  }
}
