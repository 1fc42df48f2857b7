import { join } from 'node:path';
import { foldersIn, type Problem, problemAt } from './folder.js';
import {
  asJson,
  asTable,
  type Counts,
  HELD,
  type Listing,
  type State,
  STATES,
} from './ls-format.js';
import { type LockReport, reportOn } from './lock-report.js';
import { gathered, type Output } from './output.js';
import { isLock, placeOf } from './place.js';
import { tellProblems } from './problems.js';

/**
 * Lists the session files that have a lock. What it could not look at.
 *
 * @throws CouldNotLook the folder cannot be listed
 */
export async function ls(listing: Listing, output: Output): Promise<readonly Problem[]> {
  const { folder, isRecursive, isHeldOnly, isJson } = listing;
  const problems: Problem[] = [];
  const nowMs = Date.now();
  const { format, out } = {
    format: isJson ? asJson(listing, nowMs) : asTable(listing),
    out: gathered(output),
  };
  const counts = Object.fromEntries(STATES.map((state) => [state, 0])) as Counts;
  for await (const content of foldersIn(folder, isRecursive, (one) => problems.push(one))) {
    for (const [session, lock] of content.locks) {
      const report = reportIfThere(join(content.path, session), join(content.path, lock), problems);
      if (report === undefined) continue;
      const state = stateOf(report);
      counts[state] += 1;
      if (!isHeldOnly || HELD.has(state)) await out.add(format.row(report, state));
    }
  }
  await out.add(format.end(counts, problems));
  await out.flush();
  if (!isJson) tellProblems(problems, output);
  return problems;
}

/** Undefined where there is none any more, or could not be looked at. */
function reportIfThere(
  sessionFile: string,
  lockPath: string,
  problems: Problem[],
): LockReport | undefined {
  try {
    const place = placeOf(sessionFile, lockPath);
    return isLock(place) ? reportOn(place) : undefined;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT')
      problems.push(problemAt(lockPath, error));
    return undefined;
  }
}

function stateOf({ state, liveness, isStopped }: LockReport): State {
  if (state !== 'held') return state;
  if (liveness === 'alive') return isStopped ? 'stopped' : 'held';
  return liveness ?? 'unknown';
}
