/** What a difference costs that is in the metadata only: it takes the content to settle that. */
import { createHash } from 'node:crypto';
import fs from 'node:fs';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { setTimeout } from 'node:timers/promises';
import { createCoordinator } from 'penholder';
import { inUnit, median, samplesOf } from './figures.js';
import type { Plan, Report, Row, Scenario, Table } from './figures.js';
import { compare, type Contestant, type Entry, inRounds } from './harness.js';
import { inFolder, makeFile, MIB, readThrough } from './transcripts.js';

const SIZE_BYTES = 100 * MIB;
const ROUNDS = 7;

const OURS = 'penholder, a look at the fence after a chmod';
const SYNC_CHUNKS = 'fs.readSync by 1 MiB, SHA-256';
const WHOLE = 'fs.readFileSync, SHA-256';
const STREAM = 'fs.createReadStream, SHA-256';

/** Other permission bits than before, and with them another change time. */
function changeMode(file: string): void {
  fs.chmodSync(file, (fs.statSync(file).mode & 0o777) === 0o600 ? 0o640 : 0o600);
}

function hashInChunks(file: string): string {
  const hash = createHash('sha256');
  const chunk = Buffer.allocUnsafe(MIB);
  const fd = fs.openSync(file, 'r');
  for (let length = -1; length !== 0;) {
    length = fs.readSync(fd, chunk);
    hash.update(chunk.subarray(0, length));
  }
  fs.closeSync(fd);
  return hash.digest('hex');
}

async function hashStream(file: string): Promise<string> {
  const hash = createHash('sha256');
  await readThrough(file, (chunk) => hash.update(chunk));
  return hash.digest('hex');
}

type Operation = (file: string) => unknown;

function slow(name: string, file: string, operation: Operation): Contestant {
  const perform = async (count: number): Promise<void> => {
    for (let index = 0; index < count; index += 1) await operation(file);
  };
  const prepare = (): void => {
    changeMode(file);
  };
  return {
    name,
    isOurs: name === OURS,
    reference: SYNC_CHUNKS,
    isSlow: true,
    mostInARow: 1,
    prepare,
    perform,
  };
}

/** The longest time for which the event loop did not turn. */
async function longestStopMs({ prepare, perform }: Contestant): Promise<number> {
  await prepare?.();
  const delay = monitorEventLoopDelay({ resolution: 1 });
  delay.enable();
  await setTimeout(20);
  delay.reset();
  // What it sees first after a reset does not count.
  await setTimeout(5);
  await perform(1);
  // Its timer has to fire once more to see a stop at the end.
  await setTimeout(5);
  delay.disable();
  return delay.max / 1e6;
}

async function stops(contestants: readonly Contestant[], { rounds, tell }: Plan): Promise<Table> {
  const title = 'longest stop of the event loop';
  const entries = contestants.map((contestant): Entry<number> => ({
    name: contestant.name,
    measure: () => longestStopMs(contestant),
  }));
  const samples = await inRounds(entries, rounds, tell, title);
  const rows = contestants.map(({ name, isOurs = false }): Row => ({
    name,
    samples: samples.get(name) ?? [],
    isOurs,
  }));
  return { title, unit: 'ms', rows };
}

async function play(plan: Plan): Promise<Omit<Report, 'id' | 'title'>> {
  return await inFolder(async (folder) => {
    const own = makeFile(folder, 'own.jsonl', SIZE_BYTES);
    const other = makeFile(folder, 'other.jsonl', SIZE_BYTES);
    const run = await createCoordinator().acquire({ sessionFile: own });
    const list = [
      slow(OURS, own, () => run.transcript.dropTornTail()),
      slow(SYNC_CHUNKS, other, hashInChunks),
      slow(WHOLE, other, (file) =>
        createHash('sha256').update(fs.readFileSync(file)).digest('hex'),
      ),
      slow(STREAM, other, hashStream),
    ];
    const fewer = { ...plan, rounds: Math.min(plan.rounds, ROUNDS) };
    const time = await compare('100 MiB', list, fewer, 'wall');
    const stop = await stops(list, fewer);
    await run.release();
    const stopMs = inUnit(median(samplesOf(stop, OURS)), 'ms');
    return {
      tables: [time, stop],
      notes: [
        `The time that passes, with the file in the memory of the system. ratio: against ${SYNC_CHUNKS}, which does the same work in one go.`,
        `Ours lets the event loop turn meanwhile: it stands still for ${stopMs} at a time (median). The delay is looked at each millisecond.`,
      ],
      targets: [],
    };
  });
}

export const metadataNoise: Scenario = {
  id: 'i',
  title: 'settling a change of metadata on 100 MiB',
  play,
};
