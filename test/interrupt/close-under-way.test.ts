import { describe, expect, it, vi } from 'vitest';
import { CoordinatorClosedError, type Run } from '../../src/index.js';
import { settled, startHeedless, stateOf } from '../ownership/support/steps.js';
import { idsOf } from '../runs/support/sessions.js';
import { useFakeTime } from '../support/fake-time.js';
import { useDesk } from '../transcript/gate/support/desk.js';
import { ask, brief, errorOf, watchRejections } from './support/runs.js';

const FILE = 'memory:a';

describe('close() while others act on runs', () => {
  useFakeTime();
  const desk = useDesk();

  it('[X1] settles an interrupt that would have waited for ever', async () => {
    // Given a run that ignores its signal, and may take any time
    const sessions = desk.open({ settleMs: 1_000 });
    const deaf = await startHeedless(sessions, { sessionFile: FILE, runId: 'deaf' });
    const told = sessions.interrupt({ runId: 'deaf' }, { settleMs: Infinity });
    // When it closes
    const closing = sessions.close({ waitMs: 500 });
    await vi.advanceTimersByTimeAsync(1_499);
    expect(await stateOf(told)).toBe('pending');
    await vi.advanceTimersByTimeAsync(1);
    // Then both calls tell what became of it
    expect(brief(await told)).toBe('revoked deaf');
    const { ended, revoked, stillRunning } = await closing;
    expect([ended, idsOf(revoked), idsOf(stillRunning)]).toEqual([[], ['deaf'], ['deaf']]);
    // And the reason is the first one
    expect(deaf.run.signal.reason).toMatchObject({ why: 'user' });
    deaf.end.open(0);
    await settled();
  });

  it('[X1] settles a recovery that would have waited for ever', async () => {
    const sessions = desk.open({ settleMs: 1_000 });
    const deaf = await startHeedless(sessions, { sessionFile: FILE, runId: 'deaf' });
    const recovery = sessions.recover({
      runId: 'deaf',
      allowActiveAbort: true,
      settleMs: Infinity,
    });
    await settled();
    const closing = sessions.close({ waitMs: 0 });
    await vi.advanceTimersByTimeAsync(1_000);
    expect(await recovery).toMatchObject({ status: 'revoked', activeRunId: 'deaf' });
    expect(idsOf((await closing).revoked)).toEqual(['deaf']);
    deaf.end.open(0);
    await settled();
  });

  it('tells of a run that was interrupted and ended by itself that it has ended', async () => {
    const sessions = desk.open();
    const run = await sessions.acquire({ sessionFile: FILE, runId: 'a' });
    const told = sessions.interrupt({ runId: 'a' });
    const closing = sessions.close();
    await run.release();
    expect(brief(await told)).toBe('ended a');
    expect((await closing).ended).toEqual([expect.objectContaining({ end: 'interrupted' })]);
  });

  it('can be hurried by an interrupt', async () => {
    // Given a close that gives a run a minute
    const sessions = desk.open({ settleMs: 60_000 });
    const deaf = await startHeedless(sessions, { sessionFile: FILE, runId: 'deaf' });
    const closing = sessions.close();
    await vi.advanceTimersByTimeAsync(1_000);
    // When somebody loses patience
    const told = sessions.interrupt({ runId: 'deaf' }, { why: 'shutdown', settleMs: 10 });
    await vi.advanceTimersByTimeAsync(10);
    // Then both are over
    expect(brief(await told)).toBe('revoked deaf');
    expect(idsOf((await closing).revoked)).toEqual(['deaf']);
    deaf.end.open(0);
    await settled();
  });

  it('[X2] waits for the last of its runs, not only for the first', async () => {
    const sessions = desk.open();
    const files = [FILE, 'memory:b', 'memory:c', 'memory:d'];
    const runs = files.map((sessionFile) => sessions.acquire({ sessionFile, runId: sessionFile }));
    const [last, ...others] = await Promise.all(runs);
    const end = async (run: Run | undefined): Promise<void> => {
      await run?.release();
      await settled();
    };
    const closing = sessions.close();
    await end(others[0]);
    await end(others[1]);
    await end(others[2]);
    expect(await stateOf(closing)).toBe('pending');
    await end(last);
    expect(idsOf((await closing).ended)).toEqual(files);
  });

  it('leaves an interrupt of a run of another coordinator alone', async () => {
    // Given a run of one coordinator, interrupted through another
    const theirs = desk.open({ isolated: false, settleMs: 5_000 });
    const mine = desk.open({ isolated: false, settleMs: 1 });
    const run = await theirs.acquire({ sessionFile: 'memory:shared', runId: 'theirs' });
    const told = mine.interrupt({ runId: 'theirs' });
    // When the other one closes
    expect(await mine.close()).toMatchObject({ ended: [], revoked: [] });
    // Then the call goes on, and a further one works too
    expect(await stateOf(told)).toBe('pending');
    const again = mine.interrupt({ runId: 'theirs' });
    await run.release();
    expect([brief(await told), brief(await again)]).toEqual(['ended theirs', 'ended theirs']);
  });

  it('[X1] from two sides at once cuts everything once', async () => {
    // Given a run that hangs, one that waits, and one that is parked, all of them interrupted
    const rejections = watchRejections();
    const sessions = desk.open({ settleMs: 100 });
    const deaf = await startHeedless(sessions, { sessionFile: FILE, runId: 'deaf' });
    const waiting = ask(sessions, { sessionFile: FILE, runId: 'waiting' });
    const told = sessions.interrupt({ runId: 'deaf' });
    // When it closes twice
    const [one, two] = [sessions.close({ waitMs: 0 }), sessions.close()];
    await vi.advanceTimersByTimeAsync(100);
    // Then every promise has settled, and the report is one
    await errorOf(waiting, CoordinatorClosedError);
    expect(brief(await told)).toBe('revoked deaf');
    expect(await one).toBe(await two);
    expect(desk.told().filter((line) => line === 'ended deaf')).toHaveLength(1);
    expect(rejections).toEqual([]);
    deaf.end.open(0);
    await settled();
  });
});
