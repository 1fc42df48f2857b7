import { describe, expect, it } from 'vitest';
import { QueueFullError } from '../../src/index.js';
import { createGate } from '../support/gate.js';
import { assertError, stateOf, until } from '../runs/support/sessions.js';
import { turns, useLeasing } from './support/leasing.js';

describe('requests that came before anybody could tell whether the file is free', () => {
  const leasing = useLeasing();

  it('are told nothing until it is known', async () => {
    // Given
    const sessions = leasing.open();
    const modes = ['queue', 'steer', 'interrupt', 'skip'] as const;
    const calls = modes.map((mode) => sessions.admit({ sessionFile: leasing.file(), mode }));
    await until(() => sessions.inspect().waiting.length === 4);

    // When
    const states = await Promise.all(calls.map(stateOf));

    // Then
    expect(states).toEqual(['pending', 'pending', 'pending', 'pending']);
    await sessions.close();
    await Promise.allSettled(calls);
  });

  it('are decided about behind the one that got the turn', async () => {
    // Given
    const sessions = leasing.open();
    const sessionFile = leasing.file();
    const first = sessions.acquire({ sessionFile, runId: 'first' });
    const queued = sessions.admit({ sessionFile, runId: 'queued' });
    const steered = sessions.admit({ sessionFile, runId: 'steered', mode: 'steer' });
    const skipped = sessions.admit({ sessionFile, runId: 'skipped', mode: 'skip' });
    await until(() => sessions.inspect().waiting.length === 4);

    // When
    await leasing.provider.grant(1);

    // Then
    const holder = { runId: 'first', pid: process.pid };
    expect(await queued).toMatchObject({ outcome: 'queued', ahead: 0, holder });
    expect(await steered).toMatchObject({ outcome: 'queued', ahead: 1, holder });
    expect(await skipped).toMatchObject({ outcome: 'busy', reason: 'held', holder });
    await sessions.interrupt({ runId: 'queued' });
    await sessions.interrupt({ runId: 'steered' });
    await (await first).release();
  });

  it('supersede the one that got the turn where they interrupt', async () => {
    // Given
    const sessions = leasing.open();
    const sessionFile = leasing.file();
    const first = sessions.acquire({ sessionFile, runId: 'first' });
    const second = sessions.admit({ sessionFile, runId: 'second', mode: 'interrupt' });
    await until(() => sessions.inspect().waiting.length === 2);

    // When
    await leasing.provider.grant(1);

    // Then
    await expect(first).rejects.toMatchObject({ why: 'superseded' });
    const admission = await second;
    expect(admission).toMatchObject({ outcome: 'interrupting', holder: { runId: 'first' } });
    await ('ticket' in admission ? admission.ticket.acquire() : undefined)?.then((run) =>
      run.release(),
    );
    expect(sessions.inspect().counters.ends).toMatchObject({ superseded: 1, released: 1 });
  });

  it('supersede each other in the order of their calls, and the last keeps the turn', async () => {
    // Given
    const sessions = leasing.open();
    const sessionFile = leasing.file();
    const calls = ['a', 'b', 'c'].map((runId) =>
      sessions.admit({ sessionFile, runId, mode: 'interrupt' }),
    );
    await until(() => sessions.inspect().waiting.length === 3);

    // When
    await leasing.provider.grant(1);

    // Then
    const admissions = await Promise.all(calls);
    expect(admissions.map(({ outcome }) => outcome)).toEqual([
      'run',
      'interrupting',
      'interrupting',
    ]);
    expect(sessions.inspect().held.map(({ runId }) => runId)).toEqual(['c']);
    await sessions.interrupt({ runId: 'c' });
  });

  it('are refused now or never when the turn went to another', async () => {
    // Given
    const sessions = leasing.open();
    const sessionFile = leasing.file();
    const first = sessions.acquire({ sessionFile });
    const second = sessions.acquire({ sessionFile, waitMs: 0 });
    await until(() => sessions.inspect().waiting.length === 2);

    // When
    await leasing.provider.grant(1);

    // Then
    await expect(second).rejects.toMatchObject({ code: 'ERR_SESSION_WAIT_TIMEOUT' });
    await (await first).release();
  });

  it('get the turn also where they wanted it now or never', async () => {
    // Given
    const sessions = leasing.open();
    const only = sessions.acquire({ sessionFile: leasing.file(), waitMs: 0 });

    // When
    await leasing.provider.grant(1);

    // Then
    const run = await only;
    expect(run.fencingToken).toBe('1');
    await run.release();
  });

  it('wait no more than may, as if they had come now', async () => {
    // Given
    const sessions = leasing.open({ maxWaiting: 1 });
    const sessionFile = leasing.file();
    const calls = [1, 2, 3].map(() => sessions.acquire({ sessionFile }));
    const refused = assertError(calls[2] ?? Promise.resolve(), QueueFullError);
    await until(() => sessions.inspect().waiting.length === 3);

    // When
    await leasing.provider.grant(1);

    // Then
    expect(await stateOf(refused)).toBe('done');
    await (await calls[0])?.release();
    await (await calls[1])?.release();
  });

  it('ask nobody to give way where they run now or never', async () => {
    // Given
    const sessions = leasing.open({ preemptAfterMs: 0 });
    const sessionFile = leasing.file();
    const back = createGate();
    const cron = sessions.acquire({ sessionFile, kind: 'cron' });
    await leasing.provider.grant(1);
    const run = await cron;
    const parked = run.park(() => back.opened);
    await until(() => leasing.provider.held.length === 0);
    back.open();
    await leasing.provider.wish(2);
    const skipped = sessions.admit({ sessionFile, mode: 'skip' });
    await until(() => sessions.inspect().waiting.length === 1);

    // When
    await leasing.provider.grant(2);

    // Then
    expect(await skipped).toMatchObject({ outcome: 'busy', reason: 'held' });
    await parked;
    expect(run.yieldSignal.aborted).toBe(false);
    expect(run.signal.aborted).toBe(false);
    await run.release();
  });

  it('are told at once when they come back now or never, and another does', async () => {
    // Given
    const sessions = leasing.open();
    const sessionFile = leasing.file();
    leasing.provider.isGenerous = true;
    const [one, other] = [createGate(), createGate()];
    const first = await sessions.acquire({ sessionFile });
    const waits = sessions.acquire({ sessionFile });
    await until(() => sessions.inspect().waiting.length === 1);
    const firstParked = first.park(() => one.opened);
    const second = await waits;
    const secondParked = second.park(() => other.opened, { waitMs: 0 });
    await until(() => leasing.provider.held.length === 0);
    leasing.provider.isGenerous = false;
    one.open();
    await turns();
    other.open();
    await leasing.provider.wish(2);

    // When
    await leasing.provider.grant(2);

    // Then
    await firstParked;
    expect(await stateOf(secondParked)).toBe('failed');
    await first.release();
    await second.release();
    await secondParked.catch(() => undefined);
  });
});
