import { GateBusyError } from '../errors/transcript-errors.js';
import type { Section } from '../ownership/section.js';
import { wrongType } from '../support/checks.js';
import { disk } from './disk.js';
import { syncFile } from './durable.js';
import { handOver, learn, verify } from './fence.js';
import type { Knowledge } from './knowledge.js';
import type { Pen } from './pen.js';
import { finishNow, type Steps } from './steps.js';
import type { Use } from './use.js';

/**
 * Sections for code that opens the file itself: whatever is in the file when it ends, and was not
 * when it began, counts as this run's.
 */
export function* wrap<T>(use: Use, code: (path: string) => T | Promise<T>): Steps<T> {
  const { pen, section } = use;
  const before = yield* openWrapped(use);
  let answer: T;
  try {
    answer = (yield callIn(pen, section, async () => await code(pen.path))) as T;
  } catch (error) {
    yield* closeAfterError(use, before);
    throw error;
  }
  yield* closeWrapped(use, before);
  return answer;
}

/**
 * The same at one go.
 *
 * @throws GateBusyError an asynchronous section of this run is open elsewhere
 */
export function wrapNow<T>(pen: Pen, code: (path: string) => T): T {
  const section = pen.tryEnter('a synchronous write') ?? enterBetween(pen);
  const use: Use = { pen, section, isGuest: false };
  try {
    const before = finishNow(openWrapped(use));
    let answer: T;
    try {
      answer = callIn(pen, section, () => code(pen.path));
      if (isThenable(answer)) throw notSynchronous(answer);
    } catch (error) {
      finishNow(closeAfterError(use, before));
      throw error;
    }
    finishNow(closeWrapped(use, before, disk.sync));
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
    openSection: open?.action ?? 'a section',
  });
}

/** Undefined where code around has the path already: its end sees what this did. */
function* openWrapped(use: Use): Steps<Knowledge | undefined> {
  const { pen, section } = use;
  if (section.isWrapped) return undefined;
  const before = yield* verify(use);
  pen.checkOpen(section, 'write');
  section.isWrapped = true;
  section.onAbandoned = () => {
    handOver(pen);
  };
  return before;
}

/** The error of the code wins over what its end finds; what it wrote counts all the same. */
function* closeAfterError(use: Use, before: Knowledge | undefined): Steps<void> {
  try {
    yield* closeWrapped(use, before);
  } catch {
    // Whoever uses the file next is told.
  }
}

function* closeWrapped(
  use: Use,
  before: Knowledge | undefined,
  sync: (fd: number) => Promise<void> | void = disk.syncLater,
): Steps<void> {
  const { pen, section } = use;
  if (before === undefined || !section.isOpen) return;
  try {
    const { content, exists } = yield* learn(use);
    if (content.equals(before.content)) return;
    const lengthBytes = Math.max(0, content.sizeBytes - before.content.sizeBytes);
    pen.noteWrite(lengthBytes, content.sizeBytes);
    if (exists && pen.record.terms.durability === 'fsync') yield* syncFile(pen.path, sync);
  } catch (error) {
    // Nothing is known of what was written: whoever comes next starts anew.
    pen.gate.knowledge = undefined;
    pen.isFenced = false;
    throw pen.failure('read', error, 'unknown');
  } finally {
    section.isWrapped = false;
    section.onAbandoned = undefined;
  }
}

function callIn<T>(pen: Pen, section: Section, code: () => T): T {
  return pen.table.state.ambient.run(section, code);
}

function isThenable(value: unknown): value is PromiseLike<unknown> {
  return typeof (value as { then?: unknown } | null | undefined)?.then === 'function';
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
