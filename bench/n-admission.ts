/** Whether admission, recovery and interrupts stay quick in a crowd: with 10 and 100,000 runs alive. */
import fs from 'node:fs';
import path from 'node:path';
import { setImmediate, setTimeout } from 'node:timers/promises';
import { type Coordinator, createCoordinator } from 'penholder';
import type { Run } from 'penholder';
import { ratioIn, times } from './figures.js';
import type { Plan, Report, Scenario, Table, Target } from './figures.js';
import { compare, type Contestant } from './harness.js';
import { inFolder } from './transcripts.js';

const SIZES = [10, 100_000] as const;
const [SMALLEST, LARGEST] = SIZES;
/** As many as the smallest crowd has, so that the processor's caches serve both sizes alike. */
const BUSY = 10;
const MOST_RATIO = 1.5;
/** So long that no session of the crowd is worth a word. */
const LONG_MS = 24 * 3_600_000;

/** A run of the crowd that prompts, and takes every message. */
interface Busy {
  readonly sessionFile: string;
  readonly sessionKey: string;
  readonly runId: string;
}

/** A table of its own with so many files held; ten of their owners prompt. */
interface Crowd {
  readonly size: number;
  readonly sessions: Coordinator;
  readonly busy: readonly Busy[];
  /** A file on the disk that one more run holds. */
  readonly realPath: string;
  end(): Promise<void>;
}

async function gather(size: number, folder: string): Promise<Crowd> {
  const sessions = createCoordinator({ isolated: true });
  const held: Run[] = [];
  const busy: Busy[] = [];
  let stop = (): void => undefined;
  const stopped = new Promise<void>((done) => {
    stop = done;
  });
  for (let index = 0; index < size; index += 1) {
    const names = {
      sessionFile: `memory:held-${index}`,
      sessionKey: `lane-${index}`,
      runId: `run-${index}`,
    };
    const run = await sessions.acquire({ ...names, steer: () => true });
    held.push(run);
    // Nobody is judged just after the process stood still.
    if (index % 1_000 === 0) await setImmediate();
    if (index % (size / BUSY) > 0) continue;
    busy.push(names);
    void run.prompt(() => stopped);
  }
  const realPath = path.join(folder, `held-${size}.jsonl`);
  fs.writeFileSync(realPath, '');
  held.push(await sessions.acquire({ sessionFile: realPath }));
  const end = async (): Promise<void> => {
    stop();
    for (const run of held) await run.release();
  };
  return { size, sessions, busy, realPath, end };
}

/** One call for each busy run in turn. @param isRight whether the answer is the one to be measured */
function asking<T>(
  crowd: Crowd,
  ask: (sessions: Coordinator, busy: Busy) => Promise<T>,
  isRight: (answer: T) => boolean,
): Contestant['perform'] {
  const { sessions, busy } = crowd;
  return async (count) => {
    for (let index = 0; index < count; index += 1) {
      const answer = await ask(sessions, busy[index % BUSY] as Busy);
      if (!isRight(answer)) throw new Error(`Not what is measured: ${JSON.stringify(answer)}`);
    }
  };
}

const recovering = (crowd: Crowd, nameOf: (busy: Busy) => object): Contestant['perform'] =>
  asking(
    crowd,
    (sessions, busy) => sessions.recover(nameOf(busy)),
    ({ reason }) => reason === 'active_run',
  );

const OPERATIONS: Readonly<Record<string, (crowd: Crowd) => Contestant['perform']>> = {
  'admit, skip': (crowd) =>
    asking(
      crowd,
      (sessions, { sessionFile }) => sessions.admit({ sessionFile, mode: 'skip' }),
      ({ outcome }) => outcome === 'busy',
    ),
  'admit, queue, and cancel': (crowd) =>
    asking(
      crowd,
      (sessions, { sessionFile }) => sessions.admit({ sessionFile }),
      (admission) => admission.outcome === 'queued' && admission.ticket.cancel(),
    ),
  'admit, steer that is taken': (crowd) =>
    asking(
      crowd,
      (sessions, { sessionFile }) => sessions.admit({ sessionFile, mode: 'steer', message: 'on' }),
      ({ outcome }) => outcome === 'steered',
    ),
  'recover a healthy run, by file': (crowd) =>
    recovering(crowd, ({ sessionFile }) => ({ sessionFile })),
  'recover a healthy run, by key': (crowd) =>
    recovering(crowd, ({ sessionKey }) => ({ sessionKey })),
  'recover a healthy run, by run id': (crowd) => recovering(crowd, ({ runId }) => ({ runId })),
  'interrupt, stale target': (crowd) =>
    asking(
      crowd,
      (sessions, { runId }) => sessions.interrupt({ runId, generation: 7 }),
      ({ status }) => status === 'stale',
    ),
};

