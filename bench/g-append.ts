/** What it costs that only the owner appends, and only at an end that nobody else has moved. */
import fs from 'node:fs';
import { createCoordinator } from 'penholder';
import type { Run } from 'penholder';
import lockfile from 'proper-lockfile';
import { ratioIn, times } from './figures.js';
import type { Plan, Report, Scenario, Table, Target } from './figures.js';
import { compare, type Contestant } from './harness.js';
import { hasGrown, inFolder, KIB, LINE, makeFile, MIB, RECORD, sizeName } from './transcripts.js';

const SIZES = [KIB, MIB, 100 * MIB] as const;
const [SMALLEST, , LARGEST] = SIZES;
const MOST_SYNC_RATIO = 4;
const LEAST_PROMISES_RATIO = 10;
const MOST_SIZE_RATIO = 1.2;
/** So many KiB a file grows by before it may be cut back. */
const IN_A_ROW = 64;

const OURS_RECORD = 'penholder append, a record';
const OURS_LINE = 'penholder appendLines, a line';
const SYNC_RECORD = 'fs.appendFileSync, a record';
const SYNC_LINE = 'fs.appendFileSync, a line';
const PROMISES = 'fs.promises.appendFile, a line';
const LOCKED = 'proper-lockfile, fs.appendFileSync, a line';
/** What each of ours is compared with. */
const PAIRS = [
  [OURS_RECORD, SYNC_RECORD],
  [OURS_LINE, SYNC_LINE],
] as const;

const rowName = (name: string, sizeBytes: number): string => `${name}, ${sizeName(sizeBytes)}`;

/** A run with the file that only it writes to, and a file of that size for all others. */
interface Stage {
  readonly sizeBytes: number;
  readonly run: Run;
  readonly file: string;
}

function ours(
  { run, sizeBytes }: Stage,
  title: string,
  operation: () => Promise<void>,
  reference: string,
): Contestant {
  const prepare = (): void => {
    if (!hasGrown(run.transcript.path, sizeBytes)) return;
    run.transcript.writeSync((file) => {
      fs.truncateSync(file, sizeBytes);
    });
  };
  const perform = (count: number): Promise<void> =>
    run.within(async () => {
      for (let index = 0; index < count; index += 1) await operation();
    });
  return {
    name: rowName(title, sizeBytes),
    isOurs: true,
    reference: rowName(reference, sizeBytes),
    mostInARow: IN_A_ROW,
    prepare,
    perform,
  };
}

function peer(
  { file, sizeBytes }: Stage,
  title: string,
  perform: Contestant['perform'],
  isSlow = false,
): Contestant {
  const prepare = (): void => {
    if (hasGrown(file, sizeBytes)) fs.truncateSync(file, sizeBytes);
  };
  return {
    name: rowName(title, sizeBytes),
    reference: rowName(title === SYNC_RECORD ? SYNC_RECORD : SYNC_LINE, sizeBytes),
    mostInARow: IN_A_ROW,
    isSlow,
    prepare,
    perform,
  };
}

function contestants(stage: Stage): Contestant[] {
  const { run, file } = stage;
  return [
    ours(stage, OURS_RECORD, () => run.transcript.append(RECORD), SYNC_RECORD),
    ours(stage, OURS_LINE, () => run.transcript.appendLines(LINE), SYNC_LINE),
    peer(stage, SYNC_RECORD, (count) => {
      for (let index = 0; index < count; index += 1) {
        fs.appendFileSync(file, `${JSON.stringify(RECORD)}\n`);
      }
    }),
    peer(stage, SYNC_LINE, (count) => {
      for (let index = 0; index < count; index += 1) fs.appendFileSync(file, `${LINE}\n`);
    }),
    peer(stage, PROMISES, async (count) => {
      for (let index = 0; index < count; index += 1) {
        await fs.promises.appendFile(file, `${LINE}\n`);
      }
    }),
    peer(
      stage,
      LOCKED,
      async (count) => {
        for (let index = 0; index < count; index += 1) {
          const unlock = await lockfile.lock(file);
          fs.appendFileSync(file, `${LINE}\n`);
          await unlock();
        }
      },
      true,
    ),
  ];
}

function targetsOf(table: Table): Target[] {
  const bound = (text: string, factor: number, isMet: boolean): Target => ({
    text: `(g) ${text}`,
    measured: times(factor),
    isMet,
  });
  const bySize = SIZES.flatMap((sizeBytes) =>
    PAIRS.flatMap(([own, sync]) => {
      const name = rowName(own, sizeBytes);
      const over = ratioIn(table, name, rowName(sync, sizeBytes));
      const under = ratioIn(table, rowName(PROMISES, sizeBytes), name);
      return [
        bound(`${name} <= ${MOST_SYNC_RATIO} x ${sync}`, over, over <= MOST_SYNC_RATIO),
        bound(
          `${name}, ${LEAST_PROMISES_RATIO} x faster than ${PROMISES}`,
          under,
          under >= LEAST_PROMISES_RATIO,
        ),
      ];
    }),
  );
  const flat = PAIRS.map(([own]) => {
    const factor = ratioIn(table, rowName(own, LARGEST), rowName(own, SMALLEST));
    const text = `${own}, ${sizeName(LARGEST)} to ${sizeName(SMALLEST)}, < ${MOST_SIZE_RATIO} x`;
    return bound(text, factor, factor < MOST_SIZE_RATIO);
  });
  return [...bySize, ...flat];
}

async function play(plan: Plan): Promise<Omit<Report, 'id' | 'title'>> {
  return await inFolder(async (folder) => {
    const sessions = createCoordinator();
    const stages: Stage[] = [];
    for (const sizeBytes of SIZES) {
      const sessionFile = makeFile(folder, `own-${sizeBytes}.jsonl`, sizeBytes);
      const file = makeFile(folder, `other-${sizeBytes}.jsonl`, sizeBytes);
      stages.push({ sizeBytes, file, run: await sessions.acquire({ sessionFile }) });
    }
    const table = await compare('one append, awaited', stages.flatMap(contestants), plan, 'wall');
    for (const { run } of stages) await run.release();
    return {
      tables: [table],
      notes: [
        'The time that passes. ratio: against fs.appendFileSync of the same on a file of that size. Where a record is appended, both sides make its JSON in the measured part; proper-lockfile is lock, append, unlock.',
        `The fence is on, AsyncLocalStorage in use, nothing is synced to the disk. Files are cut back, unmeasured, after at most ${IN_A_ROW} records where they have grown by more than a tenth; ours by a wrapped write, which reads the file.`,
      ],
      targets: targetsOf(table),
    };
  });
}

export const appending: Scenario = {
  id: 'g',
  title: 'append of 1 KiB to files of 1 KiB, 1 MiB, 100 MiB',
  play,
};
