import { TranscriptIoError } from '../errors/transcript-errors.js';
import type { FileChange } from '../types.js';
import { grownBy, learn, trip } from './fence.js';
import { Doubt, type Finding, Knowledge, settle } from './knowledge.js';
import type { Steps } from './steps.js';
import { readTail } from './tail.js';
import type { Use } from './use.js';

const ACTION = 'append to';

/**
 * Bytes were put at the end of a file, and its stats do not tell that it is now what it was and
 * these bytes. Its content does.
 *
 * @throws TakeoverError somebody else changed it in that moment; the bytes count where they are there
 * @throws TranscriptIoError the bytes of a guest are not there, or nobody can tell
 */
export function* settleWrite(use: Use, known: Knowledge, bytes: Buffer): Steps<void> {
  const { pen } = use;
  const offsetBytes = known.content.sizeBytes;
  const doubt = new Doubt(use, bytes);
  known.distrust(doubt);
  const finding = yield* settleOrFail(use, known);
  checkOpen(doubt, finding, offsetBytes);
  if (pen.knowledge !== known) {
    // A synchronous write of the owner went between these steps, and found the bytes to be ours.
    doubt.note(offsetBytes, bytes.length);
    return;
  }
  const { grown } = finding;
  const at = placeOf(doubt, finding, offsetBytes);
  if (at !== undefined) doubt.note(at, bytes.length);
  if (grown !== undefined && grownBy(known.content, bytes).equals(grown)) {
    pen.know(new Knowledge({ ...finding, content: grown }, known));
  } else if (grown !== undefined && at !== undefined && pen.mayAdopt) {
    adoptRest(use, known, { ...finding, content: grown }, at, bytes.length);
  } else {
    yield* conflict(use, known, finding, at !== undefined);
  }
}

/** The turn may be over meanwhile. Bytes that are there count all the same. */
function checkOpen(doubt: Doubt, finding: Finding, offsetBytes: number): void {
  const { pen, section } = doubt.use;
  try {
    pen.checkOpen(section, ACTION);
  } catch (error) {
    const at = placeOf(doubt, finding, offsetBytes);
    if (at !== undefined) doubt.note(at, doubt.bytes.length);
    throw error;
  }
}

function* settleOrFail({ pen }: Use, known: Knowledge): Steps<Finding> {
  try {
    return yield* settle(pen.path, known);
  } catch (error) {
    throw pen.failure(ACTION, error, 'unknown');
  }
}

/** Where the bytes are: at the former end or, where somebody came first, at the present one. */
function placeOf(
  { use: { pen }, bytes }: Doubt,
  { stats }: Finding,
  offsetBytes: number,
): number | undefined {
  const lastBytes = (stats?.size ?? 0) - bytes.length;
  for (const at of [offsetBytes, lastBytes]) {
    try {
      if (at >= 0 && readTail(pen.path, at, bytes.length).equals(bytes)) return at;
    } catch {
      // It is not there, as far as can be seen.
    }
  }
  return undefined;
}

function adoptRest(
  { pen }: Use,
  known: Knowledge,
  read: ConstructorParameters<typeof Knowledge>[0],
  at: number,
  lengthBytes: number,
): void {
  const from = known.content.sizeBytes;
  const foreignBytes = read.content.sizeBytes - from - lengthBytes;
  const offsetBytes = at === from ? from + lengthBytes : from;
  pen.know(new Knowledge(read, known));
  pen.guestWrites.note({ offsetBytes, lengthBytes: foreignBytes });
}

/** It ends the run that owns the file, if its fence has begun; a guest's bytes are there or not. */
function* conflict(use: Use, known: Knowledge, finding: Finding, isThere: boolean): Steps<void> {
  const { pen, isGuest } = use;
  const change = finding.change ?? changeOf(known, finding);
  if (pen.isWatched) {
    const error = trip(pen, known, { ...finding, change });
    if (!isGuest) throw error;
  }
  yield* learn(use);
  if (isThere) return;
  const cause = new Error(`the file was ${change} in the moment in which it was written`);
  const { path: sessionFile } = pen.record;
  throw new TranscriptIoError({ sessionFile, action: ACTION, content: 'old', cause });
}

/** It looks as if nothing had been written. */
function changeOf(known: Knowledge, { stats }: Finding): FileChange {
  if (stats === undefined) return 'deleted';
  return stats.ino === known.stats?.ino ? 'truncated' : 'replaced';
}
