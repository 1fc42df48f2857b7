import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { beforeEach, describe, expect, it, vi } from 'vitest';
import { lockDisk } from '../../../src/leases/lock-file/lock-disk.js';
import { lockFileLeases } from '../../../src/leases/lock-file/lock-file-leases.js';
import { useFakeTime } from '../../support/fake-time.js';
import { useTempDir } from '../../support/temp-dir.js';
import { systemError } from './support/memory-disk.js';
import { request, sessionFile } from './support/requests.js';

const TIMES = { heartbeatMs: 1_000, expireMs: 4_000 };

describe('what others left in the folder of a lock', () => {
  useFakeTime();
  const dir = useTempDir();
  const acquire = (rest = {}) =>
    lockFileLeases(TIMES).acquire(sessionFile(dir.join('a.jsonl')), request('A', rest));

  beforeEach(() => {
    mkdirSync(dir.join('a.jsonl.lock'));
  });

  it.each(['README', '.DS_Store', '007', '0', '-1', '1.5', '7.free.bak', '9'.repeat(60), '７'])(
    '[X3] is in nobody’s way where it is no claim: %s',
    async (name) => {
      // Given
      writeFileSync(dir.join('a.jsonl.lock', 'epoch'), '');
      writeFileSync(dir.join('a.jsonl.lock', name), 'x');

      // When
      const lease = await acquire();

      // Then
      expect(lease.isHeld()).toBe(true);
      await lease.release();
      expect(readdirSync(dir.join('a.jsonl.lock'))).toContain(name);
    },
  );

  it('[L3] is counted on where it is a claim with a high number', async () => {
    // Given
    writeFileSync(dir.join('a.jsonl.lock', '123456789012345678901234.free'), '');

    // When
    const lease = await acquire();

    // Then
    expect(lease.fencingToken).toBe(123456789012345678901235n);
    await lease.release();
  });

  it.each([
    ['an empty file', (path: string) => writeFileSync(path, '')],
    ['half a record', (path: string) => writeFileSync(path, '{"version":1,"hol')],
    ['a folder', (path: string) => mkdirSync(path)],
    ['a link to nothing', (path: string) => symlinkSync('nowhere', path)],
    ['a pipe', (path: string) => execFileSync('mkfifo', [path])],
    ['a file of a megabyte', (path: string) => writeFileSync(path, 'x'.repeat(1 << 20))],
    [
      'a claim with a time in the far future',
      (path: string) => {
        writeFileSync(path, '');
        lockDisk.touch(path, new Date('2099-01-01'));
      },
    ],
  ])('[L6] [X3] is held by somebody unknown until it expired: %s', async (_what, make) => {
    // Given
    make(dir.join('a.jsonl.lock', '7'));
    await expect(acquire()).rejects.toMatchObject({ reason: 'held' });
    const told: unknown[] = [];

    // When
    const wait = acquire({ wait: true, onHeld: (holder: unknown) => told.push(holder) });
    await vi.advanceTimersByTimeAsync(TIMES.expireMs - 200);
    const before = readdirSync(dir.join('a.jsonl.lock')).filter((name) => name === '7');
    await vi.advanceTimersByTimeAsync(1_000);
    const lease = await wait;

    // Then
    expect(told).toEqual([undefined]);
    expect(before).toEqual(['7']);
    expect(lease.isHeld()).toBe(true);
    await lease.release();
  });
});

describe('what is at the place of the folder', () => {
  useFakeTime();
  const dir = useTempDir();
  const file = () => sessionFile(dir.join('a.jsonl'));

  it.each([
    ['a file', (path: string) => writeFileSync(path, '123')],
    ['a link', (path: string) => symlinkSync('nowhere', path)],
    ['a pipe', (path: string) => execFileSync('mkfifo', [path])],
  ])('[L5] is told, with a way out, and left alone: %s', async (_what, make) => {
    make(dir.join('a.jsonl.lock'));

    await expect(lockFileLeases().acquire(file(), request('A'))).rejects.toMatchObject({
      reason: 'damaged',
      lockPath: dir.join('a.jsonl.lock'),
      message: expect.stringContaining('move it away') as string,
    });
    expect(readdirSync(dir.path)).toEqual(['a.jsonl.lock']);
  });

  it.each(['EROFS', 'EACCES'])('[L8] is refused where it cannot be written: %s', async (code) => {
    vi.spyOn(lockDisk, 'create').mockImplementation(() => {
      throw systemError(code);
    });

    await expect(lockFileLeases().acquire(file(), request('A'))).rejects.toMatchObject({
      reason: 'not-writable',
      systemCode: code,
    });
  });

  it('[L8] is done without where it cannot be written and the user said so', async () => {
    // Given
    vi.spyOn(lockDisk, 'create').mockImplementation(() => {
      throw systemError('EROFS');
    });

    // When
    const provider = lockFileLeases({ onUnwritable: 'in-process' });
    const lease = await provider.acquire(file(), request('A'));

    // Then
    expect(lease.isHeld()).toBe(true);
    await lease.release();
    expect(lease.isHeld()).toBe(false);
    expect(existsSync(dir.join('a.jsonl.lock'))).toBe(false);
  });

  it.each([0x6969, 0xff534d42, 0xfe534d42, 0x65735546, 0x01021997])(
    '[L12] is refused on a network volume (%i) without hard links, also in-process',
    async (type) => {
      vi.spyOn(lockDisk, 'link').mockImplementation(() => {
        throw systemError('ENOTSUP');
      });
      vi.spyOn(lockDisk, 'volumeType').mockReturnValue(type);
      const provider = lockFileLeases({ onUnwritable: 'in-process' });

      await expect(provider.acquire(file(), request('A'))).rejects.toMatchObject({
        reason: 'unsafe-file-system',
      });
    },
  );

  it('[L12] is used on a local volume without hard links', async () => {
    vi.spyOn(lockDisk, 'link').mockImplementation(() => {
      throw systemError('EPERM');
    });
    vi.spyOn(lockDisk, 'volumeType').mockReturnValue(0x4d44);

    const lease = await lockFileLeases().acquire(file(), request('A'));

    expect(lease.isHeld()).toBe(true);
    await expect(lockFileLeases().acquire(file(), request('B'))).rejects.toThrow('held');
    await lease.release();
  });
});
