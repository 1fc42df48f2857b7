import { GateBusyError } from '../errors/transcript-errors.js';
import type { Section, Wrapped } from '../ownership/file/section.js';
import { wrongType } from '../support/checks.js';
import { isThenable } from '../support/thenable.js';
import { disk } from './disk.js';
import { syncFile } from './durable.js';
import { handOver, learn, verify } from './fence.js';
import type { Knowledge } from './knowledge.js';
import type { Pen } from './pen.js';
import { openToRead } from './read-file.js';
import { knowsStamps, learnStamps } from './stamps.js';
import { finishNow, type Steps } from './steps.js';
import type { Use } from './use.js';

/**
 * Sections for code that opens the file itself: whatever is in the file when it ends, and was not
 * when it began, counts as this run's.
 */
export function* wrap<T>(use: Use, code: (path: string) => T | Promise<T>): Steps<T> {
  const { pen, section } = use;
  const wrapped = yield* openWrapped(use);
  let answer: T;
  try {
    answer = (yield pen.inside(section, async () => await code(pen.path))) as T;
  } catch (error) {
    yield* closeAfterError(use, wrapped);
    throw error;
  }
  yield* closeWrapped(use, wrapped);
  return answer;
}

/**
 * The same at one go.
 *
 * @throws GateBusyError an asynchronous section of this run is open elsewhere
 */
export function wrapNow<T>(pen: Pen, code: (path: string) => T): T {
  const section = pen.tryEnter('write synchronously') ?? enterBetween(pen);
  const use: Use = { pen, section, isGuest: false };
  try {
    const wrapped = finishNow(openWrapped(use));
    let answer: T;
    try {
      answer = pen.inside(section, () => code(pen.path));
      if (isThenable(answer)) throw notSynchronous(answer);
    } catch (error) {
      finishNow(closeAfterError(use, wrapped, disk.sync));
      throw error;
    }
    finishNow(closeWrapped(use, wrapped, disk.sync));
    return answer;
  } finally {
    pen.leave(section);
  }
}

/**
 * A guest has neither path nor handle: between two of its calls the bytes are at rest, whether its
 * section is open or not.
 */
function enterBetween(pen: Pen): Section {
  const { open } = pen.gate;
  if (open?.isGuest === true && !open.isWrapped) {
    open.enter();
    return open;
  }
  throw new GateBusyError({
    sessionFile: pen.record.path,
    runId: open?.record.runId ?? pen.record.runId,
    openSection: open?.title ?? 'a section',
  });
}

/** What was known and written when the first of the wrapped writes in a section began. */
interface Since extends Wrapped {
  readonly before: Knowledge;
  readonly bytes: number;
}

function* openWrapped(use: Use): Steps<Since> {
  const { pen, section } = use;
  const before = section.isWrapped ? undefined : yield* verify(use);
  pen.checkOpen(section, 'write');
  // Another one may have begun while the file was looked at.
  if (section.wrapped === undefined && before !== undefined) {
    const onAbandoned = (): void => {
      handOver(pen);
    };
    const since: Since = { count: 0, onAbandoned, before, bytes: pen.writes.bytes };
    section.wrapped = since;
  }
  const wrapped = section.wrapped as Since;
  wrapped.count += 1;
  return wrapped;
}

/** The error of the code wins over what its end finds; what it wrote counts all the same. */
function* closeAfterError(use: Use, wrapped: Since, sync?: (fd: number) => void): Steps<void> {
  try {
    yield* closeWrapped(use, wrapped, sync);
  } catch {
    // Whoever uses the file next is told.
  }
}

/** The last one sees what all of them have written. */
function* closeWrapped(
  use: Use,
  wrapped: Since,
  sync: (fd: number) => Promise<void> | void = disk.syncLater,
): Steps<void> {
  const { pen, section } = use;
  if (!section.isOpen) return;
  let hasWritten = true;
  try {
    if (wrapped.count === 1) hasWritten = yield* lookWhatWasWritten(use, wrapped);
  } finally {
    wrapped.count -= 1;
    if (wrapped.count === 0) section.wrapped = undefined;
  }
  if (hasWritten && pen.record.terms.durability === 'fsync') yield* makeDurable(pen, sync);
}

/** Whether the file has another content than before: then that is what is known from now on. */
function* lookWhatWasWritten(use: Use, { before, bytes }: Since): Steps<boolean> {
  const { pen } = use;
  try {
    const stats = disk.stat(pen.path);
    const hasWritten = stats !== undefined && !before.looksLike(stats);
    if (hasWritten && !knowsStamps(stats)) tryStamps(pen.path);
    const { content, exists } = yield* learn(use);
    if (content.equals(before.content)) return false;
    // What went through the gate meanwhile has been counted.
    const grownBytes = content.sizeBytes - before.content.sizeBytes;
    const countedBytes = pen.writes.bytes - bytes;
    const ownBytes = Math.max(0, grownBytes - countedBytes);
    if (ownBytes > 0 || countedBytes === 0) pen.noteWrite(ownBytes, content.sizeBytes);
    else pen.endBytes = content.sizeBytes;
    return exists;
  } catch (error) {
    // Nothing is known of what was written: whoever comes next starts anew.
    pen.forget();
    throw pen.failure('read', error, 'unknown');
  }
}

function* makeDurable(pen: Pen, sync: (fd: number) => Promise<void> | void): Steps<void> {
  try {
    yield* syncFile(pen.path, sync);
  } catch (error) {
    throw pen.failure('write', error, 'new');
  }
}

/** The code inside has just written: what the time stamps of this volume are worth can be tried. */
function tryStamps(path: string): void {
  const fd = openToRead(path);
  if (fd === undefined) return;
  try {
    learnStamps(fd, disk.fstat(fd));
  } finally {
    disk.close(fd);
  }
}

/** Its outcome is nobody's any more, but it must not be an unhandled rejection either. */
function notSynchronous(answer: PromiseLike<unknown>): TypeError {
  answer.then(undefined, () => {});
  return wrongType(
    'section',
    'a synchronous function (write() takes others)',
    'one that returned a promise',
  );
}
