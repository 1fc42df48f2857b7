import { describe, expect, it, vi } from 'vitest';
import { OwnerWaitAbortedError, RunInterruptedError } from '../../src/index.js';
import { useStage } from '../ownership/support/stage.js';
import { createCountingController } from '../support/counting-signal.js';
import { useFakeTime } from '../support/fake-time.js';
import { ask, brief, errorOf } from './support/runs.js';

const FILE = 'memory:a';

describe('a run that waits and is interrupted', () => {
  useFakeTime();
  const stage = useStage();

  it('[I1] is gone in the call, and its caller is told why', async () => {
    // Given a run behind an owner
    const sessions = stage.open();
    const owner = await sessions.acquire({ sessionFile: FILE, runId: 'owner' });
    const granted = ask(sessions, { sessionFile: FILE, runId: 'w' });

    // When it is interrupted
    const interrupting = sessions.interrupt({ runId: 'w' }, { cause: 'stop button' });

    // Then it is gone before anybody awaits anything
    expect(sessions.inspect().waiting).toEqual([]);
    expect(owner.waiting).toBe(0);
    const { status, settled, run, waitedMs } = await interrupting;
    expect({ status, settled, waitedMs }).toEqual({
      status: 'cancelled',
      settled: true,
      waitedMs: 0,
    });
    expect(run).toMatchObject({ runId: 'w', phase: 'ended', generation: 0 });
    expect(run?.end).toBeUndefined();
    const error = await errorOf(granted, OwnerWaitAbortedError);
    expect(error).toMatchObject({ name: 'AbortError', retry: 'never', holder: { runId: 'owner' } });
    await owner.release();
  });

  it.each(['user', 'superseded', 'timeout', 'shutdown'] as const)(
    '[I6] tells its caller and its event that it was told to stop for %s',
    async (why) => {
      // Given a run behind an owner
      const sessions = stage.open();
      const owner = await sessions.acquire({ sessionFile: FILE });
      const granted = ask(sessions, { sessionFile: FILE, runId: 'w' });
      const cause = new Error('what fired it');
      // When it is interrupted
      await sessions.interrupt({ runId: 'w' }, { why, cause });
      // Then error and event tell the same
      const error = await errorOf(granted, OwnerWaitAbortedError);
      const reason = error.cause as RunInterruptedError;
      expect(reason).toBeInstanceOf(RunInterruptedError);
      expect(reason).toMatchObject({ why, cause, runId: 'w', sessionFile: FILE });
      expect(stage.events.find(({ type }) => type === 'cancelled')).toMatchObject({
        runId: 'w',
        why,
        code: 'ERR_SESSION_WAIT_ABORTED',
        eventId: error.eventId,
      });
      await owner.release();
    },
  );

  it('says that it was told to stop, and never that its caller gave up', async () => {
    const sessions = stage.open();
    const owner = await sessions.acquire({ sessionFile: FILE });
    const granted = ask(sessions, { sessionFile: FILE, runId: 'w' });
    await sessions.interrupt({ runId: 'w' });
    const error = await errorOf(granted, OwnerWaitAbortedError);
    expect((error.cause as Error).message).toBe(
      'Run w on "memory:a" was told to stop (user): it waited for its turn, and is gone',
    );
    expect(error.message).not.toContain('gave up');
    await owner.release();
  });

  it('counts as cancelled, beside those whose caller gave up', async () => {
    // Given two runs behind an owner
    const sessions = stage.open();
    const owner = await sessions.acquire({ sessionFile: FILE });
    const caller = new AbortController();
    void ask(sessions, { sessionFile: FILE, runId: 'told' });
    void ask(sessions, { sessionFile: FILE, runId: 'gone', signal: caller.signal });
    // When one is interrupted, and the caller of the other gives up
    await sessions.interrupt({ runId: 'told' });
    caller.abort();
    // Then each is counted as what it was
    expect(sessions.inspect().counters).toMatchObject({ cancelled: 1, aborted: 1, refused: 0 });
    expect(stage.told()).toEqual(expect.arrayContaining(['cancelled told', 'aborted gone']));
    await owner.release();
  });

  it('never starts its task', async () => {
    const sessions = stage.open();
    const owner = await sessions.acquire({ sessionFile: FILE });
    const task = vi.fn();
    const outcome = sessions.run({ sessionFile: FILE, runId: 'w' }, task);
    const told = sessions.interrupt({ runId: 'w' });
    await owner.release();
    await errorOf(outcome, OwnerWaitAbortedError);
    expect(brief(await told)).toBe('cancelled w');
    expect(task).not.toHaveBeenCalled();
  });

  it('has no deadline and no listener any more', async () => {
    // Given a run with a deadline and a signal of its caller
    const sessions = stage.open();
    const owner = await sessions.acquire({ sessionFile: FILE, stuckAfterMs: false });
    const { signal } = createCountingController();
    const before = vi.getTimerCount();
    void ask(sessions, { sessionFile: FILE, runId: 'w', waitMs: 5_000, signal });
    expect([vi.getTimerCount() - before, signal.listeners]).toEqual([1, 1]);
    // When it is interrupted
    await sessions.interrupt({ runId: 'w' });
    // Then both are gone
    expect([vi.getTimerCount() - before, signal.listeners]).toEqual([0, 0]);
    await owner.release();
  });

  it('is stale once it was granted, for whoever saw it waiting', async () => {
    // Given the view of a run that waited, and has its turn since
    const sessions = stage.open();
    const owner = await sessions.acquire({ sessionFile: FILE });
    const granted = ask(sessions, { sessionFile: FILE, runId: 'w' });
    const [seen] = sessions.runs.waitingFor(FILE);
    await owner.release();
    const run = await granted;
    // When what was seen is interrupted, and then its id alone
    const told = await sessions.interrupt(seen as never);
    expect(brief(told)).toBe('stale w');
    expect(told.settled).toBe(false);
    expect(run.signal.aborted).toBe(false);
    const again = sessions.interrupt({ runId: 'w' });
    await run.release();
    expect(brief(await again)).toBe('ended w');
  });
});
