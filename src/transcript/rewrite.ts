import { InvalidSessionFileError } from '../errors/setup-errors.js';
import { wrongType } from '../support/checks.js';
import type { FileStats } from './disk.js';
import { syncFolder } from './durable.js';
import type { Pen } from './pen.js';
import { readKnown } from './read.js';
import { replace, REWRITE } from './replace.js';
import type { Steps } from './steps.js';
import { removeTemporary, type Temporary, temporaryBeside, writeTemporary } from './temporary.js';
import type { Use } from './use.js';

export type Update = (current: Buffer) => Buffer | string | Promise<Buffer | string>;

/**
 * Replaces the content in one step: a temporary file beside it, on the disk, then renamed. Whoever
 * reads finds the old content or the new, after a crash, too.
 */
export function* rewrite(use: Use, update: Update): Steps<void> {
  const { section } = use;
  const wasFixed = section.isFixed;
  // What `update` works on stays as it is until the new content is in its place.
  section.isFixed = true;
  try {
    yield* rewriteFixed(use, update);
  } finally {
    section.isFixed = wasFixed;
  }
}

function* rewriteFixed(use: Use, update: Update): Steps<void> {
  const { pen, section } = use;
  const { bytes, known } = yield* readKnown(use);
  checkOneName(pen, known.stats);
  const before = known.content.copy();
  const next = toBuffer(yield pen.inside(section, async () => await update(bytes)));
  pen.checkOpen(section, REWRITE);
  const path = temporaryBeside(pen.path);
  let temporary: Temporary;
  try {
    temporary = yield* writeTemporary(path, next, known.stats);
  } catch (error) {
    removeTemporary(path);
    throw pen.failure(REWRITE, error, 'old');
  }
  try {
    yield* replace(use, before, temporary);
  } catch (error) {
    removeTemporary(path);
    throw error;
  }
  if (pen.record.terms.durability === 'fsync') yield* syncName(pen);
}

function toBuffer(value: unknown): Buffer {
  if (typeof value === 'string') return Buffer.from(value);
  if (value instanceof Uint8Array) return Buffer.from(value);
  throw wrongType('content', 'a string or a Buffer', value);
}

/** A rename takes one name of a file away from the others. */
function checkOneName(pen: Pen, stats: FileStats | undefined): void {
  if (stats === undefined || stats.nlink < 2) return;
  throw new InvalidSessionFileError({
    sessionFile: pen.record.path,
    reason: 'alias',
    detail: `it has ${stats.nlink} names (hard links), and a rewrite would part them`,
  });
}

function* syncName(pen: Pen): Steps<void> {
  try {
    yield* syncFolder(pen.path);
  } catch (error) {
    throw pen.failure(REWRITE, error, 'new');
  }
}
