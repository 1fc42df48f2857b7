import { spawnSync } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { mkdtemp, realpath, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { vi } from 'vitest';
import type { LeaseProvider } from '../../../../src/leases/provider.js';
import type { SessionFile } from '../../../../src/types.js';
import type { Contestants, MakeContestants } from '../contestants.js';

const SETTINGS = { heartbeatMs: 1_000, expireMs: 3_000 };
/** Two heartbeats, and many looks of those who wait. Twice as long is too long without a heartbeat. */
const SETTLE_MS = 2_500;

const FAKED = [
  ...(['setTimeout', 'clearTimeout', 'setInterval', 'clearInterval'] as const),
  ...(['Date', 'performance'] as const),
];

type Open = (settings: typeof SETTINGS) => LeaseProvider | Promise<LeaseProvider>;

/** Contestants for real files of a folder of their own; only the clock is false. */
export function lockFileContestants(open: Open): MakeContestants {
  return async (): Promise<Contestants> => {
    const folder = await mkdtemp(path.join(await realpath(tmpdir()), 'pen hölder contract '));
    const providers: LeaseProvider[] = [];
    let files = 0;
    vi.useFakeTimers({ toFake: FAKED });
    return {
      open: async () => {
        const provider = await open(SETTINGS);
        providers.push(provider);
        return provider;
      },
      file: (): SessionFile => {
        files += 1;
        const realPath = path.join(folder, `session ${files}.jsonl`);
        return Object.freeze({ key: realPath, path: realPath, realPath });
      },
      presumeDead: async (file) => {
        buryHolder(`${file.realPath}.lock`);
      },
      uproot: async (file) => {
        rmSync(`${file.realPath}.lock`, { recursive: true, force: true });
      },
      settle: async () => {
        await vi.advanceTimersByTimeAsync(SETTLE_MS);
      },
      scheduled: () => vi.getTimerCount(),
      dispose: async () => {
        const closed = Promise.allSettled(providers.map((provider) => provider.close()));
        await vi.advanceTimersByTimeAsync(SETTLE_MS);
        await closed;
        vi.useRealTimers();
        await rm(folder, { recursive: true, force: true, maxRetries: 3 });
      },
    };
  };
}

/** Makes the last claim say that a process made it which has ended since. */
function buryHolder(lock: string): void {
  const numbers = readdirSync(lock).filter((name) => /^\d+$/.test(name));
  const last = path.join(lock, String(Math.max(...numbers.map(Number))));
  const record = JSON.parse(readFileSync(last, 'utf8')) as { process: object };
  const { osThreadId: _, ...process } = record.process as { osThreadId?: string };
  const dead = { ...process, instanceId: randomUUID(), pid: deadPid(), startTicks: '1' };
  const prepared = `${last}.buried`;
  writeFileSync(prepared, JSON.stringify({ ...record, process: dead }));
  renameSync(prepared, last);
}

let ended: number | undefined;

function deadPid(): number {
  ended ??= spawnSync(process.execPath, ['--version']).pid;
  return ended;
}
