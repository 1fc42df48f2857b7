import { renameSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { resolveSessionFileSync } from '../../../src/identity/session-file.js';
import { lockFileLeases } from '../../../src/leases/lock-file/lock-file-leases.js';
import { thisThread } from '../../../src/support/this-process.js';
import { useTempDir } from '../../support/temp-dir.js';
import { startProcess } from './support/actor.js';

describe('a process that starts anew inside', { timeout: 40_000 }, () => {
  const dir = useTempDir();

  it('[L2] follows a claim of its own thread that nobody there holds, at once', async () => {
    // Given a claim that this thread made and does not hold
    const sessionFile = dir.join('s.jsonl');
    const token = await leaveOrphan(sessionFile);

    // When a new provider of this thread asks, and is not ready to wait
    const lease = await acquire(sessionFile);

    // Then it has it, and is told what died
    expect(lease.fencingToken).toBeGreaterThan(token);
    expect(lease.died?.runId).toBe('of this thread');
    await lease.release();
  });

  it('[L2] does not follow what another provider of this thread holds', async () => {
    // Given two providers of one thread, one with the file
    const lease = await acquire(dir.join('s.jsonl'));

    // When the other asks
    const refused = acquire(dir.join('s.jsonl'));

    // Then it is refused
    await expect(refused).rejects.toMatchObject({ reason: 'held' });
    await lease.release();
  });

  it('[L2] keeps its claim towards another process that cannot know better', async () => {
    // Given a claim that this thread made and does not hold
    const sessionFile = dir.join('s.jsonl');
    await leaveOrphan(sessionFile);
    const other = await startProcess(sessionFile);

    // When another process asks while this thread lives
    const refused = other.ask('acquire', { runId: 'other', wait: false });

    // Then it is refused, by name
    await expect(refused).rejects.toMatchObject({ reason: 'held' });
  });
});

function acquire(sessionFile: string) {
  return lockFileLeases().acquire(resolveSessionFileSync(sessionFile), {
    holder: { ...thisThread(), runId: 'of this thread', kind: 'cron', acquiredAtMs: Date.now() },
    wait: false,
    signal: new AbortController().signal,
    onLost: () => undefined,
  });
}

/** As if the release had never come. */
async function leaveOrphan(sessionFile: string): Promise<bigint> {
  const lease = await acquire(sessionFile);
  await lease.release();
  const claim = `${sessionFile}.lock/${lease.fencingToken}`;
  renameSync(`${claim}.free`, claim);
  return lease.fencingToken;
}
