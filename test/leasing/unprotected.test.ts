import { afterEach, describe, expect, it, vi } from 'vitest';
import { lockDisk } from '../../src/leases/lock-file/lock-disk.js';
import { lockFileLeases } from '../../src/leases/lock-file/lock-file-leases.js';
import { useStage } from '../ownership/support/stage.js';
import { useTempDir } from '../support/temp-dir.js';

describe('a run that no lock protects, as its host has allowed', () => {
  const stage = useStage();
  const dir = useTempDir();

  afterEach(() => {
    vi.restoreAllMocks();
  });

  it('[L8] is told of in the log, with the file and the reason', async () => {
    // Given
    vi.spyOn(lockDisk, 'create').mockImplementation(() => {
      throw Object.assign(new Error('EROFS: played'), { code: 'EROFS' });
    });
    const warned: unknown[][] = [];
    const ignore = (): void => {};
    const logger = { debug: ignore, info: ignore, warn: (...said: unknown[]) => warned.push(said) };
    const leases = lockFileLeases({ onUnwritable: 'in-process' });
    const sessions = stage.open({ leases, logger: { ...logger, error: ignore } });

    // When
    await sessions.run({ sessionFile: dir.join('a.jsonl') }, () => 'done');

    // Then
    expect(warned).toEqual([
      [
        {
          err: expect.objectContaining({ reason: 'not-writable', systemCode: 'EROFS' }) as Error,
          sessionFile: dir.join('a.jsonl'),
        },
        'other processes are not kept away from this file',
      ],
    ]);
    await sessions.close();
    await leases.close();
  });
});
