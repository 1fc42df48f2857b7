import path from 'node:path';
import { CODES, type Fault, type FaultyDisk } from './faulty-disk.js';
import { type Outcome, type Trial, tryFaults } from './fault-trial.js';
import type { Operation } from './operations.js';

const FAULTS: readonly Fault[] = [
  ...CODES.map((code): Fault => ({ how: 'before', code })),
  { how: 'after', code: 'EIO' },
  { how: 'after', code: 'ENOENT' },
  { how: 'short', code: 'EIO' },
];
const FEW: readonly Fault[] = [
  { how: 'before', code: 'EIO' },
  { how: 'after', code: 'EIO' },
  { how: 'short', code: 'EIO' },
];
const NEXT: Fault = { how: 'before', code: 'EIO' };

export interface Sweep {
  /** Every trial in which a call failed. */
  readonly trials: readonly Outcome[];
  /** `stat before EIO: what must not be`. */
  readonly problems: readonly string[];
}

type Setting = Omit<Trial, 'plan'>;
type Attempt = (plan: ReadonlyMap<number, Fault>) => Promise<Outcome>;

let folders = 0;

function attempts(
  folder: string,
  disk: FaultyDisk,
  operation: Operation,
  setting: Setting,
): Attempt {
  return (plan) => {
    folders += 1;
    return tryFaults(path.join(folder, `${folders}`), disk, operation, { ...setting, plan });
  };
}

function summary(trials: readonly Outcome[]): Sweep {
  const problems = trials.flatMap(({ failed, problems: found }) =>
    found.map((problem) => `${failed.join(', ')}: ${problem}`),
  );
  return { trials, problems: [...new Set(problems)] };
}

/** Each call of the operation fails once, in every way. */
export async function failEachCall(
  folder: string,
  disk: FaultyDisk,
  operation: Operation,
  setting: Setting,
): Promise<Sweep> {
  const attempt = attempts(folder, disk, operation, setting);
  // The first use of a volume finds out about its time stamps, once.
  await attempt(new Map());
  const clean = await attempt(new Map());
  const trials = [clean];
  for (let number = 0; number < clean.calls; number += 1) {
    for (const fault of FAULTS) trials.push(await attempt(new Map([[number, fault]])));
  }
  return summary(trials.filter(({ failed, problems }) => failed.length + problems.length > 0));
}

/** Each call fails, and then one of those that follow, too. */
export async function failTwoCalls(
  folder: string,
  disk: FaultyDisk,
  operation: Operation,
  setting: Setting,
): Promise<Sweep> {
  const attempt = attempts(folder, disk, operation, setting);
  await attempt(new Map());
  const { calls } = await attempt(new Map());
  const trials: Outcome[] = [];
  for (let first = 0; first < calls; first += 1) {
    for (const fault of FEW) {
      const one = await attempt(new Map([[first, fault]]));
      for (let second = first + 1; second < one.calls; second += 1) {
        const plan = new Map([
          [first, fault],
          [second, NEXT],
        ]);
        trials.push(await attempt(plan));
      }
    }
  }
  return summary(trials.filter(({ failed }) => failed.length === 2));
}
