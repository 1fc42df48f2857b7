import { describe, expect, it, vi } from 'vitest';
import { recordOf } from '../../src/runs/run-handle.js';
import { settled, startHeedless } from '../ownership/support/steps.js';
import { useStage } from '../ownership/support/stage.js';
import { createCountingController } from '../support/counting-signal.js';
import { useFakeTime } from '../support/fake-time.js';
import { ask, brief, startHeeding, stepped, watchRejections } from './support/runs.js';

const FILE = 'memory:a';

describe('after an interrupt', () => {
  useFakeTime();
  const stage = useStage();

  it('no timer is left, however many asked at once', async () => {
    // Given a run that is watched by nobody else
    const sessions = stage.open({ stuckAfterMs: false, settleMs: 1_000 });
    const before = vi.getTimerCount();
    const deaf = await startHeedless(sessions, { sessionFile: FILE, runId: 'deaf' });
    // When fifty ask for it to stop, each with a time of its own
    const told = Array.from({ length: 50 }, (_, index) =>
      sessions.interrupt({ runId: 'deaf' }, { settleMs: 1_000 - index }),
    );
    await vi.advanceTimersByTimeAsync(951);
    // Then all have their answer, and nothing runs on
    expect(new Set((await Promise.all(told)).map(brief))).toEqual(new Set(['revoked deaf']));
    expect(vi.getTimerCount()).toBe(before);
    deaf.end.open(0);
    await settled();
  });

  it('no listener is left on the run, nor on the signal of its caller', async () => {
    const sessions = stage.open();
    const caller = createCountingController();
    const run = await sessions.acquire({ sessionFile: FILE, signal: caller.signal });
    const record = recordOf(run);
    const told = [1, 2, 3].map(() => sessions.interrupt(run));
    await run.release();
    await Promise.all(told);
    expect(record?.endListeners).toBeUndefined();
    expect(record?.signal).toBeUndefined();
    expect([caller.signal.listeners, caller.signal.added]).toEqual([0, 1]);
  });

  it('no listener is left of a wait for a run that goes on for long', async () => {
    // Given a run that may take any time, and somebody who asked for it to stop
    const sessions = stage.open({ stuckAfterMs: false });
    const run = await sessions.acquire({ sessionFile: FILE });
    const told = sessions.interrupt(run, { settleMs: Infinity });
    await settled();
    // When an hour passes
    await vi.advanceTimersByTimeAsync(3_600_000);
    // Then that one still waits with one listener
    expect(recordOf(run)?.endListeners?.size).toBe(1);
    await run.release();
    await told;
  });

  it('a stale, ambiguous or missing target has cost nothing', async () => {
    const sessions = stage.open();
    const one = await sessions.acquire({ sessionFile: FILE, runId: '1', sessionKey: 'k' });
    const two = await sessions.acquire({ sessionFile: 'memory:b', sessionKey: 'k' });
    const timers = vi.getTimerCount();
    const told = stage.told().length;
    const targets = [{ runId: '1', generation: 9 }, { sessionKey: 'k' }, { runId: 'none' }];
    const statuses = targets.map((target) => sessions.interrupt(target));
    expect((await Promise.all(statuses)).map(({ status }) => status)).toEqual([
      'stale',
      'ambiguous',
      'not-running',
    ]);
    expect([vi.getTimerCount(), stage.told().length]).toEqual([timers, told]);
    expect(recordOf(one)?.endListeners ?? new Set()).toEqual(new Set());
    await Promise.all([one.release(), two.release()]);
  });

  it('no wait is left on the run that asked', async () => {
    const sessions = stage.open();
    const asker = await sessions.acquire({ sessionFile: FILE });
    const other = await sessions.acquire({ sessionFile: 'memory:b' });
    const told = asker.within(() => sessions.interrupt(other));
    expect(recordOf(asker)?.awaitedForNow?.size).toBe(1);
    await other.release();
    await told;
    expect(recordOf(asker)?.awaitedForNow?.size).toBe(0);
    await asker.release();
  });

  it('no rejection is left that nobody observes', async () => {
    // Given a run, one behind it, and tickets, of which nobody looks at anything
    const rejections = watchRejections();
    const sessions = stage.open({ settleMs: 0 });
    await sessions.acquire({ sessionFile: FILE });
    void ask(sessions, { sessionFile: FILE });
    await sessions.admit({ sessionFile: FILE });
    await sessions.admit({ sessionFile: 'memory:b' });
    // When all are interrupted
    const left = sessions.runs.list().map(({ runId }) => sessions.interrupt({ runId }));
    await stepped(Promise.all(left));
    await new Promise<void>((resolve) => process.nextTick(resolve));
    // Then nothing was rejected into the void
    expect(rejections).toEqual([]);
  });

  it('two hundred rounds leave nothing behind', async () => {
    const sessions = stage.open({ historySize: 10, onEvent: undefined });
    for (let round = 0; round < 200; round += 1) {
      await startHeeding(sessions, { sessionFile: FILE, sessionKey: `k${round}` });
      await sessions.interrupt({ sessionKey: `k${round}` });
    }
    expect(sessions.inspect().counters.ends.interrupted).toBe(200);
    expect(sessions.runs.size).toBe(0);
    await vi.advanceTimersByTimeAsync(0);
    expect(vi.getTimerCount()).toBe(0);
  });

  it('a listener that throws changes nothing', async () => {
    // Given listeners that throw, on the signal and on the events
    const sessions = stage.open({
      onEvent: () => {
        throw new Error('a listener');
      },
    });
    const run = await sessions.acquire({ sessionFile: FILE, runId: 'a' });
    run.signal.addEventListener('abort', () => void run.release());
    const next = ask(sessions, { sessionFile: FILE });
    // When it is interrupted, then it ends and passes on like any other
    expect(brief(await sessions.interrupt(run))).toBe('ended a');
    await (await next).release();
  });
});
