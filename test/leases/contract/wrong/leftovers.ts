import { closeSync, type FSWatcher, openSync, watch } from 'node:fs';
import { devNull } from 'node:os';
import { fileURLToPath } from 'node:url';
import type { Lease, LeaseRequest } from '../../../../src/leases/provider.js';
import type { SessionFile } from '../../../../src/types.js';
import { memoryContestants } from '../support/memory-contestants.js';
import { MemoryLeases } from '../support/memory-leases.js';
import type { Wrong } from './wrong.js';

const QUIET_FOLDER = fileURLToPath(new URL('.', import.meta.url));

/** Leaves something with each request; all of it goes when the clause is over. */
function leaving(breaks: string, how: string, leave: (request: LeaseRequest) => () => void): Wrong {
  const undo: (() => void)[] = [];
  class Leaves extends MemoryLeases {
    override async acquire(file: SessionFile, request: LeaseRequest): Promise<Lease> {
      undo.push(leave(request));
      return await super.acquire(file, request);
    }
  }
  const makeLeaving = memoryContestants((world) => new Leaves(world));
  const make: Wrong['make'] = async () => {
    const contestants = await makeLeaving();
    const dispose = async (): Promise<void> => {
      await contestants.dispose();
      for (const end of undo.splice(0)) end();
    };
    return { ...contestants, dispose };
  };
  return { breaks, how, make };
}

function ignore(): void {
  // Only that it is there counts.
}

function leaveListener({ signal }: LeaseRequest): () => void {
  signal.addEventListener('abort', ignore);
  return () => {
    signal.removeEventListener('abort', ignore);
  };
}

function leaveTimer(): () => void {
  const timer = setTimeout(ignore, 60_000).unref();
  return () => {
    clearTimeout(timer);
  };
}

function leaveWatch(): () => void {
  const watcher: FSWatcher = watch(QUIET_FOLDER, { persistent: false });
  return () => {
    watcher.close();
  };
}

function leaveDescriptor(): () => void {
  const descriptor = openSync(devNull, 'r');
  return () => {
    closeSync(descriptor);
  };
}

function leaveProcessListener(): () => void {
  process.once('SIGWINCH', ignore);
  return () => {
    process.removeListener('SIGWINCH', ignore);
  };
}

export const WRONG_LEFTOVERS: readonly Wrong[] = [
  leaving('no-listener-on-signal', 'leaves a listener on each signal', leaveListener),
  leaving('no-timer-or-watch', 'leaves a timer that keeps nothing alive', leaveTimer),
  leaving('no-timer-or-watch', 'leaves a watch of a folder', leaveWatch),
  leaving('no-descriptor', 'leaves a file open', leaveDescriptor),
  leaving('no-process-listener', 'leaves a listener on the process', leaveProcessListener),
];
