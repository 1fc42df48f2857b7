import { vi, describe, expect, it } from 'vitest';
import type { Coordinator } from '../../src/index.js';
import { ask } from '../admission/support/scene.js';
import { useFakeTime } from '../support/fake-time.js';
import { createCountingController } from '../support/counting-signal.js';
import { createGate } from '../support/gate.js';
import { until } from '../runs/support/sessions.js';
import { turns, useLeasing } from './support/leasing.js';
import { someoneElse } from './support/someone-else.js';

type Wait = (sessions: Coordinator, sessionFile: string, signal?: AbortSignal) => Promise<unknown>;

/** Each way to wait for a turn, or a section, of a file. */
const WAYS: readonly (readonly [string, Wait])[] = [
  [
    'run',
    (sessions, sessionFile, signal) => sessions.run({ sessionFile, signal, waitMs: 50 }, () => 1),
  ],
  [
    'acquire',
    (sessions, sessionFile, signal) => sessions.acquire({ sessionFile, signal, waitMs: 50 }),
  ],
  ['admit', (sessions, sessionFile, signal) => sessions.admit({ sessionFile, signal, waitMs: 50 })],
  [
    'admit with interrupt',
    (sessions, sessionFile, signal) =>
      sessions.admit({ sessionFile, signal, mode: 'interrupt', waitMs: 50 }),
  ],
  [
    'admit with steer',
    (sessions, sessionFile, signal) =>
      sessions.admit({ sessionFile, signal, mode: 'steer', waitMs: 50 }),
  ],
  [
    'admit with skip',
    (sessions, sessionFile, signal) =>
      sessions.admit({ sessionFile, signal, mode: 'skip', waitMs: 50 }),
  ],
  [
    'write',
    (sessions, sessionFile, signal) => sessions.write(sessionFile, () => 1, { signal, waitMs: 50 }),
  ],
];

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
