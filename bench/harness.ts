/**
 * The stop watch. An own one, because the contestants have to take turns: all of them are warm
 * before the first sample, each round measures each of them once, and each round begins with
 * another one, so that neither the order nor a busy moment of the machine favours anybody. The
 * known libraries measure one contestant after the other.
 */
import { setImmediate } from 'node:timers/promises';
import type { Plan, Row, Table } from './figures.js';

/** Something to be measured in rounds. */
export interface Entry<T> {
  readonly name: string;
  measure(): Promise<T>;
  /** A slow one may sit out the later rounds. */
  readonly maxRounds?: number;
}

/** An operation, done so many times in a row that the clock does not matter. */
export interface Contestant {
  readonly name: string;
  readonly isOurs?: boolean;
  readonly reference?: string;
  /** It takes milliseconds: one alone may make a sample. */
  readonly isSlow?: boolean;
  /** So many in a row at most, before things are made ready again. */
  readonly mostInARow?: number;
  /** Makes things ready for the next operations; not measured. */
  prepare?(): void | Promise<void>;
  perform(count: number): void | Promise<void>;
}

/** How long one sample of a quick operation takes, about. */
const BATCH_MS = 12;
const FIRST_COUNT = 64;
const LARGEST_COUNT = 1 << 20;

function collector(): (isMinor: boolean) => void {
  const { gc } = globalThis;
  if (gc === undefined) throw new Error('Start the bench with `npm run bench`, or --expose-gc');
  return (isMinor) => {
    gc(isMinor);
  };
}

/** What stays on the heap once everything that nobody needs is gone. */
export async function heapKept(): Promise<number> {
  const collect = collector();
  for (let pass = 0; pass < 5; pass += 1) {
    collect(false);
    // Clean-up of finalised objects runs in turns of the event loop.
    await setImmediate();
  }
  return process.memoryUsage().heapUsed;
}

/** Samples of all entries, in rounds, each round in another order. */
export async function inRounds<T>(
  entries: readonly Entry<T>[],
  rounds: number,
  tell: Plan['tell'],
  label: string,
): Promise<ReadonlyMap<string, readonly T[]>> {
  const samples = new Map(entries.map(({ name }): [string, T[]] => [name, []]));
  for (let round = 0; round < rounds; round += 1) {
    const first = round % entries.length;
    const order = [...entries.slice(first), ...entries.slice(0, first)];
    for (const { name, measure, maxRounds = rounds } of order) {
      if (round >= maxRounds) continue;
      tell(`${label}: round ${round + 1}/${rounds}, ${name}`);
      samples.get(name)?.push(await measure());
    }
  }
  return samples;
}

/**
 * What a sample is made of: the processor time of this process, which leaves out what other
 * processes take and counts the threads of the garbage collector; or the time that passes, for
 * whatever waits for the file system.
 */
export type Clock = 'processor' | 'wall';

export function processorMs(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1_000;
}

const CLOCKS: Readonly<Record<Clock, () => number>> = {
  processor: processorMs,
  wall: () => performance.now(),
};

async function elapsedMs(contestant: Contestant, count: number, clock: Clock): Promise<number> {
  const { mostInARow = count } = contestant;
  let tookMs = 0;
  for (let left = count; left > 0; left -= mostInARow) {
    await contestant.prepare?.();
    const startedMs = CLOCKS[clock]();
    await contestant.perform(Math.min(left, mostInARow));
    tookMs += CLOCKS[clock]() - startedMs;
  }
  return tookMs;
}

/** Warms up, and finds out how many operations make one sample. */
async function warmUp(contestant: Contestant): Promise<number> {
  const leastCount = contestant.isSlow === true ? 1 : FIRST_COUNT;
  let count = leastCount;
  for (let passed = 0; passed < 3;) {
    const tookMs = await elapsedMs(contestant, count, 'wall');
    await setImmediate();
    if (tookMs >= BATCH_MS / 2 || count >= LARGEST_COUNT) passed += 1;
    const wanted = (count * BATCH_MS) / Math.max(tookMs, 0.01);
    count = Math.ceil(Math.min(Math.max(wanted, leastCount), count * 4, LARGEST_COUNT));
  }
  return count;
}

/** A table of nanoseconds per operation. */
export async function compare(
  title: string,
  contestants: readonly Contestant[],
  { rounds, tell }: Plan,
  clock: Clock,
): Promise<Table> {
  const collect = collector();
  const entries: Entry<number>[] = [];
  for (const contestant of contestants) {
    tell(`${title}: warm-up, ${contestant.name}`);
    const count = await warmUp(contestant);
    const measure = async (): Promise<number> => {
      // Nobody pays for the garbage of the one before.
      collect(true);
      await setImmediate();
      return (await elapsedMs(contestant, count, clock)) * (1e6 / count);
    };
    entries.push({ name: contestant.name, measure });
  }
  const samples = await inRounds(entries, rounds, tell, title);
  const rows = contestants.map(({ name, isOurs = false, reference }): Row => ({
    name,
    samples: samples.get(name) ?? [],
    isOurs,
    reference,
  }));
  return { title, unit: 'ns', rows };
}
