/** What it costs to wrap code that opens the file itself: what it did is seen in the content only. */
import fs from 'node:fs';
import { createCoordinator } from 'penholder';
import type { Run } from 'penholder';
import { inUnit, median, samplesOf } from './figures.js';
import type { Plan, Report, Scenario, Table } from './figures.js';
import { compare, type Contestant } from './harness.js';
import { hasGrown, inFolder, KIB, LINE, makeFile, MIB, sizeName } from './transcripts.js';

const SIZES = [KIB, 100 * KIB, MIB, 10 * MIB] as const;
/** So many KiB a file grows by before it may be cut back. */
const IN_A_ROW = 8;
const PLAIN = 'fs.appendFileSync';
const WRAPPED = 'penholder writeSync(fs.appendFileSync)';

const rowName = (name: string, sizeBytes: number): string => `${name}, ${sizeName(sizeBytes)}`;

function append(file: string): void {
  fs.appendFileSync(file, `${LINE}\n`);
}

function contestants(run: Run, file: string, sizeBytes: number): Contestant[] {
  const reference = rowName(PLAIN, sizeBytes);
  const shared = { reference, isSlow: true, mostInARow: IN_A_ROW };
  return [
    {
      ...shared,
      name: rowName(WRAPPED, sizeBytes),
      isOurs: true,
      prepare: () => {
        if (!hasGrown(run.transcript.path, sizeBytes)) return;
        run.transcript.writeSync((path) => {
          fs.truncateSync(path, sizeBytes);
        });
      },
      perform: (count) => {
        for (let index = 0; index < count; index += 1) run.transcript.writeSync(append);
      },
    },
    {
      ...shared,
      name: reference,
      prepare: () => {
        if (hasGrown(file, sizeBytes)) fs.truncateSync(file, sizeBytes);
      },
      perform: (count) => {
        for (let index = 0; index < count; index += 1) append(file);
      },
    },
  ];
}

/** What each MiB that is in the file adds. */
function perMib(table: Table): string {
  const [small, large] = [MIB, 10 * MIB].map((sizeBytes) =>
    median(samplesOf(table, rowName(WRAPPED, sizeBytes))),
  );
  return inUnit(((large ?? NaN) - (small ?? NaN)) / 9, 'ns');
}

async function play(plan: Plan): Promise<Omit<Report, 'id' | 'title'>> {
  return await inFolder(async (folder) => {
    const sessions = createCoordinator();
    const runs: Run[] = [];
    const list: Contestant[] = [];
    for (const sizeBytes of SIZES) {
      const sessionFile = makeFile(folder, `own-${sizeBytes}.jsonl`, sizeBytes);
      const file = makeFile(folder, `other-${sizeBytes}.jsonl`, sizeBytes);
      const run = await sessions.acquire({ sessionFile });
      runs.push(run);
      list.push(...contestants(run, file, sizeBytes));
    }
    const table = await compare('one wrapped append of 1 KiB', list, plan, 'wall');
    for (const run of runs) await run.release();
    return {
      tables: [table],
      notes: [
        `The time that passes. ratio: against the same call alone. Whatever the wrapped code did shows in the content only, so the file is read again when the section ends: ${perMib(table)} for each MiB that is in it. append() needs no such reading.`,
        `Files are cut back, unmeasured, after at most ${IN_A_ROW} records where they have grown by more than a tenth.`,
      ],
      targets: [],
    };
  });
}

export const wrappedWrite: Scenario = {
  id: 'm',
  title: 'a wrapped append to 1 KiB, 100 KiB, 1 MiB, 10 MiB',
  play,
};
