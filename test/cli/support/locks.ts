import {
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { lockPlaceOf } from '../../../src/leases/lock-file/lock-place.js';
import { ownIdentity, type ProcessIdentity } from '../../../src/leases/lock-file/identity.js';
import { lockFileLeases, type Lease } from '../../../src/leases/lock-file/lock-file-leases.js';
import { resolveSessionFileSync } from '../../../src/identity/session-file.js';
import type { HolderInfo } from '../../../src/types.js';

/** No system gives out such an id. */
const NO_PID = 99_999_999;

export const DEAD: Partial<ProcessIdentity> = { instanceId: 'of a dead one', pid: NO_PID };
export const ELSEWHERE: Partial<ProcessIdentity> = {
  ...{ instanceId: 'of another machine', host: 'build-7', bootId: 'another', machineId: 'another' },
};

function holderInfo(facts: Partial<HolderInfo> = {}): HolderInfo {
  return {
    ...{ instanceId: 'i', runId: 'r-1', kind: 'cron', pid: NO_PID, threadId: 0, host: 'gw-1' },
    ...{ processStartedAtMs: Date.now() - 7_200_000, acquiredAtMs: Date.now() - 120_000 },
    ...facts,
  };
}

export function record(process: Partial<ProcessIdentity>, facts: Partial<HolderInfo> = {}): string {
  const text = { version: 1, holder: holderInfo(facts), process: { ...ownIdentity(), ...process } };
  return `${JSON.stringify(text)}\n`;
}

/** A file inside the lock of a session file, as old as that. The path. */
export function put(sessionFile: string, name: string, text: string, agoMs = 0): string {
  const folder = lockPlaceOf(sessionFile);
  mkdirSync(folder, { recursive: true });
  const path = join(folder, name);
  writeFileSync(path, text);
  const at = new Date(Date.now() - agoMs);
  utimesSync(path, at, at);
  return path;
}

/** So that the claim after 7 is 8: its folder is as old as can be. */
export function putOld(sessionFile: string, name: string, text: string): string {
  utimesSync(put(sessionFile, 'epoch', ''), 0, 0);
  return put(sessionFile, name, text);
}

export function markName(purpose: 'wait' | 'new'): string {
  return `${purpose}-${NO_PID}-00000000-0000-4000-8000-00000000000a`;
}

/** A session file with two whole records. */
export function session(path: string): string {
  writeFileSync(path, '{"type":"session"}\n{"a":1}\n');
  return path;
}

/** What the next run of this thread gets. */
export function acquire(sessionFile: string): Promise<Lease> {
  return lockFileLeases().acquire(resolveSessionFileSync(sessionFile), {
    ...{ holder: holderInfo(), wait: false, signal: new AbortController().signal },
    onLost: () => {},
  });
}

/** Everything below a folder: names, times, sizes and content. */
export function everythingIn(folder: string): string[] {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .sort()
    .map((name) => {
      const path = join(folder, name);
      const { mtimeMs, ctimeMs, size, mode } = lstatSync(path);
      const text = lstatSync(path).isFile() ? readFileSync(path, 'utf8') : '';
      return JSON.stringify({ name, mtimeMs, ctimeMs, size, mode, text });
    });
}
