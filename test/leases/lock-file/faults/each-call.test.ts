import { writeFileSync } from 'node:fs';
import { describe, expect, it, vi } from 'vitest';
import type { LeaseUnavailableError } from '../../../../src/errors/lease-errors.js';
import type { Judgement } from '../../../../src/leases/lock-file/liveness.js';
import { lockFileLeases } from '../../../../src/leases/lock-file/lock-file-leases.js';
import { useFakeTime } from '../../../support/fake-time.js';
import { useTempDir } from '../../../support/temp-dir.js';
import { failAt } from '../support/failing-disk.js';
import { liveOn } from '../support/life-of-a-lease.js';
import { request, sessionFile } from '../support/requests.js';

// What another process can tell of a claim of this one: only its heartbeat.
vi.mock(import('../../../../src/leases/lock-file/liveness.js'), async (original) => ({
  ...(await original()),
  judge: (_holder, isOwn): Judgement => ({
    liveness: isOwn ? 'alive' : 'unknown',
    because: 'the test says so',
  }),
}));

const CODES = ['EIO', 'ENOSPC', 'EMFILE', 'EACCES', 'ENOENT', 'EBUSY'];
const MOST_CALLS = 40;
const TABLE = CODES.flatMap((code) =>
  Array.from({ length: MOST_CALLS }, (_, position) => [code, position] as const),
);
const TIMES = { heartbeatMs: 1_000, expireMs: 4_000 };

describe('a lock, when a call to the file system fails once', () => {
  useFakeTime();
  const dir = useTempDir();

  it('makes no more calls than are made to fail', async () => {
    // Given
    writeFileSync(dir.join('a.jsonl'), '');
    const { calls } = failAt(undefined, 'EIO');

    // When
    const life = await liveOn(
      lockFileLeases(TIMES),
      lockFileLeases(TIMES),
      sessionFile(dir.join('a.jsonl')),
    );

    // Then
    expect(calls.length).toBeGreaterThan(20);
    expect(calls.length).toBeLessThan(MOST_CALLS);
    expect(life).toEqual({ errors: [], lost: [], intruders: [] });
  });

  it.each(TABLE)(
    '[O2] [L5] leaves nobody as its owner, and says what failed: %s at call %i',
    async (code, position) => {
      // Given
      const file = sessionFile(dir.join('a.jsonl'));
      writeFileSync(file.path, '');
      const [provider, other] = [lockFileLeases(TIMES), lockFileLeases(TIMES)];
      const disk = failAt(position, code);

      // When
      const life = await liveOn(provider, other, file);
      disk.mend();
      const next = other.acquire(file, request('C', { wait: true }));
      await vi.advanceTimersByTimeAsync(TIMES.expireMs + 1_000);

      // Then
      expect(life.intruders).toEqual([]);
      expect(life.errors.filter((error) => !isTyped(error, code))).toEqual([]);
      const lease = await next;
      expect(lease.isHeld()).toBe(true);
      await lease.release();
    },
  );
});

function isTyped(error: unknown, code: string): boolean {
  const { name, lockPath, systemCode, cause, reason } = error as LeaseUnavailableError;
  const isWhole = lockPath !== undefined && systemCode === code && cause instanceof Error;
  return name === 'LeaseUnavailableError' && (isWhole || reason === 'held');
}
