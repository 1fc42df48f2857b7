import { describe, expect, it } from 'vitest';
import { useStage } from '../../ownership/support/stage.js';
import { createGate } from '../../support/gate.js';
import { useFakeTime } from '../../support/fake-time.js';
import { nameOf, pass, useWatch } from './support/watch.js';

describe('sessions() of a monitor', () => {
  useFakeTime();
  const stage = useStage();
  const watch = useWatch();

  it('[S7] reads like a list of what every session is at, though nobody waits for any', async () => {
    // Given sessions in all states, some with a run and some without
    const sessions = stage.open();
    const monitor = watch.start(sessions, { intervalMs: Infinity });
    const silent = await sessions.acquire({ sessionFile: 'memory:a', sessionKey: 'silent' });
    const slow = await sessions.acquire({ sessionFile: 'memory:b', stuckAfterMs: 600_000 });
    await pass(30_000);
    const dead = await sessions.acquire({ sessionFile: 'memory:c', sessionKey: 'quiet' });
    monitor.report({ sessionKey: 'phantom', sessionFile: 'memory:d', state: 'processing' });
    monitor.report({ sessionKey: 'queued', state: 'idle', queueDepth: 2 });
    monitor.report({ sessionKey: 'blocked', state: 'waiting' });
    await pass(30_000);
    const fresh = await sessions.acquire({ sessionFile: 'memory:e', sessionKey: 'fresh' });
    monitor.report({ sessionKey: 'fresh', state: 'processing' });
    monitor.report({ sessionId: 'idle', state: 'idle' });
    await pass(1_000);
    // When somebody looks
    const told = monitor
      .sessions()
      .map((state) => [
        nameOf(state),
        state.state,
        state.health,
        state.reason,
        state.ageMs / 1_000,
      ]);
    // Then each is there once, with its health and since when
    expect(told).toEqual([
      ['phantom', 'processing', 'stuck', 'stale_session_state', 31],
      ['queued', 'idle', 'stuck', 'queued_work_without_active_run', 31],
      ['blocked', 'waiting', 'waiting', undefined, 31],
      ['fresh', 'processing', 'healthy', undefined, 1],
      ['idle', 'idle', 'healthy', undefined, 1],
      ['silent', 'processing', 'stuck', 'active_work_without_progress', 61],
      ['memory:b', 'processing', 'long-running', 'active_work', 61],
      ['quiet', 'processing', 'stalled', 'active_work_without_progress', 31],
    ]);
    expect(watch.events).toEqual([]);
    for (const run of [silent, slow, dead, fresh]) await run.release();
  });

  it('lists a session once, under all its names, whether its run or its host told them', async () => {
    const sessions = stage.open();
    const run = await sessions.acquire({ sessionFile: 'memory:a', sessionId: 'i' });
    const monitor = watch.start(sessions);
    monitor.report({ sessionKey: 'k', sessionId: 'i', state: 'idle' });
    expect(monitor.sessions()).toMatchObject([
      { sessionKey: 'k', sessionId: 'i', sessionFile: 'memory:a', state: 'processing' },
    ]);
    await run.release();
    expect(monitor.sessions()).toMatchObject([{ sessionKey: 'k', sessionId: 'i', state: 'idle' }]);
  });

  it('lists labels that were reported apart once, while one run bears them all', async () => {
    // Given a key and an id that nobody has said to be of one session
    const sessions = stage.open();
    const monitor = watch.start(sessions);
    monitor.report({ sessionKey: 'k', state: 'idle' });
    monitor.report({ sessionId: 'i', state: 'idle' });
    monitor.report({ sessionFile: 'memory:a', state: 'idle' });
    expect(monitor.sessions()).toHaveLength(3);
    // When a run bears both, on the file that was reported alone
    const labels = { sessionKey: 'k', sessionId: 'i' };
    const run = await sessions.acquire({ sessionFile: 'memory:a', ...labels });
    // Then they are one for that long
    expect(monitor.sessions()).toMatchObject([{ ...labels, sessionFile: 'memory:a' }]);
    await run.release();
    expect(monitor.sessions()).toHaveLength(3);
  });

  it('shows a session that was reported by its file alone with the run that has the file', async () => {
    // Given a run, and a report under another spelling of its file and no label
    const sessions = stage.open();
    const run = await sessions.acquire({ sessionFile: '/tmp/nowhere/a.jsonl', runId: 'r' });
    const monitor = watch.start(sessions);
    monitor.report({ sessionFile: '/tmp/nowhere/../nowhere/a.jsonl', state: 'processing' });
    // Then they are one session, until the run ends
    expect(monitor.sessions().map((state) => [state.run?.runId, state.health])).toEqual([
      ['r', 'healthy'],
    ]);
    await run.release();
    expect(monitor.sessions().map((state) => [state.run?.runId, state.sessionFile])).toEqual([
      [undefined, '/tmp/nowhere/a.jsonl'],
    ]);
  });

  it('shows a session by the run of its key that owns, before one that waits', async () => {
    const sessions = stage.open();
    const other = await sessions.acquire({ sessionFile: 'memory:a' });
    const labels = { sessionKey: 'k', sessionId: 'i' };
    const waiting = sessions.acquire({ ...labels, sessionFile: 'memory:a', runId: 'waits' });
    const own = await sessions.acquire({ ...labels, sessionFile: 'memory:b', runId: 'owns' });
    const monitor = watch.start(sessions);
    monitor.report({ sessionKey: 'k', state: 'processing' });
    expect(monitor.sessions()[0]?.run?.runId).toBe('owns');
    await own.release();
    expect(monitor.sessions()[0]?.run?.runId).toBe('waits');
    await other.release();
    await (await waiting).release();
  });

  it('shows a session by a run of its key before one of its id', async () => {
    const sessions = stage.open();
    const byId = await sessions.acquire({ sessionFile: 'memory:a', sessionId: 'i', runId: 'id' });
    const byKey = await sessions.acquire({
      sessionFile: 'memory:b',
      sessionKey: 'k',
      runId: 'key',
    });
    const monitor = watch.start(sessions);
    monitor.report({ sessionKey: 'k', sessionId: 'i', state: 'idle' });
    expect(monitor.sessions().map(({ run }) => run?.runId)).toEqual(['key', 'id']);
    await byKey.release();
    expect(monitor.sessions().map(({ run }) => run?.runId)).toEqual(['id']);
    await byId.release();
  });

  it('shows the longer of the two queues: of its host, and of its file', async () => {
    const sessions = stage.open();
    const run = await sessions.acquire({ sessionFile: 'memory:a', sessionKey: 'k' });
    const waiting = ['one', 'two'].map((runId) => {
      return sessions.acquire({ sessionFile: 'memory:a', runId });
    });
    const monitor = watch.start(sessions);
    monitor.report({ sessionKey: 'k', state: 'processing', queueDepth: 1 });
    expect(monitor.sessions()[0]?.queueDepth).toBe(2);
    monitor.report({ sessionKey: 'k', state: 'processing', queueDepth: 5 });
    expect(monitor.sessions()[0]?.queueDepth).toBe(5);
    await run.release();
    for (const next of waiting) await (await next).release();
  });

  it('forgets half an hour later that a session was idle', async () => {
    const monitor = watch.start(stage.open());
    monitor.report({ sessionKey: 'k', state: 'idle' });
    await pass(30 * 60_000);
    expect(monitor.sessions()).toHaveLength(1);
    await pass(1);
    expect(monitor.sessions()).toEqual([]);
  });

  it('tells of a parked run since when it is parked', async () => {
    // Given a run that had its file for long
    const sessions = stage.open();
    const run = await sessions.acquire({ sessionFile: 'memory:a', sessionKey: 'k' });
    const monitor = watch.start(sessions, { intervalMs: Infinity });
    monitor.report({ sessionKey: 'k', state: 'processing' });
    await pass(20_000);
    // When it parks
    const gate = createGate();
    const parked = run.park(() => gate.opened);
    await pass(1_000);
    // Then that is what it is at, not all the time before
    expect(monitor.sessions()).toMatchObject([{ health: 'waiting', ageMs: 1_000 }]);
    gate.open();
    await parked;
    await run.release();
  });
});
