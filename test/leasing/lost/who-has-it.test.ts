import { describe, expect, it } from 'vitest';
import { type LeaseLostError, RunRevokedError } from '../../../src/index.js';
import type { HolderInfo } from '../../../src/types.js';
import { assertError } from '../../runs/support/sessions.js';
import { guestInside } from '../support/guest-inside.js';
import { turns, useLeasing } from '../support/leasing.js';
import { someoneElse } from '../support/someone-else.js';

describe('a loss that is found by looking', () => {
  const leasing = useLeasing();

  /** The loss that a run is told of by its next write, where the provider says this of it. */
  const lossOf = async (lostTo?: () => HolderInfo | undefined): Promise<LeaseLostError> => {
    leasing.provider.isGenerous = true;
    const run = await leasing.open().acquire({ sessionFile: leasing.file() });
    const lease = leasing.provider.lease(1);
    lease.vanish();
    if (lostTo) lease.lostTo = lostTo;
    const refused = await assertError(run.transcript.append({ a: 1 }), RunRevokedError);
    const { cause } = refused.cause as Error;
    return cause as LeaseLostError;
  };

  it('[V1] names who has the file now', async () => {
    const loss = await lossOf(() => someoneElse());

    expect(loss).toMatchObject({ code: 'ERR_SESSION_LEASE_LOST', holder: someoneElse() });
    expect(loss.message).toContain('the file is now with cron run their-run');
  });

  it.each([
    ['cannot read it', () => undefined],
    ['never tells', undefined],
  ])('names nobody where the provider %s', async (_, lostTo) => {
    const loss = await lossOf(lostTo);

    expect(loss.code).toBe('ERR_SESSION_LEASE_LOST');
    expect(loss.holder).toBeUndefined();
    expect(loss.message).not.toContain('the file is now with');
  });

  it('[V1] names who has the file now to a guest that outlives its owner', async () => {
    // Given
    leasing.provider.isGenerous = true;
    const sessions = leasing.open();
    const run = await sessions.acquire({ sessionFile: leasing.file() });
    const guest = await guestInside(sessions, leasing.file());
    await run.release();
    const lease = leasing.provider.lease(1);
    lease.vanish();
    lease.lostTo = () => someoneElse();

    // When
    guest.goOn();

    // Then
    await expect(guest.wrote).rejects.toMatchObject({
      code: 'ERR_SESSION_LEASE_LOST',
      holder: someoneElse(),
    });
    await turns();
  });
});
