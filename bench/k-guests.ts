/** Many writers on one file: how much gets in, and how long the owner waits between the others. */
import fs from 'node:fs';
import { setImmediate } from 'node:timers/promises';
import { Mutex } from 'async-mutex';
import { createCoordinator } from 'penholder';
import { median } from './figures.js';
import type { Plan, Report, Row, Scenario, Table } from './figures.js';
import { type Entry, inRounds } from './harness.js';
import { inFolder, KIB, LINE, makeFile, RECORD } from './transcripts.js';

const GUESTS = 8;
const RECORDS_EACH = 250;
const ROUNDS = 7;

const OURS = 'penholder, owner and guests';
const MUTEX = 'async-mutex, fs.promises.appendFile';
const MUTEX_SYNC = 'async-mutex, fs.appendFileSync';

/** Ways into one file. */
interface Stage {
  asOwner(): Promise<void>;
  asGuest(): Promise<void>;
  close(): Promise<void>;
}

type Open = (sessionFile: string) => Promise<Stage>;

interface Sample {
  readonly perSecond: number;
  readonly waitMs: number;
  readonly longestWaitMs: number;
}

async function ourStage(sessionFile: string): Promise<Stage> {
  const sessions = createCoordinator();
  const run = await sessions.acquire({ sessionFile });
  return {
    asOwner: () => run.within(() => run.transcript.append(RECORD)),
    asGuest: () => sessions.write(sessionFile, (transcript) => transcript.append(RECORD)),
    close: () => run.release(),
  };
}

function mutexStage(append: (file: string, line: string) => void | Promise<void>): Open {
  return async (file) => {
    const mutex = new Mutex();
    const write = (): Promise<void> =>
      mutex.runExclusive(() => append(file, `${JSON.stringify(RECORD)}\n`));
    return { asOwner: write, asGuest: write, close: async () => undefined };
  };
}

async function writeAll({ asGuest }: Stage): Promise<void> {
  for (let index = 0; index < RECORDS_EACH; index += 1) {
    await asGuest();
    await setImmediate();
  }
}

/** The owner goes on until the guests are done. All let the event loop turn between two writes. */
async function sample(open: Open, file: string): Promise<Sample> {
  fs.truncateSync(file, KIB);
  const stage = await open(file);
  const waits: number[] = [];
  const guests = { left: GUESTS };
  const startedMs = performance.now();
  const others = Array.from({ length: GUESTS }, () =>
    writeAll(stage).finally(() => {
      guests.left -= 1;
    }),
  );
  while (guests.left > 0) {
    const askedMs = performance.now();
    await stage.asOwner();
    waits.push(performance.now() - askedMs);
    await setImmediate();
  }
  await Promise.all(others);
  const tookMs = performance.now() - startedMs;
  await stage.close();
  const count = waits.length + GUESTS * RECORDS_EACH;
  if (fs.statSync(file).size !== KIB + count * (LINE.length + 1))
    throw new Error('A record is lost');
  return {
    perSecond: (count / tookMs) * 1_000,
    waitMs: median(waits),
    longestWaitMs: Math.max(...waits),
  };
}

async function play({ rounds, tell }: Plan): Promise<Omit<Report, 'id' | 'title'>> {
  return await inFolder(async (folder) => {
    const file = makeFile(folder, 'session.jsonl', KIB);
    const stages: readonly (readonly [string, Open])[] = [
      [OURS, ourStage],
      [MUTEX, mutexStage((path, line) => fs.promises.appendFile(path, line))],
      [MUTEX_SYNC, mutexStage((path, line) => fs.appendFileSync(path, line))],
    ];
    const entries = stages.map(([name, open]): Entry<Sample> => ({
      name,
      measure: () => sample(open, file),
    }));
    for (const { measure } of entries) await measure();
    const samples = await inRounds(entries, Math.min(rounds, ROUNDS), tell, 'writers');
    const table = (
      title: string,
      unit: Table['unit'],
      pick: (sample: Sample) => number,
    ): Table => ({
      title,
      unit,
      rows: entries.map(({ name }): Row => ({
        name,
        samples: (samples.get(name) ?? []).map(pick),
        isOurs: name === OURS,
        reference: MUTEX,
      })),
    });
    return {
      tables: [
        table('records written', 'records per second', ({ perSecond }) => perSecond),
        table('one append of the owner', 'ms', ({ waitMs }) => waitMs),
        table('the longest append of the owner', 'ms', ({ longestWaitMs }) => longestWaitMs),
      ],
      notes: [
        `${GUESTS} guests append ${RECORDS_EACH} records of 1 KiB each, one after the other; the owner appends until they are done; everybody lets the event loop turn between two. ratio: against ${MUTEX}.`,
        'An append of the owner is the time from its call until it resolves: waiting and writing. A guest of ours names the file by its path, which is resolved for each write.',
      ],
      targets: [],
    };
  });
}

export const guests: Scenario = {
  id: 'k',
  title: '8 guests and an owner on one file',
  play,
};
