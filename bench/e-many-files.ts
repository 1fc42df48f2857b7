/** Whether anything is kept of files that were used once: the heap over a million of them. */
import os from 'node:os';
import path from 'node:path';
import { createCoordinator } from 'penholder';
import { inUnit, median, samplesOf } from './figures.js';
import type { Plan, Report, Row, Scenario, Table } from './figures.js';
import { heapKept, inRounds } from './harness.js';

const FILES = 1_000_000;
const PATHS = 20_000;
const WARM_UP = 20_000;
const ROUNDS = 3;
/** An eighth of the smallest thing that can be kept of a file, one pointer. */
const NOISE_PER_FILE = 1;

const OURS = 'penholder, memory keys';
const OURS_PATHS = 'penholder, paths of missing files';
const NOTHING = 'the same loop without a lock';

type UseFile = (name: string) => Promise<unknown>;

interface Loop {
  readonly name: string;
  readonly count: number;
  use(index: number): Promise<unknown>;
}

interface Sample {
  readonly growth: number;
  readonly nsEach: number;
}

function loops(): Loop[] {
  const sessions = createCoordinator();
  const use: UseFile = async (sessionFile) => {
    void (await sessions.acquire({ sessionFile, sessionKey: sessionFile })).release();
    if (sessions.runs.size > 0) throw new Error('A run was left behind');
  };
  const nothing: UseFile = async (sessionFile) => sessionFile.length;
  const folder = path.join(os.tmpdir(), 'penholder-bench-has-no-such-folder');
  // No two loops, and no two rounds, use the same name.
  let serial = 0;
  return [
    { name: OURS, count: FILES, use: () => use(`memory:file-${(serial += 1)}`) },
    { name: NOTHING, count: FILES, use: () => nothing(`memory:file-${(serial += 1)}`) },
    { name: OURS_PATHS, count: PATHS, use: () => use(path.join(folder, `${(serial += 1)}.jsonl`)) },
  ];
}

async function inARow({ use }: Loop, count: number): Promise<void> {
  for (let index = 0; index < count; index += 1) await use(index);
}

async function sample(loop: Loop): Promise<Sample> {
  const before = await heapKept();
  const startedMs = performance.now();
  await inARow(loop, loop.count);
  const tookMs = performance.now() - startedMs;
  return { growth: (await heapKept()) - before, nsEach: (tookMs * 1e6) / loop.count };
}

async function play({ rounds, tell }: Plan): Promise<Omit<Report, 'id' | 'title'>> {
  const all = loops();
  for (const loop of all) {
    tell(`files one after the other: warm-up, ${loop.name}`);
    await inARow(loop, Math.min(WARM_UP, loop.count));
  }
  const entries = all.map((loop) => ({ name: loop.name, measure: () => sample(loop) }));
  const topic = 'files one after the other';
  const samples = await inRounds(entries, Math.min(rounds, ROUNDS), tell, topic);
  const table = (
    title: string,
    unit: Table['unit'],
    pick: (s: Sample, l: Loop) => number,
  ): Table => ({
    title,
    unit,
    rows: all.map((loop): Row => ({
      name: `${loop.name}, ${loop.count.toLocaleString('en-US')}`,
      samples: (samples.get(loop.name) ?? []).map((sample) => pick(sample, loop)),
      isOurs: loop.name !== NOTHING,
    })),
  });
  const growth = table('growth of the heap', 'bytes', (sample) => sample.growth);
  const each = table(
    'growth for each file',
    'bytes per file',
    ({ growth }, { count }) => growth / count,
  );
  const time = table('time for each file', 'ns', (sample) => sample.nsEach);
  const own = median(samplesOf(each, `${OURS}, ${FILES.toLocaleString('en-US')}`));
  const noise = samplesOf(growth, `${NOTHING}, ${FILES.toLocaleString('en-US')}`);
  return {
    tables: [growth, each, time],
    notes: [
      `Noise: the loop without a lock moves the heap by ${inUnit(Math.min(...noise), 'bytes')} .. ${inUnit(Math.max(...noise), 'bytes')}. The least that could be kept of a file is a pointer, 8 bytes; growth below ${NOISE_PER_FILE} byte for each file counts as none.`,
      `Each file has a session key of its own too. ${WARM_UP.toLocaleString('en-US')} files before the first sample.`,
    ],
    targets: [
      {
        text: `(e) growth < ${NOISE_PER_FILE} B for each of ${FILES.toLocaleString('en-US')} files`,
        measured: inUnit(own, 'bytes per file'),
        isMet: own < NOISE_PER_FILE,
      },
    ],
  };
}

export const manyFiles: Scenario = {
  id: 'e',
  title: '1,000,000 different files one after the other',
  play,
};
