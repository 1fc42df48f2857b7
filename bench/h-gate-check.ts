/** What it costs to find a file as it was left: no byte of it is read. */
import fs from 'node:fs';
import { createCoordinator } from 'penholder';
import type { Run } from 'penholder';
import type { Plan, Report, Scenario } from './figures.js';
import { compare, type Contestant } from './harness.js';
import { inFolder, makeFile, MIB, RECORD } from './transcripts.js';

const STAT = 'fs.statSync';
const noop = (): void => undefined;

function contestants(run: Run): Contestant[] {
  const { transcript } = run;
  const { path } = transcript;
  const ours = (name: string, operation: () => Promise<unknown>): Contestant => ({
    name,
    isOurs: true,
    reference: STAT,
    perform: (count) =>
      run.within(async () => {
        for (let index = 0; index < count; index += 1) await operation();
      }),
  });
  return [
    {
      name: STAT,
      reference: STAT,
      perform: (count) => {
        for (let index = 0; index < count; index += 1) fs.statSync(path);
      },
    },
    ours('penholder, a section without a look', () => transcript.appendLines()),
    ours('penholder, a section with one look', () => transcript.dropTornTail()),
    ours('penholder, an empty queued write, no look', () => transcript.enqueue(noop)),
    ours('penholder, an empty prompt window, two looks', () => run.prompt(noop)),
  ];
}

async function play(plan: Plan): Promise<Omit<Report, 'id' | 'title'>> {
  return await inFolder(async (folder) => {
    const sessionFile = makeFile(folder, 'session.jsonl', MIB);
    const run = await createCoordinator().acquire({ sessionFile });
    // As most runs do: from then on it is known what the time stamps of this volume prove.
    await run.transcript.append(RECORD);
    const table = await compare('awaited', contestants(run), plan, 'processor');
    await run.release();
    return {
      tables: [table],
      notes: [
        `Processor time, on a file of 1 MiB that does not change. ratio: against one ${STAT}, which is what one look costs where the stats prove that nothing has changed.`,
        'The section without a look is an append of no lines, the one with a look is dropTornTail() on a file without a torn tail. AsyncLocalStorage in use.',
      ],
      targets: [],
    };
  });
}

export const gateCheck: Scenario = {
  id: 'h',
  title: 'a look at the fence on a file that has not changed',
  play,
};
