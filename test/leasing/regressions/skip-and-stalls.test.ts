import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { useFakeTime } from '../../support/fake-time.js';
import { stateOf } from '../../runs/support/sessions.js';
import { useLeasing } from '../support/leasing.js';
import { someoneElse } from '../support/someone-else.js';

const STALL_MS = 6_000;

describe('a request that runs now or never, where the provider takes its time', () => {
  const leasing = useLeasing();
  useFakeTime();
  let stalledMs = 0;
  beforeEach(() => {
    stalledMs = 0;
    // The clock goes on while the timers cannot.
    const now = performance.now.bind(performance);
    vi.spyOn(performance, 'now').mockImplementation(() => now() + stalledMs);
  });
  afterEach(() => {
    vi.mocked(performance.now).mockRestore();
  });

  it('[R6] is answered, not refused, where the lease comes after a stall', async () => {
    // Given
    const sessions = leasing.open();
    const asked = sessions.admit({ sessionFile: leasing.file(), mode: 'skip' });
    asked.catch(() => undefined);
    const wish = await leasing.provider.wish(1);

    // When
    stalledMs = STALL_MS;
    wish.grant();

    // Then
    const admission = await asked;
    if ('ticket' in admission) admission.ticket.cancel();
    expect(['run', 'busy']).toContain(admission.outcome);
  });

  it('waits longer than 5 s for the provider in any other mode', async () => {
    // Given
    const sessions = leasing.open();
    const asked = sessions.admit({ sessionFile: leasing.file(), mode: 'queue' });
    const wish = await leasing.provider.wish(1);

    // When
    await vi.advanceTimersByTimeAsync(STALL_MS);

    // Then
    expect(await stateOf(asked)).toBe('pending');
    wish.grant();
    const admission = await asked;
    if ('ticket' in admission) admission.ticket.cancel();
    expect(admission.outcome).toBe('run');
  });

  it('ends at its own limit where that is shorter', async () => {
    // Given
    const sessions = leasing.open();
    const asked = sessions.admit({ sessionFile: leasing.file(), mode: 'skip', waitMs: 300 });
    asked.catch(() => undefined);
    await leasing.provider.wish(1);

    // When
    await vi.advanceTimersByTimeAsync(300);

    // Then
    await expect(asked).rejects.toMatchObject({ code: 'ERR_SESSION_WAIT_TIMEOUT', waitMs: 300 });
  });

  it('ends at its own limit also where it was a while until the provider was asked', async () => {
    // Given
    const sessions = leasing.open();
    const request = { sessionFile: leasing.file(), mode: 'skip', waitMs: 300 } as const;
    const asked = sessions.admit(request);
    asked.catch(() => undefined);
    stalledMs = 200;
    await leasing.provider.wish(1);

    // When
    await vi.advanceTimersByTimeAsync(100);

    // Then
    expect(await stateOf(asked)).toBe('failed');
    await expect(asked).rejects.toMatchObject({ code: 'ERR_SESSION_WAIT_TIMEOUT' });
  });

  it('gives the provider 5 s also where it may not wait at all', async () => {
    // Given
    const sessions = leasing.open();
    const asked = sessions.admit({ sessionFile: leasing.file(), mode: 'skip', waitMs: 0 });
    asked.catch(() => undefined);
    const wish = await leasing.provider.wish(1);
    await vi.advanceTimersByTimeAsync(4_999);

    // When
    wish.grant();

    // Then
    const admission = await asked;
    if ('ticket' in admission) admission.ticket.cancel();
    expect(admission.outcome).toBe('run');
  });

  it('comes back from park as late as it may, also where it was admitted so', async () => {
    // Given a run that was admitted with skip, and parks
    leasing.provider.isGenerous = true;
    const sessions = leasing.open();
    const admission = await sessions.admit({ sessionFile: leasing.file(), mode: 'skip' });
    const run = 'ticket' in admission ? await admission.ticket.acquire() : undefined;
    leasing.provider.isGenerous = false;
    const parked = run?.park(() => undefined);
    parked?.catch(() => undefined);
    const wish = await leasing.provider.wish(2);
    wish.held(someoneElse());

    // When
    await vi.advanceTimersByTimeAsync(STALL_MS);
    wish.grant();

    // Then
    await expect(parked).resolves.toBeUndefined();
    await run?.release();
  });
});
