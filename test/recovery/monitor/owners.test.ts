import { describe, expect, it, vi } from 'vitest';
import { useStage } from '../../ownership/support/stage.js';
import { startHeedless, untilAborted } from '../../ownership/support/steps.js';
import { useFakeTime } from '../../support/fake-time.js';
import { pass, useWatch } from './support/watch.js';

describe('an owner that a monitor watches', () => {
  useFakeTime();
  const stage = useStage();
  const watch = useWatch();

  it('[S7][S1] is found silent, then recovered, though nobody waits and nothing was reported', async () => {
    // Given a run without any label that ignores its signal
    const sessions = stage.open({ settleMs: 5_000 });
    const hung = await startHeedless(sessions, { sessionFile: 'memory:a', runId: 'r' });
    watch.start(sessions);
    // When it is silent for as long as a run may be, and then for as long as it has to settle
    await pass(65_000);
    // Then it was told of at each step, and lost its turn
    const facts = { sessionFile: 'memory:a', state: 'processing', queueDepth: 0 };
    const reason = 'active_work_without_progress';
    expect(watch.events.slice(0, 3)).toEqual([
      expect.objectContaining({ type: 'stalled', ...facts, reason, silentMs: 30_000 }),
      expect.objectContaining({ type: 'stuck', ...facts, reason, silentMs: 60_000 }),
      expect.objectContaining({
        type: 'recovery-requested',
        ...facts,
        request: { runId: 'r', generation: 1, sessionFile: 'memory:a', silentMs: 60_000 },
      }),
    ]);
    expect(watch.all('recovery-completed').map(({ outcome }) => outcome)).toEqual([
      {
        status: 'revoked',
        reason: 'stuck',
        activeRunId: 'r',
        sessionFile: 'memory:a',
        observed: { aborted: true, settled: false, revoked: true, nextGranted: false },
      },
    ]);
    hung.end.open(undefined);
    await expect(hung.outcome).rejects.toMatchObject({ why: 'recovery' });
  });

  it('[S1] is asked to give way as soon as it is stalled, where somebody waits', async () => {
    // Given a run that gives way when it is asked to, and one that waits
    const sessions = stage.open();
    const giving = sessions.run({ sessionFile: 'memory:a' }, async (run) => {
      await untilAborted(run.yieldSignal).catch(() => undefined);
    });
    const waiting = sessions.acquire({ sessionFile: 'memory:a' });
    watch.start(sessions);
    // When it is silent for warnAfterMs
    await pass(30_000);
    // Then it has ended by itself, and the next owns the file, long before anybody was told to stop
    await expect(giving).resolves.toBeUndefined();
    await (await waiting).release();
    expect(stage.told().filter((line) => line.startsWith('signalled'))).toEqual([]);
    expect(watch.told()).toEqual(['stalled memory:a']);
  });

  it.each([
    ['nobody waits', undefined, true],
    ['it only tells', 'waiter', false],
  ])('is not asked to give way where %s', async (_, waiterId, recover) => {
    const sessions = stage.open();
    const run = await sessions.acquire({ sessionFile: 'memory:a' });
    const waiting = waiterId && sessions.acquire({ sessionFile: 'memory:a', runId: waiterId });
    watch.start(sessions, { recover });
    await pass(30_000);
    expect(watch.told()).toEqual(['stalled memory:a']);
    expect(run.yieldSignal.aborted).toBe(false);
    await run.release();
    await (await (waiting || undefined))?.release();
  });

  it('is asked to give way once, however often it is found stalled', async () => {
    const sessions = stage.open();
    const run = await sessions.acquire({ sessionFile: 'memory:a' });
    const waiting = sessions.acquire({ sessionFile: 'memory:a' });
    watch.start(sessions);
    await pass(50_000);
    expect(stage.events.filter(({ type }) => type === 'yield-asked')).toHaveLength(1);
    await run.release();
    await (await waiting).release();
  });

  it('is long-running, and left alone, as long as it makes progress', async () => {
    // Given a run that makes progress all the time, and one that waits
    const sessions = stage.open();
    const run = await sessions.acquire({ sessionFile: 'memory:a' });
    watch.start(sessions);
    const moving = setInterval(() => run.progress('step'), 20_000);
    // When it lasts for ten minutes
    await pass(200_000);
    const waiting = sessions.acquire({ sessionFile: 'memory:a' });
    await pass(400_000);
    clearInterval(moving);
    // Then it was told of as such, seldom, and nothing was done
    expect(watch.events.map(({ type, reason, ageMs }) => [type, reason, ageMs])).toEqual([
      ['long-running', 'active_work', 30_000],
      ['long-running', 'active_work', 60_000],
      ['long-running', 'active_work', 120_000],
      ['long-running', 'queued_behind_active_work', 240_000],
      ['long-running', 'queued_behind_active_work', 480_000],
    ]);
    expect([run.signal.aborted, run.yieldSignal.aborted]).toEqual([false, false]);
    await run.release();
    await (await waiting).release();
  });

  it('[S4] is recovered beside others, each by itself', async () => {
    // Given two runs that hang, of which one stops when it is told to, and one that moves
    const sessions = stage.open({ settleMs: 5_000 });
    const heedless = await startHeedless(sessions, { sessionFile: 'memory:a', sessionKey: 'A' });
    const heeding = sessions.run({ sessionFile: 'memory:b', sessionKey: 'B' }, ({ signal }) => {
      return untilAborted(signal);
    });
    heeding.catch(() => undefined);
    const moving = await sessions.acquire({ sessionFile: 'memory:c', sessionKey: 'C' });
    watch.start(sessions);
    const beat = setInterval(() => moving.progress(), 5_000);
    // When all have had their file for as long as a run may be silent
    await pass(60_000);
    // Then the one that stops is done at once, the other after its time, the third is untouched
    expect(outcomes()).toEqual(['B ended']);
    await pass(5_000);
    expect(outcomes()).toEqual(['B ended', 'A revoked']);
    expect(moving.signal.aborted).toBe(false);
    clearInterval(beat);
    await moving.release();
    heedless.end.open(undefined);
    await vi.waitFor(() => expect(sessions.inspect().draining).toEqual([]));
  });

  it('is judged run by run where several bear one key', async () => {
    // Given two runs of one session key on two files, of which the second moves
    const sessions = stage.open();
    const request = { sessionKey: 'k' };
    const silent = await sessions.acquire({ ...request, sessionFile: 'memory:a', runId: 'a' });
    const moving = await sessions.acquire({ ...request, sessionFile: 'memory:b', runId: 'b' });
    const monitor = watch.start(sessions, { recover: false });
    monitor.report({ ...request, state: 'processing' });
    const beat = setInterval(() => moving.progress(), 5_000);
    await pass(60_000);
    clearInterval(beat);
    // Then each is told of by what it does
    const told = watch.events.map(({ type, run }) => `${type} ${run?.runId}`);
    expect(told.filter((line) => line.endsWith('a'))).toEqual(['stalled a', 'stuck a']);
    expect(new Set(told.filter((line) => line.endsWith('b')))).toEqual(new Set(['long-running b']));
    await silent.release();
    await moving.release();
  });

  function outcomes(): string[] {
    return watch
      .all('recovery-completed')
      .map(({ outcome }) => `${outcome.activeSessionKey} ${outcome.status}`);
  }
});
