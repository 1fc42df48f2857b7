import { describe, expect, it, vi } from 'vitest';
import { settled, standStill, startHeedless, stateOf } from '../ownership/support/steps.js';
import { useStage } from '../ownership/support/stage.js';
import { useFakeTime } from '../support/fake-time.js';
import { brief } from './support/runs.js';

const FILE = 'memory:a';
const DEAF = { sessionFile: FILE, runId: 'deaf' };

describe('the time to settle of an interrupted run', () => {
  useFakeTime();
  const stage = useStage();

  it.each([
    ['that of its coordinator', undefined, 1_000],
    ['a shorter one', 10, 10],
    ['a longer one', 5_000, 5_000],
  ])('is %s', async (_, settleMs, takesMs) => {
    // Given a run that ignores its signal
    const sessions = stage.open({ settleMs: 1_000 });
    const deaf = await startHeedless(sessions, DEAF);
    // When it is interrupted
    const told = sessions.interrupt({ runId: 'deaf' }, { settleMs });
    await vi.advanceTimersByTimeAsync(takesMs - 1);
    // Then it keeps its turn to the last millisecond of that, and not longer
    expect(await stateOf(told)).toBe('pending');
    expect(deaf.run.phase).toBe('active');
    await vi.advanceTimersByTimeAsync(1);
    expect(await told).toMatchObject({ status: 'revoked', settled: false, waitedMs: takesMs });
    expect(deaf.run.end).toBe('revoked');
    await end(deaf);
  });

  it('is none with 0: the turn is taken with the next timer', async () => {
    const sessions = stage.open();
    const deaf = await startHeedless(sessions, DEAF);
    const told = sessions.interrupt({ runId: 'deaf' }, { settleMs: 0 });
    expect(deaf.run.signal.aborted).toBe(true);
    await vi.advanceTimersByTimeAsync(1);
    expect(brief(await told)).toBe('revoked deaf');
    await end(deaf);
  });

  it('is enough with 0 for a run that ends in its abort listener', async () => {
    const sessions = stage.open();
    const run = await sessions.acquire(DEAF);
    run.signal.addEventListener('abort', () => void run.release());
    expect(brief(await sessions.interrupt(run, { settleMs: 0 }))).toBe('ended deaf');
  });

  it('is without end with Infinity, and costs one timer, which keeps the process', async () => {
    // Given a run that is told to stop and may take any time
    const sessions = stage.open({ stuckAfterMs: false });
    const deaf = await startHeedless(sessions, DEAF);
    await vi.advanceTimersByTimeAsync(0);
    const before = vi.getTimerCount();
    const told = sessions.interrupt({ runId: 'deaf' }, { settleMs: Infinity });
    await vi.advanceTimersByTimeAsync(3 * 3_600_000);
    expect(await stateOf(told)).toBe('pending');
    expect(vi.getTimerCount() - before).toBe(1);
    // When it ends after all
    deaf.end.open('at last');
    // Then that was seen
    expect(await told).toMatchObject({ status: 'ended', waitedMs: 3 * 3_600_000 });
    await deaf.outcome.catch(() => {});
  });

  it('is not restarted by a second interrupt', async () => {
    const sessions = stage.open({ settleMs: 1_000 });
    const deaf = await startHeedless(sessions, DEAF);
    const first = sessions.interrupt({ runId: 'deaf' });
    await vi.advanceTimersByTimeAsync(900);
    const second = sessions.interrupt({ runId: 'deaf' });
    await vi.advanceTimersByTimeAsync(100);
    expect([brief(await first), brief(await second)]).toEqual(['revoked deaf', 'revoked deaf']);
    expect((await second).waitedMs).toBe(100);
    await end(deaf);
  });

  it('is not made longer by a later interrupt, nor by one without end', async () => {
    const sessions = stage.open({ settleMs: 1_000 });
    const deaf = await startHeedless(sessions, DEAF);
    const told = [undefined, 60_000, Infinity].map((settleMs) =>
      sessions.interrupt({ runId: 'deaf' }, { settleMs }),
    );
    await vi.advanceTimersByTimeAsync(1_000);
    expect((await Promise.all(told)).map(brief)).toEqual(Array(3).fill('revoked deaf'));
    await end(deaf);
  });

  it('is made shorter by a later interrupt, for all who wait', async () => {
    const sessions = stage.open({ settleMs: 60_000 });
    const deaf = await startHeedless(sessions, DEAF);
    const first = sessions.interrupt({ runId: 'deaf' });
    await vi.advanceTimersByTimeAsync(1_000);
    const second = sessions.interrupt({ runId: 'deaf' }, { settleMs: 50 });
    await vi.advanceTimersByTimeAsync(50);
    expect([(await first).waitedMs, (await second).waitedMs]).toEqual([1_050, 50]);
    await end(deaf);
  });

  it('is made shorter where the first had no end', async () => {
    const sessions = stage.open();
    const deaf = await startHeedless(sessions, DEAF);
    const first = sessions.interrupt({ runId: 'deaf' }, { settleMs: Infinity });
    const second = sessions.interrupt({ runId: 'deaf' }, { settleMs: 50 });
    await vi.advanceTimersByTimeAsync(50);
    expect([brief(await first), brief(await second)]).toEqual(['revoked deaf', 'revoked deaf']);
    await end(deaf);
  });

  it('is given again for the time in which the process stood still', async () => {
    const sessions = stage.open({ settleMs: 5_000, stuckAfterMs: false });
    const deaf = await startHeedless(sessions, DEAF);
    const told = sessions.interrupt({ runId: 'deaf' });
    await vi.advanceTimersByTimeAsync(0);
    standStill(10_000);
    await vi.advanceTimersByTimeAsync(5_000);
    expect(await stateOf(told)).toBe('pending');
    await vi.advanceTimersByTimeAsync(5_000);
    expect(brief(await told)).toBe('revoked deaf');
    await end(deaf);
  });

  it('is never more because the process stood still than what it was', async () => {
    // Given a run that is given 100 ms, less than others of its coordinator
    const sessions = stage.open({ settleMs: 60_000, stuckAfterMs: false });
    const deaf = await startHeedless(sessions, DEAF);
    const told = sessions.interrupt({ runId: 'deaf' }, { settleMs: 100 });
    // When the process stands still for 10 s
    standStill(10_000);
    await vi.advanceTimersByTimeAsync(100);
    // Then it has 100 ms more, not 10 s
    await vi.advanceTimersByTimeAsync(200);
    expect(deaf.run.end).toBe('revoked');
    await vi.advanceTimersByTimeAsync(20_000);
    expect(brief(await told)).toBe('revoked deaf');
    await end(deaf);
  });
});

async function end(deaf: Awaited<ReturnType<typeof startHeedless>>): Promise<void> {
  deaf.end.open(0);
  await deaf.outcome.catch(() => {});
  await settled();
}
