import { hostname } from 'node:os';
import { join, relative } from 'node:path';
import { foldersIn, isLockOf, type Problem, problemAt } from './folder.js';
import { briefText } from './holder-text.js';
import { type LockReport, reportOn } from './lock-report.js';
import type { Output } from './output.js';
import { tellProblems } from './problems.js';
import { counted, shortly, shown } from './wording.js';

/** What `ls` calls the state of a file. */
type State = 'free' | 'held' | 'stopped' | 'dead' | 'unknown' | 'strange';

export interface Listing {
  readonly folder: string;
  readonly isRecursive: boolean;
  /** Only those that somebody has now, be it somebody of whom nothing can be proven. */
  readonly isHeldOnly: boolean;
  readonly isJson: boolean;
}

/**
 * Lists the session files that have a lock. What it could not look at.
 *
 * @throws CouldNotLook the folder cannot be listed
 */
export async function ls(listing: Listing, output: Output): Promise<readonly Problem[]> {
  const { folder, isRecursive, isHeldOnly, isJson } = listing;
  const problems: Problem[] = [];
  const reports: LockReport[] = [];
  const counts: Record<State, number> = { held: 0, dead: 0, unknown: 0, strange: 0, free: 0 };
  const nowMs = Date.now();
  for await (const content of foldersIn(folder, isRecursive, (one) => problems.push(one))) {
    for (const [session, lock] of content.locks) {
      const report = reportIfThere(join(content.path, session), join(content.path, lock), problems);
      if (report === undefined) continue;
      const state = stateOf(report);
      const isFirst = Object.values(counts).every((count) => count === 0);
      counts[state] += 1;
      if (isJson) reports.push(report);
      else await output.out((isFirst ? HEAD : '') + row(report, state, folder));
    }
  }
  if (isJson) {
    const text = { format: 1, nowMs, folder, files: reports, counts, notLookedAt: problems };
    await output.out(`${JSON.stringify(text, undefined, 2)}\n`);
    return problems;
  }
  await output.out(summary(counts));
  tellProblems(problems, output);
  return problems;
}

/** Undefined where there is none any more, or could not be looked at. */
function reportIfThere(
  sessionFile: string,
  lockPath: string,
  problems: Problem[],
): LockReport | undefined {
  try {
    return isLockOf(sessionFile, lockPath) ? reportOn(sessionFile, lockPath) : undefined;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT')
      problems.push(problemAt(lockPath, error));
    return undefined;
  }
}

function stateOf({ state, liveness }: LockReport): State {
  if (state !== 'held') return state;
  return liveness === 'alive' ? 'held' : (liveness ?? 'unknown');
}

const HEAD = line('STATE', 'FOR', 'WAIT', 'HOLDER', 'FILE');

function row(report: LockReport, state: State, folder: string): string {
  const { holder, givenBackAtMs, waiting, sessionFile } = report;
  const sinceMs = holder?.acquiredAtMs ?? givenBackAtMs;
  const living = waiting.filter(({ liveness }) => liveness !== 'dead').length;
  const isUnnamed = state === 'unknown' && holder === null;
  return line(
    state,
    sinceMs === null ? '-' : shortly(Date.now() - sinceMs),
    living === 0 ? '-' : String(living),
    holder === null ? (isUnnamed ? '(cannot be read)' : '-') : briefText(holder, hostname()),
    shown(relative(folder, sessionFile)) + (report.fileBytes === null ? '  (no file)' : ''),
  );
}

function line(state: string, since: string, wait: string, holder: string, file: string): string {
  return `${state.padEnd(7)} ${since.padStart(6)} ${wait.padStart(4)}  ${holder.padEnd(22)}  ${file}\n`;
}

function summary(counts: Readonly<Record<State, number>>): string {
  const parts = Object.entries(counts).filter(([, count]) => count > 0);
  const sum = parts.reduce((all, [, count]) => all + count, 0);
  if (sum === 0) return 'No session file here has a lock.\n';
  const told = parts.map(([state, count]) => `${count.toLocaleString('en-US')} ${state}`);
  return `\n${counted(sum, 'session file')}: ${told.join(', ')}\n`;
}
