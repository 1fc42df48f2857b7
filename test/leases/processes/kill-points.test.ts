import { readdirSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { type TempDir, useTempDir } from '../../support/temp-dir.js';
import { resolveSessionFileSync } from '../../../src/identity/session-file.js';
import { lockFileLeases } from '../../../src/leases/lock-file/lock-file-leases.js';
import { thisThread } from '../../../src/support/this-process.js';
import { type StartContender, startTogether, useContenders } from './support/contenders.js';
import { readJournal } from './support/journal.js';

const AT_ONCE = 4;
/** The claim that counts, and the one that it followed. */
const MOST_LEFT = 2;

describe('a process that is killed at any point of taking a file and giving it back', () => {
  const dir = useTempDir();
  const start = useContenders();

  it(
    '[L4] [L6] [X3] leaves the file to the next, with a higher token and nothing in the way',
    { timeout: 90_000 },
    async () => {
      // Given how often a process asks something of the disk while it takes a file twice
      const count = await callsOfTheDisk(dir, start);

      // When one process each is killed before each of these calls, and another asks for the file
      const points = Array.from({ length: count }, (_, index) => index + 1);
      const outcomes = await inBatches(points, (point) => dieAt(dir, start, point));

      // Then it gets it
      const wrong = outcomes.filter(
        ({ isKilled, isHigher, left }) => !isKilled || !isHigher || left > MOST_LEFT,
      );
      expect(count).toBeGreaterThan(15);
      expect(wrong).toEqual([]);
    },
  );
});

async function callsOfTheDisk(dir: TempDir, start: StartContender): Promise<number> {
  const contender = await start(dir.join('all.jsonl'), dir.join('all'), 'die');
  startTogether([contender]);
  return (await contender.count).diskCalls;
}

interface Outcome {
  readonly point: number;
  readonly isKilled: boolean;
  readonly isHigher: boolean;
  /** Numbers of claims that are in the folder once the next has the file, its own included. */
  readonly left: number;
}

async function dieAt(dir: TempDir, start: StartContender, point: number): Promise<Outcome> {
  const sessionFile = dir.join(`${point}.jsonl`);
  const journal = dir.join(`journal ${point}`);
  const contender = await start(sessionFile, journal, 'die', String(point));
  startTogether([contender]);
  const { signal } = await contender.finished;
  // A folder in which nothing is yet may be another program's: that one is waited for.
  const leases = lockFileLeases({ heartbeatMs: 1_000, expireMs: 3_000 });
  const lease = await leases.acquire(resolveSessionFileSync(sessionFile), {
    holder: { ...thisThread(), runId: 'next', kind: 'person', acquiredAtMs: Date.now() },
    wait: true,
    signal: new AbortController().signal,
    onLost: () => undefined,
  });
  const { turns } = readJournal(journal);
  const isHigher = turns.every(({ token }) => token < lease.fencingToken) && lease.isHeld();
  const names = readdirSync(`${sessionFile}.lock`).filter((name) => /^\d/.test(name));
  const left = new Set(names.map((name) => name.split('.')[0])).size;
  await leases.close();
  return { point, isKilled: signal === 'SIGKILL', isHigher, left };
}

/** So that the machine is not asked for all processes at once. */
async function inBatches<T>(
  points: readonly number[],
  play: (point: number) => Promise<T>,
): Promise<T[]> {
  const outcomes: T[] = [];
  for (let first = 0; first < points.length; first += AT_ONCE) {
    outcomes.push(...(await Promise.all(points.slice(first, first + AT_ONCE).map(play))));
  }
  return outcomes;
}
