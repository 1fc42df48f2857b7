import { describe, expect, it, vi } from 'vitest';
import { createCountingController } from '../../support/counting-signal.js';
import { useFakeTime } from '../../support/fake-time.js';
import { turns, useLeasing } from '../support/leasing.js';
import { WAYS } from './support/ways.js';

describe('giving up the wait for a lease', () => {
  const leasing = useLeasing();
  useFakeTime();

  it.each(WAYS)('%s: an abort takes the request and the wish away at once', async (_, wait) => {
    // Given
    const sessions = leasing.open();
    const caller = createCountingController();
    const waiting = wait(sessions, leasing.file(), caller.signal);
    waiting.catch(() => undefined);
    const wish = await leasing.provider.wish(1);

    // When
    caller.abort('enough');

    // Then
    expect(wish.state).toBe('aborted');
    expect(sessions.runs.size).toBe(0);
    expect(caller.signal.listeners).toBe(0);
    await expect(waiting).rejects.toMatchObject({
      code: 'ERR_SESSION_WAIT_ABORTED',
      cause: 'enough',
    });
  });

  it.each(WAYS)('%s: one deadline covers the whole wait, and ends the wish', async (_, wait) => {
    // Given
    const sessions = leasing.open();
    const waiting = wait(sessions, leasing.file());
    waiting.catch(() => undefined);
    const wish = await leasing.provider.wish(1);
    await vi.advanceTimersByTimeAsync(49);
    expect(wish.state).toBe('asked');

    // When
    await vi.advanceTimersByTimeAsync(1);

    // Then
    expect(wish.state).toBe('aborted');
    await expect(waiting).rejects.toMatchObject({ code: 'ERR_SESSION_WAIT_TIMEOUT', waitMs: 50 });
  });

  it.each(WAYS)('%s: closing cancels the request and its wish', async (_, wait) => {
    // Given
    const sessions = leasing.open();
    const waiting = wait(sessions, leasing.file());
    waiting.catch(() => undefined);
    const wish = await leasing.provider.wish(1);

    // When
    const report = await sessions.close();

    // Then
    expect(wish.state).toBe('aborted');
    expect(report.cancelledWaiters).toHaveLength(1);
    await expect(waiting).rejects.toMatchObject({ code: 'ERR_SESSION_CLOSED' });
  });

  it.each(WAYS)('%s: a lease that comes too late is given back', async (_, wait) => {
    // Given
    leasing.provider.isDeafToAborts = true;
    const sessions = leasing.open();
    const caller = new AbortController();
    const waiting = wait(sessions, leasing.file(), caller.signal);
    waiting.catch(() => undefined);
    const wish = await leasing.provider.wish(1);
    caller.abort();
    await turns();

    // When
    const lease = wish.grant();

    // Then
    await turns();
    expect(lease).toMatchObject({ state: 'released', releases: 1 });
    expect(sessions.inspect().counters.granted).toBe(0);
    await expect(waiting).rejects.toMatchObject({ code: 'ERR_SESSION_WAIT_ABORTED' });
  });
});
