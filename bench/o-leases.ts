/** What it costs to exclude other processes, and how soon they get a file that is given back, or left. */
import fs from 'node:fs';
import { availableParallelism } from 'node:os';
import { createCoordinator, resolveSessionFileSync } from 'penholder';
import { type Lease, lockFileLeases } from 'penholder/lock-file';
import lockfile from 'proper-lockfile';
import { inUnit, median, ratioIn, samplesOf, times } from './figures.js';
import type { Plan, Report, Row, Scenario, Table, Target } from './figures.js';
import { compare, type Contestant } from './harness.js';
import { handOvers, newFile, Player, recoveries } from './lease-players.js';
import { REQUEST } from './lease-request.js';
import { inFolder, RECORD } from './transcripts.js';

const HAND_OVERS = 150;
const KILLS = 100;
/** So many holders live at the same time. */
const KILLS_IN_A_ROW = 10;
const SLOW_SAMPLES = 10;
const MOST_COST_RATIO = 2;
const MOST_HAND_OVER_MS = 10;
const MOST_RECOVERY_MS = 100;
const MOST_RECOVERY_99_MS = 500;

const OURS = 'penholder lease, acquire and release';
const PROPER = 'proper-lockfile, lock and release';
const HAND_OVER = 'penholder lease';
const RECOVERY = 'penholder lease, after SIGKILL';
const LOOK = 'lease.isHeld()';
const LIST = 'fs.readdirSync of a folder of two files';
const RUN = 'penholder run and append';
const LEASED_RUN = 'penholder run and append, with leases';

const EVERY_10_MS = { retries: { retries: 10_000, minTimeout: 10, maxTimeout: 10, factor: 1 } };
const ITS_DEFAULTS = { retries: { retries: 10 } };

async function freeFile(folder: string, plan: Plan): Promise<Table> {
  const leases = lockFileLeases();
  const file = resolveSessionFileSync(newFile(folder));
  const other = newFile(folder);
  const ours = async (count: number): Promise<void> => {
    for (let done = 0; done < count; done += 1) {
      await (await leases.acquire(file, REQUEST)).release();
    }
  };
  const proper = async (count: number): Promise<void> => {
    for (let done = 0; done < count; done += 1) {
      await (
        await lockfile.lock(other, { realpath: false, retries: 0 })
      )();
    }
  };
  return await compare(
    'a free file',
    [
      { name: PROPER, perform: proper, reference: PROPER },
      { name: OURS, perform: ours, isOurs: true, reference: PROPER },
    ],
    plan,
    'wall',
  );
}

async function looks(folder: string, plan: Plan): Promise<Table> {
  const file = resolveSessionFileSync(newFile(folder));
  const lease: Lease = await lockFileLeases().acquire(file, REQUEST);
  const look = (count: number): void => {
    for (let done = 0; done < count; done += 1) if (!lease.isHeld()) throw new Error('lost');
  };
  const list = (count: number): void => {
    for (let done = 0; done < count; done += 1) fs.readdirSync(`${file.realPath}.lock`);
  };
  const table = await compare(
    'before each write',
    [
      { name: LIST, perform: list, reference: LIST },
      { name: LOOK, perform: look, isOurs: true, reference: LIST },
    ],
    plan,
    'processor',
  );
  await lease.release();
  return table;
}

async function runs(folder: string, plan: Plan): Promise<Table> {
  const contestants = [undefined, lockFileLeases()].map((leases): Contestant => {
    const sessions = createCoordinator({ isolated: true, ...(leases && { leases }) });
    const sessionFile = newFile(folder);
    return {
      name: leases ? LEASED_RUN : RUN,
      isOurs: leases !== undefined,
      reference: RUN,
      mostInARow: 64,
      prepare: () => {
        fs.truncateSync(sessionFile);
      },
      perform: async (count) => {
        for (let done = 0; done < count; done += 1) {
          await sessions.run({ sessionFile }, (run) => run.transcript.append(RECORD));
        }
      },
    };
  });
  return await compare('a whole run that writes 1 KiB', contestants, plan, 'wall');
}

