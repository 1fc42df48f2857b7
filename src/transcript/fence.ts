import { TakeoverError } from '../errors/takeover-error.js';
import type { Content } from './content.js';
import { disk, type FileStats } from './disk.js';
import { type Finding, fingerprintOf, Knowledge, settle } from './knowledge.js';
import type { Pen } from './pen.js';
import { readFile } from './read-file.js';
import { finishNow, type Steps } from './steps.js';
import type { Use } from './use.js';

/** While a file keeps changing its looks, so often its content is read before that is believed. */
const LOOKS = 3;

/**
 * The fence: makes sure, before bytes are touched, that only known writers have changed the file
 * since the fence of this run began. Stats that prove it cost one call; any difference is settled by
 * content. What it returns holds in the step in which it returns.
 *
 * @throws TakeoverError where somebody else did: the run is told to stop. A guest is not: it goes on
 *   with the file as it is
 * @throws TranscriptIoError the file cannot be looked at
 */
export function* verify(use: Use): Steps<Knowledge> {
  const { pen } = use;
  try {
    for (let look = 1; ; look += 1) {
      const proven = verifyNow(use);
      if (proven) return proven;
      const known = yield* lookAtContent(use);
      if (look >= LOOKS || known.looksLike(disk.stat(pen.path))) {
        if (!use.isGuest) pen.isFenced = true;
        return known;
      }
    }
  } catch (error) {
    throw pen.failure('read', error, 'old');
  }
}

/** What is known of the file, where its stats alone prove that. */
function verifyNow({ pen, section, isGuest }: Use): Knowledge | undefined {
  checkNotTripped(pen, isGuest);
  const known = pen.knowledge;
  if (known === undefined || section.isWrapped) return undefined;
  if (!known.isProvenBy(statOf(pen))) return undefined;
  if (!isGuest) pen.isFenced = true;
  return known;
}

/** @throws TakeoverError the conflict that has ended this run already */
export function checkNotTripped({ tripped }: Pen, isGuest: boolean): void {
  if (tripped && !isGuest) throw tripped;
}

function statOf(pen: Pen): FileStats | undefined {
  try {
    return disk.stat(pen.path);
  } catch (error) {
    throw pen.failure('read', error, 'old');
  }
}

function* lookAtContent(use: Use): Steps<Knowledge> {
  const { pen, section } = use;
  const known = pen.knowledge;
  if (known === undefined || section.isWrapped) return yield* learn(use);
  const finding = yield* settle(pen.path, known);
  pen.checkOpen(section, 'go on');
  // A synchronous write of the owner may go between the steps of a guest: it knows better.
  if (pen.knowledge !== known) return pen.knowledge ?? (yield* learn(use));
  if (finding.change === undefined) {
    known.renew(finding.stats, finding.takenMs);
    pen.noteFile(finding.stats);
    return known;
  }
  if (!pen.isWatched) return yield* learn(use);
  const adopted = own(known, finding) ?? adopt(pen, known, finding);
  if (adopted) return pen.know(adopted);
  const error = trip(pen, known, finding);
  if (!use.isGuest) throw error;
  return yield* learn(use);
}

/** Starts anew from the file as it is. */
export function* learn({ pen, section }: Use): Steps<Knowledge> {
  for (;;) {
    const before = pen.knowledge;
    const read = yield* readFile(pen.path);
    pen.checkOpen(section, 'go on');
    const isStill = pen.knowledge === before;
    if (isStill) return pen.know(new Knowledge(read, before));
    if (pen.knowledge !== undefined && !section.isWrapped) return pen.knowledge;
  }
}

/** A write of ours failed, and nobody could tell how much of it is there: as it turns out, this much. */
function own(known: Knowledge, finding: Finding): Knowledge | undefined {
  const { change, grown } = finding;
  const { doubt } = known;
  if (change !== 'appended' || grown === undefined || doubt === undefined) return undefined;
  const { sizeBytes: offsetBytes } = known.content;
  const lengthBytes = grown.sizeBytes - offsetBytes;
  const content = grownBy(known.content, doubt.bytes.subarray(0, lengthBytes));
  if (!content.equals(grown)) return undefined;
  doubt.note(offsetBytes, lengthBytes);
  return new Knowledge({ ...finding, content: grown }, known);
}

/** What a stranger appended is taken in where the run says so, and reported like a guest's. */
function adopt(pen: Pen, known: Knowledge, finding: Finding): Knowledge | undefined {
  const { change, grown } = finding;
  if (change !== 'appended' || grown === undefined || !pen.mayAdopt) return undefined;
  const offsetBytes = known.content.sizeBytes;
  pen.guestWrites.note({ offsetBytes, lengthBytes: grown.sizeBytes - offsetBytes });
  // What a guest has written among it is reported with it.
  if (known.doubt?.use.isGuest === true) known.doubt.isNoted = true;
  return new Knowledge({ ...finding, content: grown }, known);
}

/** The proof is there: one error for this run, its signal fires, the fence of others starts anew. */
export function trip(
  pen: Pen,
  known: Knowledge,
  { change = 'rewritten', stats }: Pick<Finding, 'change' | 'stats'>,
): TakeoverError {
  const { record, table, gate } = pen;
  if (pen.tripped) return pen.tripped;
  const error = new TakeoverError({
    sessionFile: record.path,
    runId: record.runId,
    change,
    by: gate.isSuspect ? 'revoked-run' : 'unknown',
    expected: known.fingerprint(),
    seen: fingerprintOf(stats),
    writes: pen.writes,
    startBytes: record.startBytes,
  });
  pen.tripped = error;
  gate.knowledge = undefined;
  table.state.emit(
    'takeover',
    record,
    {
      change,
      by: error.by,
      expectedBytes: error.expected.sizeBytes,
      seenBytes: error.seen.sizeBytes,
    },
    error.eventId,
  );
  table.signals.fire(record, 'takeover', error);
  return error;
}

/**
 * A turn is taken from code that still has the path: what it writes from now on is somebody else's,
 * and the fence of whoever comes next begins here.
 */
export function handOver(pen: Pen): void {
  try {
    pen.know(new Knowledge(finishNow(readFile(pen.path))));
  } catch {
    // What cannot be read now is learnt by whoever comes next.
    pen.gate.knowledge = undefined;
  }
}

/** The content that a file has once these bytes were put behind it. */
export function grownBy(content: Content, bytes: Buffer): Content {
  const grown = content.copy();
  grown.add(bytes);
  return grown;
}
