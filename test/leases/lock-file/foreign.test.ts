import { mkdirSync, readdirSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import { beforeEach, describe, expect, it, vi } from 'vitest';
import { lockFileLeases } from '../../../src/leases/lock-file/lock-file-leases.js';
import { useFakeTime } from '../../support/fake-time.js';
import { useTempDir } from '../../support/temp-dir.js';
import { request, sessionFile } from './support/requests.js';

const TIMES = { heartbeatMs: 1_000, expireMs: 4_000 };

/** As a raw proper-lockfile makes it: an empty folder, touched from time to time. */
describe('the lock of another program at the place of ours', () => {
  useFakeTime();
  const dir = useTempDir();
  const lock = (): string => dir.join('a.jsonl.lock');
  const acquire = (rest = {}) =>
    lockFileLeases(TIMES).acquire(sessionFile(dir.join('a.jsonl')), request('A', rest));

  beforeEach(() => {
    mkdirSync(lock());
  });

  it('[L5] is somebody’s, and says so at once', async () => {
    await expect(acquire({ wait: false })).rejects.toMatchObject({
      code: 'ERR_SESSION_LEASE_UNAVAILABLE',
      reason: 'held',
      lockPath: lock(),
    });
  });

  it('[L4] is waited for while it gives signs of life, and is not touched', async () => {
    // Given
    const before = statSync(lock()).mtimeMs;
    const waiting = acquire({ wait: true });
    let isOurs = false;
    void waiting.then(() => (isOurs = true));

    // When
    for (let beat = 1; beat <= 4; beat += 1) {
      await vi.advanceTimersByTimeAsync(3_000);
      expect(readdirSync(lock())).toEqual([]);
      utimesSync(lock(), beat, before / 1_000 + beat);
    }

    // Then
    expect(isOurs).toBe(false);
    await vi.advanceTimersByTimeAsync(TIMES.expireMs + 1_000);
    await (await waiting).release();
  });

  it('[L5] [X3] is followed once it was silent for expireMs', async () => {
    // Given
    const waiting = acquire({ wait: true });

    // When
    await vi.advanceTimersByTimeAsync(TIMES.expireMs + 1_000);

    // Then
    const lease = await waiting;
    expect(lease.isHeld()).toBe(true);
    await lease.release();
  });

  it('is not what a folder is in which one of our names is', async () => {
    // Given
    writeFileSync(dir.join('a.jsonl.lock', 'epoch'), '');

    // When
    const lease = await acquire({ wait: false });

    // Then
    expect(lease.isHeld()).toBe(true);
    await lease.release();
  });
});
