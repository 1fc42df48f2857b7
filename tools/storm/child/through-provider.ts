import { closeSync, fstatSync, openSync, readSync, writeSync } from 'node:fs';
import { randomUUID } from 'node:crypto';
import { resolveSessionFile } from '../../../src/identity/session-file.js';
import type { Lease } from '../../../src/leases/lock-file/lock-file-leases.js';
import { thisThread } from '../../../src/support/this-process.js';
import type { HolderInfo } from '../../../src/types.js';
import type { WatchedLeases } from './watched-leases.js';
import { type Lane, spend, type StormRecord } from './turn.js';

/** One turn with the bare lease: look, write, in one step. */
export async function turnThroughProvider(
  leases: WatchedLeases,
  alias: string,
  lane: Lane,
): Promise<void> {
  const file = await resolveSessionFile(alias.startsWith('file:') ? new URL(alias) : alias);
  const lost = new AbortController();
  const signal = AbortSignal.timeout(lane.settings.waitMs);
  const holder: HolderInfo = {
    ...thisThread(),
    ...{ runId: randomUUID(), kind: 'person' as const, acquiredAtMs: Date.now() },
  };
  const onLost = (): void => {
    lost.abort();
  };
  const lease = await leases.acquire(file, { holder, wait: true, signal, onLost });
  const fd = openSync(file.realPath, 'a+');
  try {
    endTornLine(fd);
    await lease.update(holder);
    await spend(
      {
        token: String(lease.fencingToken),
        journal: leases.journal(file.realPath),
        write: async (record) => {
          if (lost.signal.aborted) throw leaseLost();
          writeIfHeld(fd, lease, record);
        },
      },
      lane,
    );
  } finally {
    closeSync(fd);
    await lease.release();
  }
}

function writeIfHeld(fd: number, lease: Lease, record: StormRecord): void {
  const line = Buffer.from(`${JSON.stringify(record)}\n`);
  if (!lease.isHeld()) throw leaseLost();
  writeSync(fd, line);
}

function leaseLost(): Error {
  return Object.assign(new Error('The lease was lost'), { code: 'LOST' });
}

/** What somebody was killed in the middle of stays, as a line of its own. */
function endTornLine(fd: number): void {
  const { size } = fstatSync(fd);
  const last = Buffer.alloc(1);
  if (size > 0 && readSync(fd, last, 0, 1, size - 1) === 1 && last[0] !== 10) writeSync(fd, '\n');
}
