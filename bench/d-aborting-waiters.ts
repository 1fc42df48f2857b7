/** What waiters that gave up leave behind: memory, and time for whoever comes after them. */
import { mutexStage, ourStage, queueStage, type Stage } from './crowds.js';
import { inUnit, median, samplesOf } from './figures.js';
import type { Plan, Report, Row, Scenario, Table, Target } from './figures.js';
import { type Entry, heapKept, inRounds } from './harness.js';

const WAITERS = 100_000;
const PEER_WAITERS = 20_000;
const ROUNDS = 5;
const MIB = 2 ** 20;

const OURS = 'penholder, a signal each';
const OURS_SHARED = 'penholder, one signal for all';
const OURS_TIMED = 'penholder, waitMs passes';
const ALL_OURS = [OURS, OURS_SHARED, OURS_TIMED];
const ASYNC_MUTEX = 'async-mutex, withTimeout passes';
const P_QUEUE = 'p-queue, a signal each';

interface Sample {
  readonly heap: number;
  readonly waitMs: number;
}

/** The crowd comes, one more comes behind it, the crowd goes. Nothing here outlives that. */
async function crowd(
  stage: Stage,
  count: number,
  onGranted: () => void,
): Promise<{ behind: Promise<void> }> {
  const giveUp = stage.enter(count);
  const behind = stage.waitBehind(onGranted);
  await giveUp();
  return { behind };
}

async function sample(open: () => Promise<Stage>, count: number): Promise<Sample> {
  const stage = await open();
  const before = await heapKept();
  let grantedMs = NaN;
  const { behind } = await crowd(stage, count, () => {
    grantedMs = performance.now();
  });
  const heap = (await heapKept()) - before;
  const releasedMs = performance.now();
  stage.release();
  await behind;
  return { heap, waitMs: grantedMs - releasedMs };
}

function entry(name: string, open: () => Promise<Stage>, count: number): Entry<Sample> {
  return { name, measure: () => sample(open, count) };
}

function tableOf(
  title: string,
  unit: Table['unit'],
  samples: ReadonlyMap<string, readonly Sample[]>,
  pick: (sample: Sample) => number,
): Table {
  const rows = [...samples].map(([name, list]): Row => ({
    name: `${name}, ${(ALL_OURS.includes(name) ? WAITERS : PEER_WAITERS).toLocaleString('en-US')}`,
    samples: list.map(pick),
    isOurs: ALL_OURS.includes(name),
  }));
  return { title, unit, rows };
}

function below(table: Table, most: number): Target[] {
  return ALL_OURS.map((name) => {
    const samples = samplesOf(table, `${name}, ${WAITERS.toLocaleString('en-US')}`);
    const show = (value: number): string => inUnit(value, table.unit);
    return {
      text: `(d) ${table.title}, ${name}, < ${show(most)}`,
      measured: show(median(samples)),
      isMet: median(samples) < most,
    };
  });
}

async function play({ rounds, tell }: Plan): Promise<Omit<Report, 'id' | 'title'>> {
  const entries = [
    entry(OURS, () => ourStage('own signal'), WAITERS),
    entry(OURS_SHARED, () => ourStage('shared signal'), WAITERS),
    entry(OURS_TIMED, () => ourStage('deadline'), WAITERS),
    entry(ASYNC_MUTEX, mutexStage, PEER_WAITERS),
    entry(P_QUEUE, queueStage, PEER_WAITERS),
  ];
  // Small crowds first: they warm the code up and fill the history, which keeps its last events.
  for (const stage of ['own signal', 'shared signal', 'deadline'] as const) {
    tell('waiters that gave up: warm-up');
    await sample(() => ourStage(stage), 2_000);
  }
  const topic = 'waiters that gave up';
  const samples = await inRounds(entries, Math.min(rounds, ROUNDS), tell, topic);
  const heap = tableOf('heap kept', 'bytes', samples, (sample) => sample.heap);
  const wait = tableOf('release until the next grant', 'ms', samples, (sample) => sample.waitMs);
  return {
    tables: [heap, wait],
    notes: [
      'One owner, so many waiters, one more behind them that stays. The waiters give up, garbage is collected five times, the heap is compared with that before they came; then the owner releases.',
      'Before the first sample crowds of 2,000 came and went: the history is full from then on, and what it keeps is part of both heaps.',
    ],
    targets: [...below(heap, MIB), ...below(wait, 1)],
  };
}

export const abortingWaiters: Scenario = {
  id: 'd',
  title: '100,000 waiters that give up behind one owner',
  play,
};
