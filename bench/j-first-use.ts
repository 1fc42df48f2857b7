/** What the first use of the transcript costs: the file is read once, so that it is known. */
import { createHash } from 'node:crypto';
import fs from 'node:fs';
import { createCoordinator } from 'penholder';
import type { Run } from 'penholder';
import type { Plan, Report, Scenario } from './figures.js';
import { compare, type Contestant } from './harness.js';
import { inFolder, KIB, makeFile, MIB, sizeName } from './transcripts.js';

const SIZES = [KIB, MIB, 100 * MIB] as const;
const ROUNDS = 7;

type Operation = (run: Run) => unknown;

/** One operation for each turn, and only that is measured. */
function inFreshTurns(name: string, sessionFile: string, operation: Operation): Contestant {
  const sessions = createCoordinator();
  let run: Run | undefined;
  return {
    name,
    isOurs: true,
    isSlow: true,
    mostInARow: 1,
    async prepare() {
      await run?.release();
      run = await sessions.acquire({ sessionFile });
    },
    async perform() {
      if (run) await operation(run);
    },
  };
}

function plain(name: string, operation: () => unknown): Contestant {
  const perform = (count: number): void => {
    for (let index = 0; index < count; index += 1) operation();
  };
  return { name, isSlow: true, mostInARow: 1, perform };
}

function contestants(folder: string, sizeBytes: number): Contestant[] {
  const size = sizeName(sizeBytes);
  const file = (name: string): string => makeFile(folder, `${name}-${sizeBytes}`, sizeBytes);
  const other = file('other');
  const reference = `fs.readFileSync, SHA-256, ${size}`;
  const list = [
    inFreshTurns(`penholder, a look at the fence, ${size}`, file('looked-at'), (run) =>
      run.transcript.dropTornTail(),
    ),
    inFreshTurns(`penholder, read(), ${size}`, file('read'), (run) => run.transcript.read()),
    plain(`fs.readFileSync, ${size}`, () => fs.readFileSync(other)),
    plain(reference, () => createHash('sha256').update(fs.readFileSync(other)).digest('hex')),
  ];
  return list.map((contestant) => ({ ...contestant, reference }));
}

async function play(plan: Plan): Promise<Omit<Report, 'id' | 'title'>> {
  return await inFolder(async (folder) => {
    const list = SIZES.flatMap((sizeBytes) => contestants(folder, sizeBytes));
    const fewer = { ...plan, rounds: Math.min(plan.rounds, ROUNDS) };
    return {
      tables: [await compare('first use in a turn', list, fewer, 'wall')],
      notes: [
        'The time that passes, with the file in the memory of the system; the turn itself is not measured. ratio: against reading and hashing a file of that size at one go.',
        'The look is dropTornTail() on a file without a torn tail: it reads the file. read() is such a look, too, and gives the bytes away.',
      ],
      targets: [],
    };
  });
}

export const firstUse: Scenario = {
  id: 'j',
  title: 'the first use of a transcript of 1 KiB, 1 MiB, 100 MiB',
  play,
};
