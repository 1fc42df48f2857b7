import { spawnSync } from 'node:child_process';
import { mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { beforeEach, describe, expect, it, vi } from 'vitest';
import { Ledger } from '../../../src/leases/lock-file/ledger.js';
import { lockFileLeases } from '../../../src/leases/lock-file/lock-file-leases.js';
import { encodeRecord } from '../../../src/leases/lock-file/record.js';
import { useFakeTime } from '../../support/fake-time.js';
import { useTempDir } from '../../support/temp-dir.js';
import { holderOf } from './support/records.js';
import { request, sessionFile } from './support/requests.js';

const UUID = '01234567-89ab-cdef-0123-456789abcdef';
const KINDS = ['wait', 'new'] as const;

describe('what processes leave in the folder of a lock that end before they have it', () => {
  useFakeTime();
  const dir = useTempDir();
  let deadPid = 0;

  const acquire = () =>
    lockFileLeases().acquire(sessionFile(dir.join('a.jsonl')), request('taker'));
  const leave = (name: string, text: string): void => {
    writeFileSync(dir.join('a.jsonl.lock', name), text);
  };
  const names = (): string[] => readdirSync(dir.join('a.jsonl.lock'));
  /** A record like those of this process, of another instance. */
  const recordOf = (process: object): string => {
    const record = JSON.parse(encodeRecord(holderOf('other'))) as { process: object };
    const other = { ...record.process, instanceId: 'other', ...process };
    return JSON.stringify({ ...record, process: other });
  };

  const afar = (): string =>
    recordOf({ pid: deadPid, host: 'afar', machineId: 'afar', bootId: 'afar' });

  beforeEach(() => {
    deadPid = spawnSync(process.execPath, ['--version']).pid;
    mkdirSync(dir.join('a.jsonl.lock'));
    leave('epoch', '');
  });

  it.each(KINDS)('[X3] is removed by whoever takes the file next: %s', async (kind) => {
    // Given
    leave(`${kind}-${deadPid}-${UUID}`, recordOf({ pid: deadPid }));

    // When
    const lease = await acquire();

    // Then
    expect(names()).toEqual([String(lease.fencingToken), 'epoch']);
    await lease.release();
  });

  it.each(KINDS)('[X3] is removed where it died over writing it: %s', async (kind) => {
    leave(`${kind}-${deadPid}-${UUID}`, '{"version":1,');

    const lease = await acquire();

    expect(names()).not.toContain(`${kind}-${deadPid}-${UUID}`);
    await lease.release();
  });

  it.each<[string, () => { pid: number; text: string }]>([
    ['of a process that lives', () => ({ pid: process.pid, text: recordOf({}) })],
    ['that a process is just writing', () => ({ pid: process.pid, text: '' })],
    ['of another machine, where its id may mean somebody', () => ({ pid: deadPid, text: afar() })],
  ])('stays where nobody has died: marks %s', async (_, make) => {
    // Given
    const { pid, text } = make();
    const marks = KINDS.map((kind) => `${kind}-${pid}-${UUID}`);
    for (const mark of marks) leave(mark, text);

    // When
    const lease = await acquire();

    // Then
    expect(names()).toEqual(expect.arrayContaining(marks));
    await lease.release();
  });

  it('stays where its name tells no process', async () => {
    leave('wait-for-me', '');

    const lease = await acquire();

    expect(names()).toContain('wait-for-me');
    await lease.release();
  });

  it('is left alone by whoever only waits', async () => {
    // Given
    const mark = `wait-${deadPid}-${UUID}`;
    const holder = await acquire();
    leave(mark, recordOf({ pid: deadPid }));

    // When
    await expect(acquire()).rejects.toMatchObject({ reason: 'held' });

    // Then
    expect(names()).toContain(mark);
    await holder.release();
  });

  it('is not the mark of a process that goes on waiting', async () => {
    // Given
    const file = sessionFile(dir.join('a.jsonl'));
    const holder = await acquire();
    const controller = new AbortController();
    const waiting = lockFileLeases().acquire(
      file,
      request('waits', { wait: true, signal: controller.signal }),
    );
    const outcome = waiting.catch((error: unknown) => error);
    await vi.advanceTimersByTimeAsync(100);
    const marks = names().filter((name) => name.startsWith('wait-'));
    expect(marks).toHaveLength(1);

    // When somebody else takes the file before it
    new Ledger(dir.join('a.jsonl.lock')).free(holder.fencingToken);
    const next = await acquire();

    // Then
    expect(names()).toContain(marks[0]);
    await next.release();
    controller.abort();
    await outcome;
    await holder.release();
  });
});
