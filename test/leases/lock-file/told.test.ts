import { mkdirSync, writeFileSync } from 'node:fs';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { lockDisk } from '../../../src/leases/lock-file/lock-disk.js';
import { lockFileLeases } from '../../../src/leases/lock-file/lock-file-leases.js';
import { useFakeTime } from '../../support/fake-time.js';
import { useTempDir } from '../../support/temp-dir.js';
import { systemError } from './support/memory-disk.js';
import { request, sessionFile } from './support/requests.js';

describe('what the next one is told', () => {
  useFakeTime();
  const dir = useTempDir();
  const leases = lockFileLeases();
  const acquire = (runId: string, rest = {}) =>
    leases.acquire(sessionFile(dir.join('a.jsonl')), request(runId, rest));

  afterEach(() => {
    vi.restoreAllMocks();
  });

  it('[X5] [S8] is whose turn had to be taken, where the lease was given back with that', async () => {
    // Given
    const lease = await acquire('taken');
    await lease.update(request('taken').holder);

    // When
    await lease.release({ ...request('taken').holder, startBytes: 7 });

    // Then
    const next = await acquire('next');
    expect(next.died).toMatchObject({ runId: 'taken', startBytes: 7 });
    await next.update(request('next').holder);
    await next.release();
    const after = await acquire('after');
    expect(after.died).toBeUndefined();
    await after.release();
  });
});

describe('a folder that cannot be written, where only this process counts', () => {
  useFakeTime();
  const dir = useTempDir();

  afterEach(() => {
    vi.restoreAllMocks();
  });

  it('[L8] [L4] does not make a run overlook a holder that can be read', async () => {
    // Given
    const holding = lockFileLeases();
    const waiting = lockFileLeases({ onUnwritable: 'in-process' });
    const file = sessionFile(dir.join('a.jsonl'));
    const lease = await holding.acquire(file, request('holder'));
    vi.spyOn(lockDisk, 'create').mockImplementation(() => {
      throw systemError('EACCES');
    });
    const told: unknown[] = [];
    const controller = new AbortController();

    // When
    const wait = waiting.acquire(
      file,
      request('other', {
        wait: true,
        signal: controller.signal,
        onHeld: (holder: { runId?: string } | undefined) => told.push(holder?.runId),
      }),
    );
    const outcome = wait.then(
      () => 'granted',
      () => 'aborted',
    );
    await vi.advanceTimersByTimeAsync(1_000);

    // Then
    expect(told).toEqual(['holder']);
    controller.abort();
    expect(await outcome).toBe('aborted');
    await lease.release();
  });

  it('[L8] is used within the process where nobody holds the file', async () => {
    // Given
    mkdirSync(dir.join('a.jsonl.lock'));
    writeFileSync(dir.join('a.jsonl.lock', 'epoch'), '');
    vi.spyOn(lockDisk, 'create').mockImplementation(() => {
      throw systemError('EROFS');
    });
    const leases = lockFileLeases({ onUnwritable: 'in-process' });

    // When
    const lease = await leases.acquire(sessionFile(dir.join('a.jsonl')), request('one'));

    // Then
    expect(lease.fencingToken).toBe(1n);
    await leases.close();
    expect(lease.isHeld()).toBe(false);
  });
});

describe('a death', () => {
  useFakeTime();
  const dir = useTempDir();

  afterEach(() => {
    vi.restoreAllMocks();
  });

  it('[X5] is not forgotten where the one who follows fails right behind its claim', async () => {
    // Given a death that was noted, and a disk that fails once the next claim is made
    const leases = lockFileLeases();
    const file = sessionFile(dir.join('a.jsonl'));
    await (await leases.acquire(file, request('first'))).release(request('cut off').holder);
    const { list } = lockDisk;
    const spy = vi.spyOn(lockDisk, 'list');
    let looks = 0;
    // The look before, the second look, the sweep; then that of the first heartbeat.
    spy.mockImplementation((folder) => {
      looks += 1;
      if (looks === 4) throw systemError('EIO');
      return list(folder);
    });

    // When
    await expect(leases.acquire(file, request('fails'))).rejects.toMatchObject({ reason: 'io' });

    // Then
    spy.mockRestore();
    const next = await leases.acquire(file, request('next'));
    expect(next.died).toMatchObject({ runId: 'cut off' });
    await next.release();
  });
});
