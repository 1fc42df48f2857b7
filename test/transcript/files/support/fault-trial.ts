import { mkdirSync, readdirSync, readFileSync, readlinkSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { inspect } from 'node:util';
import { createCoordinator, SessionError, type Run } from '../../../../src/index.js';
import type { Fault, FaultyDisk } from './faulty-disk.js';
import type { Operation } from './operations.js';

export interface Trial {
  readonly durability: 'os' | 'fsync';
  /** Whether the run has looked at the file before. */
  readonly isKnown: boolean;
  readonly plan: ReadonlyMap<number, Fault>;
}

export interface Outcome {
  readonly calls: number;
  readonly failed: readonly string[];
  /** What the operation came to: `done`, what a failed call left, or the code of another error. */
  readonly told: string;
  /** What must not be. */
  readonly problems: readonly string[];
}

/** Whatever its caller is told, as one value. */
async function told(work: () => unknown): Promise<unknown> {
  try {
    await work();
    return undefined;
  } catch (error) {
    return error;
  }
}

function contentOf(file: string): string | undefined {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return undefined;
  }
}

function descriptorsIn(folder: string): number {
  try {
    const names = readdirSync('/proc/self/fd');
    return names.filter((name) => isInside(`/proc/self/fd/${name}`, folder)).length;
  } catch {
    return 0;
  }
}

function isInside(link: string, folder: string): boolean {
  try {
    return readlinkSync(link).startsWith(folder);
  } catch {
    return false;
  }
}

const HANGS_AFTER_MS = 10_000;

/** One operation on a file of its own, with a run that waits behind it, while calls fail. */
export async function tryFaults(
  folder: string,
  disk: FaultyDisk,
  operation: Operation,
  trial: Trial,
): Promise<Outcome> {
  // Nobody waits for this time, unless the operation never ends: then it is told which call failed.
  let limit: NodeJS.Timeout | undefined;
  const hangs = new Promise<Outcome>((done) => {
    limit = setTimeout(() => {
      const failed = [...disk.failed];
      disk.heal();
      done({ calls: disk.calls.length, failed, told: 'nothing', problems: ['it hangs'] });
    }, HANGS_AFTER_MS);
  });
  const outcome = await Promise.race([perform(folder, disk, operation, trial), hangs]);
  clearTimeout(limit);
  return outcome;
}

async function perform(
  folder: string,
  disk: FaultyDisk,
  operation: Operation,
  { durability, isKnown, plan }: Trial,
): Promise<Outcome> {
  mkdirSync(folder);
  const file = path.join(folder, 'session.jsonl');
  const next = path.join(folder, 'next.jsonl');
  if (operation.before !== undefined) writeFileSync(file, operation.before);
  const coordinator = createCoordinator({ isolated: true, durability, settleMs: 1_000 });
  const run = await coordinator.acquire({ sessionFile: file });
  if (isKnown) await run.transcript.read();
  if (operation.isAlone) await run.release();
  const before = operation.isAlone ? undefined : coordinator.acquire({ sessionFile: file });

  disk.arm(plan);
  const error = await told(() => operation.perform({ coordinator, run, file, next }));
  disk.heal();

  const calls = disk.calls.length;
  const failed = [...disk.failed];
  const now = contentOf(file);
  const problems = [
    ...wrongError(error, operation, failed, now),
    ...(disk.open === 0 ? [] : [`${disk.open} descriptors were not closed`]),
    ...(descriptorsIn(folder) === 0 ? [] : ['the process still has the file open']),
    ...temporaryFiles(folder, failed),
    ...wrongPlace(error, run, next),
  ];
  if (!operation.isAlone) problems.push(...(await goOn(run, failed, 'the same run')));
  await run.release();
  const waiter = (await before) ?? (await coordinator.acquire({ sessionFile: file }));
  problems.push(...(await goOn(waiter, [], 'the next run')));
  await waiter.release();
  if (coordinator.runs.size > 0) problems.push('runs are left');
  await coordinator.close();
  return { calls, failed, told: wordFor(error), problems };
}

function wordFor(error: unknown): string {
  if (error === undefined) return 'done';
  const { code, content } = error as { code?: string; content?: string };
  return content ?? code ?? inspect(error);
}

function isLie(failed: readonly string[]): boolean {
  return failed.some((call) => /^(stat|open|fstat) .* ENOENT$/.test(call));
}

/** The type of what was told, and whether it is true. */
function wrongError(
  error: unknown,
  operation: Operation,
  failed: readonly string[],
  now: string | undefined,
): string[] {
  const old = operation.before ?? '';
  const fresh = operation.after ?? '';
  const seen = now ?? '';
  const word = wordFor(error);
  const isPart = seen.startsWith(old) && fresh.startsWith(seen);
  if (error === undefined) {
    if (operation.rejects !== undefined) return ['it did not reject'];
    return seen === fresh || isLie(failed) ? [] : [`done, but there is ${JSON.stringify(seen)}`];
  }
  if (word === operation.rejects) {
    return seen === fresh ? [] : [`${word}, but there is ${JSON.stringify(seen)}`];
  }
  if (!SessionError.is(error)) return [`told ${inspect(error)}`];
  if (error.code === 'ERR_SESSION_TAKEOVER' || error.code === 'ERR_SESSION_RUN_INTERRUPTED') {
    return isLie(failed) ? [] : [`told ${error.message}`];
  }
  if (error.code !== 'ERR_SESSION_IO') return [`told ${error.message}`];
  // A series of writes may have failed at any of them.
  const isOld = seen === old || (operation.after?.startsWith(seen) === true && seen.endsWith('\n'));
  const isTrue = { old: isOld, new: seen === fresh || isOld, torn: isPart, unknown: true }[word];
  return isTrue === true ? [] : [`told "${word}", but there is ${JSON.stringify(seen)}`];
}

function temporaryFiles(folder: string, failed: readonly string[]): string[] {
  if (failed.some((call) => call.startsWith('unlink before'))) return [];
  const left = readdirSync(folder).filter((name) => name.endsWith('.tmp'));
  return left.map((name) => `${name} is left`);
}

function wrongPlace(error: unknown, run: Run, next: string): string[] {
  const hasMoved = run.sessionFile === next;
  return error !== undefined && hasMoved ? ['told an error, but the turn has moved'] : [];
}

/** The file can be used again, by whoever is next, without being taken for somebody else's. */
async function goOn(run: Run, failed: readonly string[], who: string): Promise<string[]> {
  const first = await told(() => run.transcript.append({ later: true }));
  const code = (first as { code?: string } | undefined)?.code;
  if (code === 'ERR_SESSION_TAKEOVER' && isLie(failed)) return [];
  if (code === 'ERR_SESSION_TORN_TAIL') await run.transcript.dropTornTail();
  else if (first !== undefined) return [`${who} is told ${inspect(first)}`];
  const second = await told(() => run.transcript.append({ later: true }));
  if (second !== undefined) return [`${who} is told ${inspect(second)} at its second append`];
  const { invalid, torn, records } = await run.transcript.readRecords();
  const last = records.at(-1) as { later?: boolean };
  const isWhole = invalid.length === 0 && torn === undefined && last.later === true;
  return isWhole ? [] : [`${who} finds ${JSON.stringify({ invalid, torn, records })}`];
}
