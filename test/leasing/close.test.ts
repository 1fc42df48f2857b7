import { describe, expect, it } from 'vitest';
import { createGate } from '../support/gate.js';
import { stateOf } from '../runs/support/sessions.js';
import { turns, useLeasing } from './support/leasing.js';

describe('closing a coordinator with leases', () => {
  const leasing = useLeasing();

  it('[X1] waits for leases that are on their way back', async () => {
    // Given
    leasing.provider.isGenerous = true;
    const returned = createGate();
    leasing.provider.onRelease = () => returned.opened;
    const sessions = leasing.open();
    await sessions.run({ sessionFile: leasing.file() }, () => 1);

    // When
    const closed = sessions.close();

    // Then
    expect(await stateOf(closed)).toBe('pending');
    returned.open();
    await closed;
  });

  it('waits for those only as long as a run has to settle', async () => {
    // Given
    leasing.provider.isGenerous = true;
    leasing.provider.onRelease = () => new Promise(() => undefined);
    const sessions = leasing.open({ settleMs: 1 });
    await sessions.run({ sessionFile: leasing.file() }, () => 1);

    // When
    const closed = sessions.close();

    // Then
    await expect(closed).resolves.toMatchObject({ revoked: [] });
  });

  it('waits for the lease of a run that it ended', async () => {
    // Given
    leasing.provider.isGenerous = true;
    const sessions = leasing.open({ settleMs: 0 });
    const run = await sessions.acquire({ sessionFile: leasing.file() });

    // When
    await sessions.close({ waitMs: 0 });

    // Then
    expect(run.phase).toBe('ended');
    expect(leasing.provider.held).toEqual([]);
  });

  it('is not kept by a provider that cannot take a lease back', async () => {
    // Given
    leasing.provider.isGenerous = true;
    leasing.provider.onRelease = () => Promise.reject(new Error('it broke'));
    const sessions = leasing.open();
    await sessions.run({ sessionFile: leasing.file() }, () => 1);

    // When
    const closed = sessions.close();

    // Then
    await expect(closed).resolves.toMatchObject({ ended: [] });
  });

  it('waits for a lease that came after its waiter was cancelled', async () => {
    // Given
    leasing.provider.isDeafToAborts = true;
    const sessions = leasing.open();
    const waiting = sessions.acquire({ sessionFile: leasing.file() });
    waiting.catch(() => undefined);
    const wish = await leasing.provider.wish(1);

    // When
    const closed = sessions.close();
    const lease = wish.grant();

    // Then
    await closed;
    await turns();
    expect(lease.state).toBe('released');
    await expect(waiting).rejects.toMatchObject({ code: 'ERR_SESSION_CLOSED' });
  });
});
