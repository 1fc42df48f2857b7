import { join, relative } from 'node:path';
import { AccessCheck } from './examine-access.js';
import { examineGrave, examineLock } from './examine-lock.js';
import { EXIT } from './exit-codes.js';
import { describeFinding, type Finding, type Found, type Outcome } from './findings.js';
import {
  type FolderContent,
  foldersIn,
  type Problem,
  problemAt,
  sorted,
  whyNot,
} from './folder.js';
import type { Output } from './output.js';
import { isLock, placeOf } from './place.js';
import { tellProblems } from './problems.js';
import { examineTail } from './examine-tail.js';
import { counted } from './wording.js';

export interface Visit {
  readonly folder: string;
  readonly isRecursive: boolean;
  readonly isFixing: boolean;
  readonly isJson: boolean;
}

type Told = Finding & { readonly outcome: Outcome['outcome']; readonly did?: string };

/**
 * Looks for what is wrong, and mends what can be mended where it is asked to. The exit code.
 *
 * @throws CouldNotLook the folder cannot be listed
 */
export async function doctor(visit: Visit, output: Output): Promise<number> {
  const { folder, isRecursive, isFixing, isJson } = visit;
  const problems: Problem[] = [];
  const findings: Told[] = [];
  const lookedAt = { folders: 0, sessionFiles: 0, locks: 0 };
  for await (const content of foldersIn(folder, isRecursive, (one) => problems.push(one))) {
    lookedAt.folders += 1;
    for await (const found of examineFolder(content, lookedAt, problems)) {
      const outcome = isFixing ? mend(found) : ({ outcome: 'remains' } as const);
      findings.push({ ...found.finding, ...outcome });
      if (isJson) continue;
      const { sessionFile, path } = found.finding;
      const name = relative(folder, sessionFile ?? path) || '.';
      await output.out(describeFinding(found.finding, outcome, name));
    }
  }
  const isOver = ({ outcome }: Told): boolean => outcome === 'fixed' || outcome === 'gone';
  const remaining = findings.filter((told) => !isOver(told));
  if (isJson) {
    const text = { format: 1, folder, isFixing, lookedAt, findings, notLookedAt: problems };
    await output.out(`${JSON.stringify(text, undefined, 2)}\n`);
  } else {
    await output.out(summary(lookedAt, findings.length, remaining, isFixing));
    tellProblems(problems, output);
  }
  if (problems.length > 0) return EXIT.couldNotLook;
  return remaining.length > 0 ? EXIT.remains : EXIT.fine;
}

async function* examineFolder(
  content: FolderContent,
  lookedAt: { sessionFiles: number; locks: number },
  problems: Problem[],
): AsyncGenerator<Found, void> {
  const { path, locks, sessions, graves } = content;
  const access = new AccessCheck(content);
  await noting(problems, path, () => {
    access.folder();
    return [];
  });
  const names = sorted(new Set([...locks.keys(), ...sessions]));
  for (const name of names) {
    const sessionFile = join(path, name);
    const lock = locks.get(name);
    const lockPath = lock === undefined ? undefined : join(path, lock);
    let isSession = lock === undefined;
    if (lockPath !== undefined) {
      const found = await noting(problems, lockPath, () => {
        const place = placeOf(sessionFile, lockPath);
        isSession = isLock(place);
        if (!isSession) return [];
        lookedAt.locks += 1;
        return examineLock(place, access, Date.now());
      });
      yield* found;
    }
    if (!isSession) continue;
    yield* await noting(problems, sessionFile, async () => {
      const found = await examineTail(sessionFile);
      lookedAt.sessionFiles += 1;
      return found;
    });
  }
  yield* access.summary();
  for (const name of graves) {
    yield* await noting(problems, join(path, name), () => examineGrave(join(path, name)));
  }
}

/** What is gone by now needs no look. */
async function noting(
  problems: Problem[],
  path: string,
  examine: () => Found[] | Promise<Found[]>,
): Promise<Found[]> {
  try {
    return await examine();
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') problems.push(problemAt(path, error));
    return [];
  }
}

/** Everything is looked at anew before it is touched: it may have changed since it was found. */
function mend({ fix, done = '' }: Found): Outcome {
  if (fix === undefined) return { outcome: 'remains' };
  try {
    if (fix() === 'done') return { outcome: 'fixed', did: done };
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') {
      return { outcome: 'failed', did: `It could not be done: ${whyNot(error)}.` };
    }
  }
  return {
    outcome: 'gone',
    did: 'Somebody else has taken care of it, or uses it now. Left alone.',
  };
}

function summary(
  { folders, sessionFiles, locks }: { folders: number; sessionFiles: number; locks: number },
  found: number,
  remaining: readonly Told[],
  isFixing: boolean,
): string {
  const inFolders = folders === 1 ? '' : ` in ${counted(folders, 'folder')}`;
  const looked = `Looked at ${counted(sessionFiles, 'session file')} and ${counted(locks, 'lock')}${inFolders}.`;
  if (found === 0) return `${looked} Nothing is wrong.\n`;
  const findings = counted(found, 'finding');
  const canFix = remaining.filter(({ canFix: can }) => can).length;
  if (!isFixing) return `${looked} ${findings}; --fix takes care of ${canFix}.\n`;
  return `${looked} ${findings}; ${found - remaining.length} taken care of, ${remaining.length} left.\n`;
}
