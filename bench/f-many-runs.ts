/** Whether looking and ending stay quick in a crowd: the same with 10 to 100,000 runs alive. */
import { type Coordinator, createCoordinator, resolveSessionFileSync } from 'penholder';
import type { Run, RunView, SessionFile } from 'penholder';
import { ratioIn, times } from './figures.js';
import type { Plan, Report, Scenario, Table, Target } from './figures.js';
import { compare, type Contestant } from './harness.js';

const SIZES = [10, 1_000, 100_000] as const;
const [SMALLEST, , LARGEST] = SIZES;
/** As many as the smallest crowd has, so that the processor's caches serve all sizes alike. */
const LOOKED_AT = 10;
const MOST_RATIO = 1.5;

/** A table of its own with so many files held, each under labels of its own. */
interface Crowd {
  readonly size: number;
  readonly sessions: Coordinator;
  readonly held: readonly Run[];
  /** Names of ten runs, spread over the crowd. */
  readonly markers: readonly string[];
  readonly files: readonly SessionFile[];
  readonly keys: readonly string[];
  readonly ids: readonly string[];
  /** The names of all, shuffled. */
  readonly allIds: readonly string[];
}

async function gather(size: number): Promise<Crowd> {
  const sessions = createCoordinator({ isolated: true });
  const held: Run[] = [];
  for (let index = 0; index < size; index += 1) {
    const names = {
      sessionKey: `lane-${index}`,
      sessionId: `talk-${index}`,
      runId: `run-${index}`,
    };
    held.push(await sessions.acquire({ sessionFile: `memory:held-${index}`, ...names }));
  }
  const some = Array.from({ length: LOOKED_AT }, (_, turn) => turn * (size / LOOKED_AT));
  const markers = some.map((index) => `memory:held-${index}`);
  return {
    size,
    sessions,
    held,
    markers,
    files: markers.map((marker) => resolveSessionFileSync(marker)),
    keys: some.map((index) => `lane-${index}`),
    ids: some.map((index) => `run-${index}`),
    // 7,919 is prime to all sizes: visits everybody, and no neighbours.
    allIds: Array.from({ length: size }, (_, index) => `run-${(index * 7_919) % size}`),
  };
}

/** What was seen last: so that the engine cannot leave the looking out. */
let seen: RunView | undefined;

function looking<T>(
  crowd: Crowd,
  names: readonly T[],
  look: (name: T) => RunView | undefined,
): Contestant['perform'] {
  return (count) => {
    for (let index = 0; index < count; index += 1) seen = look(names[index % names.length] as T);
    if (seen === undefined) throw new Error(`A run of ${crowd.size} was not found`);
  };
}

/** Another run that comes and ends, over and over. */
function ending({ sessions }: Crowd, nextName: () => string): Contestant['perform'] {
  return async (count) => {
    for (let index = 0; index < count; index += 1) {
      const name = nextName();
      const names = { sessionKey: name, sessionId: name };
      void (await sessions.acquire({ sessionFile: `memory:${name}`, ...names })).release();
    }
  };
}

const OPERATIONS: Readonly<Record<string, (crowd: Crowd) => Contestant['perform']>> = {
  'bySessionFile, a SessionFile': (crowd) =>
    looking(crowd, crowd.files, (file) => crowd.sessions.runs.bySessionFile(file)),
  'bySessionFile, a marker': (crowd) =>
    looking(crowd, crowd.markers, (marker) => crowd.sessions.runs.bySessionFile(marker)),
  bySessionKey: (crowd) =>
    looking(crowd, crowd.keys, (key) => crowd.sessions.runs.bySessionKey(key)[0]),
  byRunId: (crowd) => looking(crowd, crowd.ids, (id) => crowd.sessions.runs.byRunId(id)),
  'acquire and end, one file': (crowd) => ending(crowd, () => 'other'),
  'acquire and end, new files': (crowd) => {
    let serial = 0;
    return ending(crowd, () => `other-${(serial += 1)}`);
  },
};
const ANYBODY = 'byRunId, anybody of all';

const rowName = (operation: string, size: number): string =>
  `${operation}, ${size.toLocaleString('en-US')} alive`;

function contestants(
  operation: string,
  crowds: readonly Crowd[],
  perform: (crowd: Crowd) => Contestant['perform'],
): Contestant[] {
  const reference = rowName(operation, SMALLEST);
  return crowds.map((crowd) => {
    const name = rowName(operation, crowd.size);
    return { name, perform: perform(crowd), isOurs: crowd.size === LARGEST, reference };
  });
}

function flat(table: Table, operation: string): Target {
  const factor = ratioIn(table, rowName(operation, LARGEST), rowName(operation, SMALLEST));
  return {
    text: `(f) ${operation}, 100,000 to 10, < ${MOST_RATIO} x`,
    measured: times(factor),
    isMet: factor < MOST_RATIO,
  };
}

async function play(plan: Plan): Promise<Omit<Report, 'id' | 'title'>> {
  const crowds: Crowd[] = [];
  for (const size of SIZES) {
    plan.tell(`other runs alive: ${size} of them come`);
    crowds.push(await gather(size));
  }
  const list = Object.entries(OPERATIONS).flatMap(([name, perform]) =>
    contestants(name, crowds, perform),
  );
  const anybody = contestants(ANYBODY, crowds, (crowd) =>
    looking(crowd, crowd.allIds, (id) => crowd.sessions.runs.byRunId(id)),
  );
  const table = await compare('other runs alive', [...list, ...anybody], plan, 'processor');
  for (const run of crowds.flatMap(({ held }) => held)) await run.release();
  return {
    tables: [table],
    notes: [
      'Processor time. ratio: against 10 alive. Three tables in one process, so all share one heap and its collector.',
      `Looked at are ${LOOKED_AT} runs spread over the crowd; "${ANYBODY}" visits every run in turn and so measures the processor's caches too.`,
    ],
    targets: Object.keys(OPERATIONS).map((operation) => flat(table, operation)),
  };
}

export const manyRuns: Scenario = {
  id: 'f',
  title: 'look-ups and end of a run with others alive',
  play,
};
