import type { Line } from '../journal.js';
import type { Finding } from './finding.js';
import { checkDeaths, checkGrants, checkTurns } from './grants.js';
import { Interruptions } from './interruptions.js';
import { checkRecords, type RecordsFacts } from './records.js';
import { spread } from '../spread.js';
import { timesOf, type Times } from './times.js';

/** So many recoveries tell something: a single one may be slow for many reasons. */
const ENOUGH = 3;

/** Everything that is left of one session file after a storm. */
export interface FileTraces {
  readonly name: string;
  readonly lines: readonly Line[];
  readonly content: string;
  /** What is in its lock folder. */
  readonly locks: readonly string[];
}

export interface FileFacts extends Omit<RecordsFacts, 'findings'>, Times {
  readonly name: string;
  readonly findings: readonly Finding[];
}

/**
 * @param storm what was done to processes
 * @param silenceMs after which a holder may lose its lease that is not known to be dead
 */
export function checkStorm(
  files: readonly FileTraces[],
  storm: readonly Line[],
  silenceMs: number,
): FileFacts[] {
  const done = files.flatMap(({ lines }) => lines).sort((one, other) => one.at - other.at);
  const interruptions = new Interruptions(storm, done);
  return files.map(({ name, lines, content, locks }) => {
    const times = timesOf(lines, storm, interruptions);
    const { findings, ...records } = checkRecords(name, lines, content, interruptions);
    return {
      ...{ name, ...records, ...times },
      findings: [
        ...checkGrants(name, lines),
        ...checkTurns(name, lines),
        ...checkDeaths(name, lines, storm),
        ...findings,
        ...checkRecovery(name, times, silenceMs),
        ...checkEnd(name, lines),
        ...checkLocks(name, locks),
      ],
    };
  });
}

/** That a holder is dead is known at once, and not by its silence. */
function checkRecovery(file: string, { recoveryMs }: Times, silenceMs: number): Finding[] {
  const { count, median } = spread(recoveryMs);
  if (count < ENOUGH || median < silenceMs) return [];
  const text = 'others waited for the end of the lease of a dead holder';
  const evidence = recoveryMs.map((ms) => `${ms.toFixed(0)} ms`);
  return [{ rule: 'slow recovery', file, text, evidence }];
}

/** A fresh process got the file when all others were gone. */
function checkEnd(file: string, lines: readonly Line[]): Finding[] {
  const isProven = lines.some(({ deed, id }) => deed === 'grant' && id === 'last');
  if (isProven) return [];
  const evidence = lines.slice(-20).map((line) => JSON.stringify(line));
  const text = 'a fresh process did not get it after all others had ended';
  return [{ rule: 'not acquirable', file, text, evidence }];
}

/**
 * One claim, given back, with what was said beside it, the one that it followed, which counts no
 * more, the number before all, and nothing else.
 */
function checkLocks(file: string, locks: readonly string[]): Finding[] {
  const numbers = new Set(locks.flatMap((name) => /^\d+/.exec(name)?.[0] ?? []));
  const last = [...numbers].sort((one, other) => Number(one) - Number(other)).at(-1) ?? '';
  const former = /^\d+(?:\.free|\.who|\.died)?$/;
  const others = locks.filter((name) => {
    const isLast = name === `${last}.free` || name === `${last}.who`;
    const isFormer = former.test(name) && !name.startsWith(last);
    return name !== 'epoch' && !isLast && !isFormer;
  });
  if (locks.includes(`${last}.free`) && others.length === 0 && numbers.size <= 2) return [];
  const text = `its lock folder holds ${locks.length} names`;
  return [{ rule: 'left behind', file, text, evidence: locks.slice(0, 20) }];
}
