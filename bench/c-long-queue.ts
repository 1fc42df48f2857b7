/** Whether a long queue stays quick: all requests at once, then granted one by one. */
import AsyncLock from 'async-lock';
import { Mutex } from 'async-mutex';
import pLimit from 'p-limit';
import PQueue from 'p-queue';
import { createCoordinator } from 'penholder';
import { inUnit, median, ratio, times } from './figures.js';
import type { Plan, Report, Row, Scenario, Table, Target } from './figures.js';
import { type Entry, heapKept, inRounds, processorMs } from './harness.js';
import { webLocks } from './web-locks.js';

const REQUESTS = 100_000;
/** Where a queue is an array that is shifted, a round takes seconds. */
const SLOW_ROUNDS = 3;
const QUICK_ROUNDS = 7;
const LEAST_PER_SECOND = 450_000;
const noop = (): void => undefined;

const OURS = 'penholder acquire';
const OURS_RUN = 'penholder run';
const P_LIMIT = 'p-limit';
const ASYNC_MUTEX = 'async-mutex';

interface Queue {
  readonly name: string;
  readonly isSlow?: boolean;
  /** A fresh queue, as a function that takes one request. */
  open(): () => Promise<unknown>;
}

const sessions = createCoordinator({ maxWaiting: Infinity });
const REQUEST = { sessionFile: 'memory:queue' };

const acquires: Queue = {
  name: OURS,
  open: () => () =>
    sessions.acquire(REQUEST).then((run) => {
      void run.release();
    }),
};
const runs: Queue = { name: OURS_RUN, open: () => () => sessions.run(REQUEST, noop) };
const limit: Queue = {
  name: P_LIMIT,
  open: () => {
    const limit = pLimit(1);
    return () => limit(noop);
  },
};

function slowPeers(): Queue[] {
  const mutex: Queue['open'] = () => {
    const mutex = new Mutex();
    return () =>
      mutex.acquire().then((release) => {
        release();
      });
  };
  const queue: Queue['open'] = () => {
    const queue = new PQueue({ concurrency: 1 });
    return () => queue.add(noop);
  };
  const lock: Queue['open'] = () => {
    const lock = new AsyncLock({ maxPending: Infinity });
    return () => lock.acquire('queue', noop);
  };
  const web: Queue['open'] = () => async () => webLocks?.request('queue', {}, noop);
  const peers = [
    { name: ASYNC_MUTEX, isSlow: true, open: mutex },
    { name: 'p-queue', isSlow: true, open: queue },
    { name: 'async-lock', isSlow: true, open: lock },
  ];
  return webLocks ? [...peers, { name: 'navigator.locks', isSlow: true, open: web }] : peers;
}

interface Sample {
  /** Grants, from the first call to the last end. */
  readonly perSecond: number;
  readonly processorNs: number;
}

async function sample({ open }: Queue): Promise<Sample> {
  await heapKept();
  const request = open();
  const [startedMs, busyMs] = [performance.now(), processorMs()];
  const pending: Promise<unknown>[] = [];
  for (let index = 0; index < REQUESTS; index += 1) pending.push(request());
  await Promise.all(pending);
  return {
    perSecond: (REQUESTS * 1_000) / (performance.now() - startedMs),
    processorNs: ((processorMs() - busyMs) * 1e6) / REQUESTS,
  };
}

/** Two tables: what a caller sees, and what it costs. */
async function queueUp(
  title: string,
  queues: readonly Queue[],
  plan: Plan,
): Promise<[Table, Table]> {
  const rounds = Math.min(plan.rounds, QUICK_ROUNDS);
  const entries = queues.map((queue): Entry<Sample> => ({
    name: queue.name,
    measure: () => sample(queue),
    maxRounds: queue.isSlow === true ? Math.min(rounds, SLOW_ROUNDS) : rounds,
  }));
  // Warm-up: the quick ones only, the others are slow for another reason.
  for (const queue of queues) if (queue.isSlow !== true) await sample(queue);
  const samples = await inRounds(entries, rounds, plan.tell, title);
  const rows = (pick: (sample: Sample) => number): Row[] =>
    queues.map(({ name }) => ({
      name,
      samples: (samples.get(name) ?? []).map(pick),
      isOurs: name.startsWith('penholder'),
      reference: P_LIMIT,
    }));
  return [
    { title, unit: 'grants per second', rows: rows((sample) => sample.perSecond) },
    { title: `${title}, processor time`, unit: 'ns', rows: rows((sample) => sample.processorNs) },
  ];
}

function targetsOf(table: Table, ours: string, mutex: readonly number[]): Target[] {
  const samples = (name: string): readonly number[] =>
    table.rows.find((row) => row.name === name)?.samples ?? [];
  const own = median(samples(ours));
  const least = Math.min(LEAST_PER_SECOND, median(samples(P_LIMIT)) / 2);
  const overMutex = ratio(samples(ours), mutex);
  const show = (value: number): string => inUnit(value, table.unit);
  return [
    {
      text: `(c) ${ours}, ${table.title}, >= ${show(least)}`,
      measured: show(own),
      isMet: own >= least,
    },
    {
      text: `(c) ${ours}, ${table.title}, >= 10 x ${ASYNC_MUTEX}`,
      measured: times(overMutex),
      isMet: overMutex >= 10,
    },
  ];
}

async function play(plan: Plan): Promise<Omit<Report, 'id' | 'title'>> {
  const [before, beforeCost] = await queueUp(
    'before any AsyncLocalStorage',
    [acquires, limit, ...slowPeers()],
    plan,
  );
  await sessions.run(REQUEST, noop);
  const [after, afterCost] = await queueUp(
    'with AsyncLocalStorage in use',
    [acquires, runs, limit],
    plan,
  );
  const mutex = before.rows.find(({ name }) => name === ASYNC_MUTEX)?.samples ?? [];
  return {
    tables: [before, beforeCost, after, afterCost],
    notes: [
      `${REQUESTS.toLocaleString('en-US')} requests for one key, all made before the first is granted, from the first call to the last end. ratio: against p-limit(1), which has no deadline, no signal and no priority.`,
      `Penholder's requests have their default deadline, the peers' have none. p-queue, async-lock and async-mutex play ${SLOW_ROUNDS} rounds at most.`,
      'The multiple of async-mutex is taken with async-mutex before any AsyncLocalStorage.',
    ],
    targets: [...targetsOf(before, OURS, mutex), ...targetsOf(after, OURS_RUN, mutex)],
  };
}

export const longQueue: Scenario = {
  id: 'c',
  title: '100,000 requests queued on one file at once',
  play,
};