const CHECK = 'check() of a monitor, per run';
const ON_DISK = 'admit, skip, a real path';

const rowName = (operation: string, size: number): string =>
  `${operation}, ${size.toLocaleString('en-US')} alive`;

/** Waits until the process has run smoothly for long enough that runs are judged at all. */
async function untilCalm({ sessions, busy: [first] }: Crowd): Promise<void> {
  const { runId = '' } = first ?? {};
  while ((await sessions.recover({ runId })).reason === 'event_loop_stalled') {
    await setTimeout(1_000);
  }
}

function contestant(
  crowd: Crowd,
  operation: string,
  perform: Contestant['perform'],
  more: Partial<Contestant> = {},
): Contestant {
  const name = rowName(operation, crowd.size);
  const reference = rowName(operation, SMALLEST);
  const prepare = (): Promise<void> => untilCalm(crowd);
  return { name, perform, prepare, isOurs: crowd.size === LARGEST, reference, ...more };
}

/** A look at every run: told per run, since it is linear by nature. */
async function checks(crowds: readonly Crowd[], plan: Plan): Promise<Table> {
  const monitors = crowds.map(({ sessions }) => sessions.monitor({ warnAfterMs: LONG_MS }));
  const list = crowds.map((crowd, index) => {
    const perform = async (count: number): Promise<void> => {
      for (let done = 0; done < count; done += 1) await monitors[index]?.check();
    };
    return contestant(crowd, CHECK, perform, { isSlow: crowd.size === LARGEST });
  });
  const { rows, ...table } = await compare('the diagnostic heartbeat', list, plan, 'processor');
  for (const monitor of monitors) monitor[Symbol.dispose]();
  const perRun = rows.map(({ samples, ...row }, index) => {
    const size = crowds[index]?.size ?? NaN;
    return { ...row, samples: samples.map((sample) => sample / size) };
  });
  return { ...table, rows: perRun };
}

function flat(table: Table, operation: string): Target {
  const factor = ratioIn(table, rowName(operation, LARGEST), rowName(operation, SMALLEST));
  return {
    text: `(n) ${operation}, 100,000 to 10, < ${MOST_RATIO} x`,
    measured: times(factor),
    isMet: factor < MOST_RATIO,
  };
}

async function play(plan: Plan): Promise<Omit<Report, 'id' | 'title'>> {
  return await inFolder(async (folder) => {
    const crowds: Crowd[] = [];
    for (const size of SIZES) {
      plan.tell(`other runs alive: ${size} of them come`);
      crowds.push(await gather(size, folder));
    }
    const list = Object.entries(OPERATIONS).flatMap(([operation, performIn]) =>
      crowds.map((crowd) => contestant(crowd, operation, performIn(crowd))),
    );
    const table = await compare('on files in use', list, plan, 'processor');
    const onDisk = crowds.map((crowd) => {
      const sessionFile = crowd.realPath;
      const perform = asking(
        crowd,
        (sessions) => sessions.admit({ sessionFile, mode: 'skip' }),
        ({ outcome }) => outcome === 'busy',
      );
      return contestant(crowd, ON_DISK, perform);
    });
    const diskTable = await compare('with the resolution of the path', onDisk, plan, 'wall');
    const checkTable = await checks(crowds, plan);
    for (const crowd of crowds) await crowd.end();
    return {
      tables: [table, diskTable, checkTable],
      notes: [
        `Processor time, on ${BUSY} files spread over the crowd whose owners prompt; the names are markers, so no path is resolved. ratio: against 10 alive. Two tables in one process, so both share one heap and its collector.`,
        'The table with a real path is the time that passes. A check() looks at every run; with 10 alive its fixed part weighs more.',
      ],
      targets: Object.keys(OPERATIONS).map((operation) => flat(table, operation)),
    };
  });
}

export const admission: Scenario = {
  id: 'n',
  title: 'admission, recovery and the heartbeat with others alive',
  play,
};
