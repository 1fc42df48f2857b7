import { describe, expect, it, vi } from 'vitest';
import { ask } from '../../admission/support/scene.js';
import { until } from '../../runs/support/sessions.js';
import { useFakeTime } from '../../support/fake-time.js';
import { createGate } from '../../support/gate.js';
import { useLeasing } from '../support/leasing.js';
import { someoneElse } from '../support/someone-else.js';

describe('giving up the wait for a lease', () => {
  const leasing = useLeasing();
  useFakeTime();

  it('takes an interrupted request away, and its wish', async () => {
    // Given
    const sessions = leasing.open();
    const waiting = sessions.acquire({ sessionFile: leasing.file() });
    waiting.catch(() => undefined);
    const wish = await leasing.provider.wish(1);

    // When
    await sessions.interrupt({ sessionFile: leasing.file() });

    // Then
    expect(wish.state).toBe('aborted');
    await expect(waiting).rejects.toMatchObject({ code: 'ERR_SESSION_WAIT_ABORTED' });
  });

  it('cancels a ticket that waits for another process, and its wish', async () => {
    // Given
    const sessions = leasing.open();
    leasing.provider.elsewhere.set(leasing.file(), someoneElse());
    const { ticket } = await ask(sessions, { sessionFile: leasing.file() }, 'queued');

    // When
    const isCancelled = ticket.cancel();

    // Then
    expect(isCancelled).toBe(true);
    expect(leasing.provider.wishes[0]?.state).toBe('aborted');
    expect(sessions.inspect().counters.cancelled).toBe(1);
  });

  it('keeps the wish while somebody else still has it', async () => {
    // Given
    const sessions = leasing.open();
    const caller = new AbortController();
    const sessionFile = leasing.file();
    const writes = sessions.write(sessionFile, () => 'written');
    const leaves = sessions.acquire({ sessionFile, signal: caller.signal });
    leaves.catch(() => undefined);
    const wish = await leasing.provider.wish(1);
    // Requests with one spelling are decided in the order of their calls.
    await until(() => sessions.inspect().waiting.length === 1);

    // When
    caller.abort();

    // Then
    expect(wish.state).toBe('asked');
    wish.grant();
    await expect(writes).resolves.toBe('written');
  });

  it('asks anew for a request that comes after everybody had left', async () => {
    // Given
    const sessions = leasing.open();
    const caller = new AbortController();
    const sessionFile = leasing.file();
    const leaves = sessions.acquire({ sessionFile, signal: caller.signal });
    leaves.catch(() => undefined);
    await leasing.provider.wish(1);
    caller.abort();

    // When
    const comes = sessions.acquire({ sessionFile });
    const lease = await leasing.provider.grant(2);

    // Then
    const run = await comes;
    expect(run.fencingToken).toBe(String(lease.fencingToken));
    await run.release();
  });

  it('strands a parked run whose time to come back is over, and ends its wish', async () => {
    // Given
    const sessions = leasing.open();
    const back = createGate();
    const granted = sessions.acquire({ sessionFile: leasing.file() });
    await leasing.provider.grant(1);
    const run = await granted;
    const parked = run.park(() => back.opened, { waitMs: 50 });
    parked.catch(() => undefined);
    back.open();
    const wish = await leasing.provider.wish(2);

    // When
    await vi.advanceTimersByTimeAsync(50);

    // Then
    await expect(parked).rejects.toMatchObject({ code: 'ERR_SESSION_WAIT_TIMEOUT' });
    expect(wish.state).toBe('aborted');
    expect(run.phase).toBe('parked');
    await run.release();
  });

  it('waits 5 s at most to find out whether the file is free now', async () => {
    // Given
    const sessions = leasing.open();
    const now = sessions.acquire({ sessionFile: leasing.file(), waitMs: 0 });
    now.catch(() => undefined);
    await leasing.provider.wish(1);

    // When
    await vi.advanceTimersByTimeAsync(5_000);

    // Then
    await expect(now).rejects.toMatchObject({ code: 'ERR_SESSION_WAIT_TIMEOUT' });
    await until(() => leasing.provider.asked.length === 0);
  });
});
