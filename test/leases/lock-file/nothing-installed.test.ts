import { describe, expect, it, vi } from 'vitest';
import { lockDisk } from '../../../src/leases/lock-file/lock-disk.js';
import { lockFileLeases } from '../../../src/leases/lock-file/lock-file-leases.js';
import { useTempDir } from '../../support/temp-dir.js';
import { systemError } from './support/memory-disk.js';
import { request, sessionFile } from './support/requests.js';

describe('what lock files install in the process', () => {
  const dir = useTempDir();

  it('[X4] is one exit hook while leases are held, and none before and after', async () => {
    // Given
    const before = process.listenerCount('exit');
    const provider = lockFileLeases();
    const free = process.listenerCount('exit');

    // When
    const one = await provider.acquire(sessionFile(dir.join('a.jsonl')), request('A'));
    const two = await provider.acquire(sessionFile(dir.join('b.jsonl')), request('B'));
    const held = process.listenerCount('exit');
    await one.release();
    const left = process.listenerCount('exit');
    await two.release();

    // Then
    expect([free, held, left, process.listenerCount('exit')]).toEqual([
      before,
      before + 1,
      before + 1,
      before,
    ]);
  });

  it('[X4] [O2] is nothing where a lease was not had after all', async () => {
    // Given
    const before = process.listenerCount('exit');
    vi.spyOn(lockDisk, 'touch').mockImplementation(() => {
      throw systemError('EIO');
    });

    // When
    const lease = lockFileLeases().acquire(sessionFile(dir.join('a.jsonl')), request('A'));

    // Then
    await expect(lease).rejects.toMatchObject({ reason: 'io', systemCode: 'EIO' });
    expect(process.listenerCount('exit')).toBe(before);
  });
});
