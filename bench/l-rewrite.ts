/** What a rewrite costs on top of the temporary file, the sync and the rename that it is made of. */
import fs from 'node:fs';
import path from 'node:path';
import { createCoordinator } from 'penholder';
import type { Run } from 'penholder';
import type { Plan, Report, Scenario } from './figures.js';
import { compare, type Contestant } from './harness.js';
import { inFolder, makeFile, MIB } from './transcripts.js';

const ROUNDS = 9;
const BY_HAND = 'by hand: write, sync, rename';

let serial = 0;

async function replaceByHand(file: string, bytes: Buffer): Promise<void> {
  const temporary = `${file}.${(serial += 1)}.tmp`;
  const handle = await fs.promises.open(temporary, 'wx');
  await handle.writeFile(bytes);
  await handle.sync();
  await handle.close();
  await fs.promises.rename(temporary, file);
}

function replaceInOneGo(file: string, bytes: Buffer): void {
  const temporary = `${file}.${(serial += 1)}.tmp`;
  fs.writeFileSync(temporary, bytes, { flag: 'wx', flush: true });
  fs.renameSync(temporary, file);
}

async function syncFolder(file: string): Promise<void> {
  const handle = await fs.promises.open(path.dirname(file), 'r');
  await handle.sync();
  await handle.close();
}

function slow(name: string, operation: () => unknown, reference: string): Contestant {
  const perform = async (count: number): Promise<void> => {
    for (let index = 0; index < count; index += 1) await operation();
  };
  return { name, isOurs: name.startsWith('penholder'), reference, isSlow: true, perform };
}

function contestants(file: string, run: Run, durable: Run): Contestant[] {
  const bytes = fs.readFileSync(file);
  const durably = `${BY_HAND}, sync the folder`;
  return [
    slow('penholder rewrite', () => run.transcript.rewrite(() => bytes), BY_HAND),
    slow(BY_HAND, () => replaceByHand(file, bytes), BY_HAND),
    slow(
      `${BY_HAND}, after reading the file`,
      async () => {
        await fs.promises.readFile(file);
        await replaceByHand(file, bytes);
      },
      BY_HAND,
    ),
    slow(
      `${BY_HAND}, in one go`,
      () => {
        replaceInOneGo(file, bytes);
      },
      BY_HAND,
    ),
    slow(
      "penholder rewrite, durability 'fsync'",
      () => durable.transcript.rewrite(() => bytes),
      durably,
    ),
    slow(
      durably,
      async () => {
        await replaceByHand(file, bytes);
        await syncFolder(file);
      },
      durably,
    ),
  ];
}

async function play(plan: Plan): Promise<Omit<Report, 'id' | 'title'>> {
  return await inFolder(async (folder) => {
    const sessions = createCoordinator();
    const file = (name: string): string => makeFile(folder, name, MIB);
    const run = await sessions.acquire({ sessionFile: file('own.jsonl') });
    const durable = await sessions.acquire({
      sessionFile: file('durable.jsonl'),
      durability: 'fsync',
    });
    const fewer = { ...plan, rounds: Math.min(plan.rounds, ROUNDS) };
    const list = contestants(file('other.jsonl'), run, durable);
    const table = await compare('1 MiB replaced by 1 MiB', list, fewer, 'wall');
    for (const owner of [run, durable]) await owner.release();
    return {
      tables: [table],
      notes: [
        'The time that passes, most of it in the sync. ratio: against the same by hand. Ours reads the file before, gives it to the caller, and looks at the old file again behind the rename.',
      ],
      targets: [],
    };
  });
}

export const rewriting: Scenario = { id: 'l', title: 'rewrite of 1 MiB', play };
