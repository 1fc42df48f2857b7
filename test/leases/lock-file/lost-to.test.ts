import { rmSync, writeFileSync } from 'node:fs';
import { describe, expect, it, vi } from 'vitest';
import type { LeaseLostError } from '../../../src/errors/lease-errors.js';
import { Ledger } from '../../../src/leases/lock-file/ledger.js';
import { lockDisk } from '../../../src/leases/lock-file/lock-disk.js';
import { lockFileLeases } from '../../../src/leases/lock-file/lock-file-leases.js';
import { encodeRecord } from '../../../src/leases/lock-file/record.js';
import type { Lease } from '../../../src/leases/provider.js';
import { useFakeTime } from '../../support/fake-time.js';
import { useTempDir } from '../../support/temp-dir.js';
import { systemError } from './support/memory-disk.js';
import { holderOf } from './support/records.js';
import { request, sessionFile } from './support/requests.js';

describe('who has a file that was taken over', () => {
  useFakeTime();
  const dir = useTempDir();
  const folder = (): string => dir.join('a.jsonl.lock');

  interface Lost {
    readonly lease: Lease;
    /** What its holder was told. */
    readonly losses: readonly LeaseLostError[];
    readonly successor: { readonly ledger: Ledger; readonly number: bigint };
  }

  /** A lease whose holder was taken for dead, by somebody who says so in its claim. */
  const lose = async (): Promise<Lost> => {
    const losses: LeaseLostError[] = [];
    const onLost = (cause: Error): void => void losses.push(cause as LeaseLostError);
    const file = sessionFile(dir.join('a.jsonl'));
    const lease = await lockFileLeases().acquire(file, request('loser', { onLost }));
    const ledger = new Ledger(folder());
    const number = ledger.follow(ledger.look(), encodeRecord(holderOf('successor'))) as bigint;
    return { lease, losses, successor: { ledger, number } };
  };
  /** Its holder looks, and is told. */
  const notice = async ({ lease }: Lost): Promise<void> => {
    expect(lease.isHeld()).toBe(false);
    await vi.advanceTimersByTimeAsync(0);
  };

  it('[V1] [L9] is said by the error that tells of the loss', async () => {
    const lost = await lose();

    await notice(lost);

    expect(lost.losses).toMatchObject([
      { code: 'ERR_SESSION_LEASE_LOST', holder: { runId: 'successor', host: 'h' } },
    ]);
  });

  it('[V1] can be asked, with the number of its claim', async () => {
    const lost = await lose();

    const by = lost.lease.lostTo?.();

    expect(by).toEqual({ ...holderOf('successor'), fencingToken: String(lost.successor.number) });
    await notice(lost);
  });

  it('[V1] is whoever has it by now', async () => {
    // Given
    const lost = await lose();
    await notice(lost);

    // When
    const { ledger, number } = lost.successor;
    ledger.describe(number, encodeRecord(holderOf('later run')));

    // Then
    expect(lost.lease.lostTo?.()).toMatchObject({ runId: 'later run' });
  });

  it.each<[string, (lost: Lost) => void]>([
    ['its folder was removed', () => rmSync(folder(), { recursive: true })],
    ['it is free again', ({ successor: { ledger, number } }) => ledger.free(number)],
    [
      'the claim cannot be understood',
      ({ successor: { number } }) => writeFileSync(dir.join('a.jsonl.lock', String(number)), '{'),
    ],
  ])('is nobody that can be named where %s', async (_, happens) => {
    const lost = await lose();
    happens(lost);

    await notice(lost);

    expect(lost.losses.map(({ holder }) => holder)).toEqual([undefined]);
    expect(lost.lease.lostTo?.()).toBeUndefined();
  });

  it('is nobody that can be named, and nothing is thrown, where the folder cannot be read', async () => {
    // Given
    const lost = await lose();
    await notice(lost);

    // When
    vi.spyOn(lockDisk, 'list').mockImplementation(() => {
      throw systemError('EIO');
    });

    // Then
    expect(lost.lease.lostTo?.()).toBeUndefined();
  });
});