async function between(folder: string, { tell }: Plan): Promise<Table> {
  const players = [await Player.start(), await Player.start()] as const;
  tell('hand-over: leases');
  const ours = await handOvers(players, newFile(folder), HAND_OVERS, 60);
  tell('hand-over: proper-lockfile, each 10 ms');
  const quick = await handOvers(players, newFile(folder), HAND_OVERS / 3, 60, EVERY_10_MS);
  tell('hand-over: proper-lockfile, its defaults');
  const slow = await Promise.all(
    Array.from({ length: SLOW_SAMPLES }, () =>
      handOvers(players, newFile(folder), 1, 1_000, ITS_DEFAULTS),
    ),
  );
  for (const player of players) await player.end();
  const rows = [
    ...rowsOf(HAND_OVER, ours, true),
    ...rowsOf('proper-lockfile, each 10 ms', quick),
    ...rowsOf('proper-lockfile, its own retries', slow.flat()),
  ];
  return { title: 'from the release in one process to the turn of another', unit: 'ms', rows };
}

async function afterDeath(folder: string, { tell }: Plan): Promise<Table> {
  const waiter = await Player.start();
  const ours: number[] = [];
  while (ours.length < KILLS) {
    tell(`recovery: ${ours.length} of ${KILLS} kills`);
    ours.push(...(await recoveries(waiter, folder, KILLS_IN_A_ROW, false)));
  }
  tell('recovery: proper-lockfile');
  const stale = { ...EVERY_10_MS, stale: 2_000 };
  const proper = await recoveries(waiter, folder, SLOW_SAMPLES, true, stale);
  await waiter.end();
  const rows = [
    ...rowsOf(RECOVERY, ours, true),
    ...rowsOf('proper-lockfile, stale after 2 s, each 10 ms', proper),
  ];
  return { title: 'from SIGKILL of the holder to the turn of a waiting process', unit: 'ms', rows };
}

/** A row of all samples, and one with the worst that 99 of 100 saw. */
function rowsOf(name: string, samples: readonly number[], isOurs = false): Row[] {
  return [
    { name, samples, isOurs },
    { name: most(name), samples: [worstOf99(samples)], isOurs },
  ];
}

const most = (name: string): string => `99 %, ${name}`;

function worstOf99(samples: readonly number[]): number {
  const sorted = [...samples].sort((one, other) => one - other);
  return sorted[Math.ceil(sorted.length * 0.99) - 1] ?? NaN;
}

function under(table: Table, name: string, text: string, limitMs: number): Target {
  const measured = median(samplesOf(table, name));
  return {
    text: `(o) ${text} < ${limitMs} ms`,
    measured: inUnit(measured, 'ms'),
    isMet: measured < limitMs,
  };
}

async function play(plan: Plan): Promise<Omit<Report, 'id' | 'title'>> {
  return await inFolder(async (folder) => {
    const free = await freeFile(folder, plan);
    const look = await looks(folder, plan);
    const whole = await runs(folder, plan);
    const handOver = await between(folder, plan);
    const recovery = await afterDeath(folder, plan);
    const factor = ratioIn(free, OURS, PROPER);
    return {
      tables: [free, look, whole, handOver, recovery],
      notes: [
        'Wall time, but for isHeld(): processor time. proper-lockfile is given realpath: false, so neither side resolves the path.',
        `Between processes: one process has the file for a random time while the other waits, and both tell the time by one clock. On ${availableParallelism()} cores; a row of 99 % is one figure: what 99 of 100 took at most.`,
        `${KILLS} kills; proper-lockfile is asked ${SLOW_SAMPLES} times where it takes seconds; stale after 2 s is the least that it takes. Its own retries come after 1 s, 2 s, 4 s, ...; without the option it does not wait at all.`,
      ],
      targets: [
        {
          text: `(o) ${OURS} <= ${MOST_COST_RATIO} x ${PROPER}`,
          measured: times(factor),
          isMet: factor <= MOST_COST_RATIO,
        },
        under(handOver, HAND_OVER, 'hand-over between processes, median', MOST_HAND_OVER_MS),
        under(recovery, RECOVERY, 'recovery after SIGKILL, median', MOST_RECOVERY_MS),
        under(recovery, most(RECOVERY), 'recovery after SIGKILL, 99 %', MOST_RECOVERY_99_MS),
      ],
    };
  });
}

export const leases: Scenario = { id: 'o', title: 'leases towards other processes', play };
