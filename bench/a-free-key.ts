/** What a turn costs that nobody contends and that needs no I/O. */
import AsyncLock from 'async-lock';
import { Mutex, withTimeout } from 'async-mutex';
import AwaitLock from 'await-lock';
import PQueue from 'p-queue';
import { createCoordinator } from 'penholder';
import { inUnit, median, ratioIn, samplesOf, times } from './figures.js';
import type { Plan, Report, Scenario, Table, Target } from './figures.js';
import { compare, type Contestant } from './harness.js';
import { webLocks } from './web-locks.js';

const KEY = 'memory:bench';
const WAIT_MS = 60_000;
const noop = (): void => undefined;

const OURS = 'penholder acquire, default deadline';
const OURS_RUN = 'penholder run, default deadline';
const OURS_SIGNAL = 'penholder acquire, deadline and signal';
const OURS_FRESH = 'penholder acquire, deadline and a new signal each';
const ASYNC_LOCK = 'async-lock, timeout';
const P_QUEUE_BOTH = 'p-queue, timeout and signal';
const P_QUEUE_FRESH = 'p-queue, timeout and a new signal each';
const WEB_LOCKS = 'navigator.locks, signal';
const WEB_LOCKS_FRESH = 'navigator.locks, a new signal each';

type Operation = (signal: AbortSignal) => Promise<unknown>;

/** Operations one after the other, under one signal that outlives them. */
function repeated(name: string, operation: Operation, isOurs = false): Contestant {
  const { signal } = new AbortController();
  const perform = async (count: number): Promise<void> => {
    for (let index = 0; index < count; index += 1) await operation(signal);
  };
  return { name, perform, isOurs, reference: ASYNC_LOCK };
}

/** The same with an AbortController for each, as a server makes one for each request. */
function repeatedFresh(name: string, operation: Operation, isOurs = false): Contestant {
  const perform = async (count: number): Promise<void> => {
    for (let index = 0; index < count; index += 1) await operation(new AbortController().signal);
  };
  return { name, perform, isOurs, reference: ASYNC_LOCK };
}

const sessions = createCoordinator();

/** Of ours, whatever makes no use of AsyncLocalStorage. */
function ourAcquires(): Contestant[] {
  const plain = { sessionFile: KEY };
  const withWait = { sessionFile: KEY, waitMs: WAIT_MS };
  const acquire: Operation = async () => {
    void (await sessions.acquire(plain)).release();
  };
  const acquireSignalled: Operation = async (signal) => {
    void (await sessions.acquire({ sessionFile: KEY, waitMs: WAIT_MS, signal })).release();
  };
  const acquireWithin: Operation = async () => {
    void (await sessions.acquire(withWait)).release();
  };
  const acquireAwaited: Operation = async () => {
    const run = await sessions.acquire(plain);
    await run.release();
  };
  return [
    repeated(OURS, acquire, true),
    repeated('penholder acquire, waitMs', acquireWithin, true),
    repeated('penholder acquire, default deadline, await release', acquireAwaited, true),
    repeated(OURS_SIGNAL, acquireSignalled, true),
    repeatedFresh(OURS_FRESH, acquireSignalled, true),
  ];
}

function ourRuns(): Contestant[] {
  const plain = { sessionFile: KEY };
  const withSignal: Operation = (signal) =>
    sessions.run({ sessionFile: KEY, waitMs: WAIT_MS, signal }, noop);
  return [
    repeated(OURS_RUN, () => sessions.run(plain, noop), true),
    repeated('penholder run, deadline and signal', withSignal, true),
    repeatedFresh('penholder run, deadline and a new signal each', withSignal, true),
  ];
}

function peers(): Contestant[] {
  const mutex = new Mutex();
  const timedMutex = withTimeout(mutex, WAIT_MS);
  const asyncLock = new AsyncLock();
  const lockOptions = { timeout: WAIT_MS };
  const awaitLock = new AwaitLock();
  const awaitOptions = { timeout: WAIT_MS };
  const queue = new PQueue({ concurrency: 1 });
  const queueBoth: Operation = (signal) => queue.add(noop, { timeout: WAIT_MS, signal });
  const webLock: Operation = async (signal) => webLocks?.request(KEY, { signal }, noop);
  const list = [
    repeated('async-mutex', async () => (await mutex.acquire())()),
    repeated('async-mutex, withTimeout', async () => (await timedMutex.acquire())()),
    repeated(ASYNC_LOCK, () => asyncLock.acquire(KEY, noop, lockOptions)),
    repeated('await-lock, timeout', async () => {
      await awaitLock.acquireAsync(awaitOptions);
      awaitLock.release();
    }),
    repeated('p-queue', () => queue.add(noop)),
    repeated(P_QUEUE_BOTH, queueBoth),
    repeatedFresh(P_QUEUE_FRESH, queueBoth),
  ];
  if (webLocks === undefined) return list;
  return [...list, repeated(WEB_LOCKS, webLock), repeatedFresh(WEB_LOCKS_FRESH, webLock)];
}

function notSlower(table: Table, ours: string, where: string): Target {
  const factor = ratioIn(table, ours, ASYNC_LOCK);
  const [own, other] = [ours, ASYNC_LOCK].map((name) =>
    inUnit(median(samplesOf(table, name)), 'ns'),
  );
  return {
    text: `(a) ${ours}${where} <= ${ASYNC_LOCK}`,
    measured: `${times(factor)} (${own} to ${other})`,
    isMet: factor <= 1,
  };
}

function fasterThan(table: Table, ours: string, peer: string): Target {
  const factor = ratioIn(table, peer, ours);
  return { text: `(a) ${ours} >= 3 x ${peer}`, measured: times(factor), isMet: factor >= 3 };
}

async function play(plan: Plan): Promise<Omit<Report, 'id' | 'title'>> {
  const before = await compare(
    'before any AsyncLocalStorage',
    [...ourAcquires(), ...peers()],
    plan,
    'processor',
  );
  await sessions.run({ sessionFile: KEY }, noop);
  const contestants = [...ourAcquires(), ...ourRuns(), ...peers()];
  const after = await compare('with AsyncLocalStorage in use', contestants, plan, 'processor');
  const targets = [
    notSlower(before, OURS, ''),
    notSlower(after, OURS_RUN, ', AsyncLocalStorage in use'),
    fasterThan(before, OURS_SIGNAL, P_QUEUE_BOTH),
    fasterThan(before, OURS_FRESH, P_QUEUE_FRESH),
  ];
  if (webLocks !== undefined) {
    targets.push(fasterThan(before, OURS_SIGNAL, WEB_LOCKS));
    targets.push(fasterThan(before, OURS_FRESH, WEB_LOCKS_FRESH));
  }
  const notes = [
    `Processor time. ratio: against "${ASYNC_LOCK}". Unless named, release is a plain call, as of the peers.`,
    'Before Node 24 the first AsyncLocalStorage.run of a process makes all its promises dearer, for everybody: run() needs one, acquire() does not. Hence two tables.',
    'The timeout of p-queue limits the task, not the wait. await-lock and async-lock set no timer on a free key.',
  ];
  if (webLocks === undefined) notes.push('No navigator.locks here: Node has it from 24 on.');
  return { tables: [before, after], notes, targets };
}

export const freeKey: Scenario = {
  id: 'a',
  title: 'acquire and release a free key, without I/O',
  play,
};
