/** What the identity of a file costs: the same turn from a path as a caller spells it. */
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { createCoordinator, resolveSessionFile, resolveSessionFileSync } from 'penholder';
import { ratioIn, times } from './figures.js';
import type { Plan, Report, Scenario, Table, Target } from './figures.js';
import { compare, type Contestant } from './harness.js';

const noop = (): void => undefined;
const SYNC_REFERENCE = 'fs.realpathSync.native';
const ASYNC_REFERENCE = 'fs.promises.realpath';
const OURS_SYNC = 'resolveSessionFileSync';
const OURS_ASYNC = 'penholder acquire and release';

type SyncOperation = (file: string) => unknown;
type AsyncOperation = (file: string) => Promise<unknown>;

interface Files {
  readonly existing: string;
  readonly missing: string;
}

function inSync(
  name: string,
  operation: SyncOperation,
  file: string,
  reference?: string,
): Contestant {
  const perform = (count: number): void => {
    for (let index = 0; index < count; index += 1) operation(file);
  };
  return { name, perform, isOurs: name.startsWith(OURS_SYNC), ...(reference && { reference }) };
}

function inTurn(
  name: string,
  operation: AsyncOperation,
  file: string,
  reference?: string,
): Contestant {
  const perform = async (count: number): Promise<void> => {
    for (let index = 0; index < count; index += 1) await operation(file);
  };
  const isOurs = !name.startsWith('fs.');
  return { name, perform, isOurs, ...(reference && { reference }) };
}

function failing(operation: SyncOperation): SyncOperation {
  return (file) => {
    try {
      return operation(file);
    } catch {
      return undefined;
    }
  };
}

function syncContestants({ existing, missing }: Files): Contestant[] {
  const native = fs.realpathSync.native;
  const ofMissing = `${SYNC_REFERENCE}, missing (throws)`;
  return [
    inSync(SYNC_REFERENCE, (file) => native(file), existing, SYNC_REFERENCE),
    inSync('fs.realpathSync', (file) => fs.realpathSync(file), existing, SYNC_REFERENCE),
    inSync(OURS_SYNC, resolveSessionFileSync, existing, SYNC_REFERENCE),
    inSync(
      ofMissing,
      failing((file) => native(file)),
      missing,
      SYNC_REFERENCE,
    ),
    inSync(`${OURS_SYNC}, missing`, resolveSessionFileSync, missing, ofMissing),
  ];
}

function asyncContestants({ existing, missing }: Files): Contestant[] {
  const sessions = createCoordinator();
  const acquire: AsyncOperation = async (sessionFile) => {
    void (await sessions.acquire({ sessionFile })).release();
  };
  const realpath: AsyncOperation = (file) => fs.promises.realpath(file);
  const tolerant: AsyncOperation = (file) => realpath(file).catch(noop);
  const ofMissing = `${ASYNC_REFERENCE}, missing (rejects)`;
  return [
    inTurn(ASYNC_REFERENCE, realpath, existing, ASYNC_REFERENCE),
    inTurn('resolveSessionFile', resolveSessionFile, existing, ASYNC_REFERENCE),
    inTurn(OURS_ASYNC, acquire, existing, ASYNC_REFERENCE),
    inTurn(ofMissing, tolerant, missing, ASYNC_REFERENCE),
    inTurn(`${OURS_ASYNC}, missing`, acquire, missing, ofMissing),
  ];
}

function atMostTwice(table: Table, ours: string, reference: string): Target {
  const factor = ratioIn(table, ours, reference);
  return { text: `(b) ${ours} <= 2 x ${reference}`, measured: times(factor), isMet: factor <= 2 };
}

async function play(plan: Plan): Promise<Omit<Report, 'id' | 'title'>> {
  const folder = await fs.promises.mkdtemp(path.join(os.tmpdir(), 'penholder-bench-'));
  try {
    const files = {
      existing: path.join(folder, 'session.jsonl'),
      missing: path.join(folder, 'not-there-yet.jsonl'),
    };
    await fs.promises.writeFile(files.existing, '{}\n');
    const inCall = await compare('in the call', syncContestants(files), plan, 'processor');
    const awaited = await compare('awaited', asyncContestants(files), plan, 'wall');
    return {
      tables: [inCall, awaited],
      notes: [
        `In the call: processor time; awaited: the time that passes, with a trip through the thread pool in it. ratio: existing against ${SYNC_REFERENCE} and ${ASYNC_REFERENCE}, missing against the same call on the missing file.`,
        `The file lies ${files.existing.split(path.sep).length - 1} levels deep in the folder for temporary files. A turn costs one look at device and inode on top of the path.`,
      ],
      targets: [
        atMostTwice(inCall, OURS_SYNC, SYNC_REFERENCE),
        atMostTwice(awaited, OURS_ASYNC, ASYNC_REFERENCE),
      ],
    };
  } finally {
    await fs.promises.rm(folder, { recursive: true });
  }
}

export const rawPath: Scenario = { id: 'b', title: 'the same from a path of a real file', play };
