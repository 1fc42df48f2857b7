import { describe, expect, it, vi } from 'vitest';
import { CoordinatorClosedError, DeadlockError, type Run } from '../../src/index.js';
import { useFakeTime } from '../support/fake-time.js';
import { createGate } from '../support/gate.js';
import { useTempDir } from '../support/temp-dir.js';
import {
  assertError,
  expectBalanced,
  freshMarker,
  idsOf,
  loopTurn,
  stateOf,
  until,
  useSessions,
  waitBehind,
} from '../runs/support/sessions.js';

const NOTHING = { ended: [], revoked: [], stillRunning: [], cancelledWaiters: [] };

describe('Coordinator.close()', () => {
  useFakeTime();
  const dir = useTempDir();
  const sessions = useSessions();

  it('reports nothing where nothing ran', async () => {
    expect(await sessions.create().close()).toEqual(NOTHING);
  });

  it('[X1] stops admission in the call', async () => {
    const coordinator = sessions.create();
    const closing = coordinator.close();
    const sessionFile = freshMarker();
    for (const ask of [
      () => coordinator.acquire({ sessionFile }),
      () => coordinator.run({ sessionFile: dir.join('s.jsonl') }, () => undefined),
      () => coordinator.openOnce('chat', () => undefined),
    ]) {
      const error = await assertError(ask(), CoordinatorClosedError);
      expect(error.retry).toBe('never');
    }
    await closing;
    expect(coordinator.inspect().counters).toMatchObject({ requests: 2, refused: 2 });
  });

  it('says what could not be done where a session was to be opened', async () => {
    const coordinator = sessions.create();
    await coordinator.close();
    const error = await assertError(
      coordinator.openOnce('chat', () => undefined),
      CoordinatorClosedError,
    );
    expect(error.message).toContain('"chat"');
    expect(error.message).not.toContain('""');
  });

  it('[X1] cancels those who wait, in the call, and tells them why', async () => {
    const coordinator = sessions.create();
    const sessionFile = freshMarker();
    const owner = await coordinator.acquire({ sessionFile, runId: 'owner' });
    const { granted } = await waitBehind(coordinator, { sessionFile, runId: 'waiting' });
    // When it closes
    const closing = coordinator.close();
    // Then the waiting run is gone at once, and the owner is not disturbed
    expect(idsOf(coordinator.runs.list())).toEqual(['owner']);
    const error = await assertError(granted, CoordinatorClosedError);
    expect(error.holder?.runId).toBe('owner');
    expect(owner.signal.aborted).toBe(false);
    await owner.release();
    const report = await closing;
    expect(idsOf(report.cancelledWaiters)).toEqual(['waiting']);
    expect(coordinator.inspect().counters).toMatchObject({ cancelled: 1, refused: 0 });
  });

  it('cancels those whose path is still being resolved', async () => {
    const coordinator = sessions.create();
    const resolving = coordinator.acquire({ sessionFile: dir.join('s.jsonl'), runId: 'early' });
    resolving.catch(() => undefined);
    const report = await coordinator.close();
    await assertError(resolving, CoordinatorClosedError);
    expect(idsOf(report.cancelledWaiters)).toEqual(['early']);
    expect(coordinator.inspect().counters).toMatchObject({ requests: 1, cancelled: 1 });
  });

  it('[X1] waits for owners to end by themselves, without disturbing them', async () => {
    const coordinator = sessions.create({ settleMs: 1_000 });
    const gate = createGate();
    const signals: boolean[] = [];
    const run = coordinator.run({ sessionFile: freshMarker(), runId: 'slow' }, async (run) => {
      await gate.opened;
      signals.push(run.signal.aborted);
      return 'reply';
    });
    const closing = coordinator.close();
    await vi.advanceTimersByTimeAsync(999);
    expect(await stateOf(closing)).toBe('pending');
    gate.open();
    expect(await run).toBe('reply');
    const report = await closing;
    expect(signals).toEqual([false]);
    expect(report).toEqual({ ...NOTHING, ended: [expect.objectContaining({ end: 'completed' })] });
  });

  it('[X1] tells those to stop that go on after waitMs, and lets them end', async () => {
    // Given a run that ends when its signal fires
    const coordinator = sessions.create();
    const run = coordinator.run({ sessionFile: freshMarker() }, async ({ signal }) => {
      await new Promise((resolve) => signal.addEventListener('abort', resolve));
    });
    run.catch(() => undefined);
    // When the time given to close() is over
    const closing = coordinator.close({ waitMs: 200 });
    await vi.advanceTimersByTimeAsync(199);
    expect(await stateOf(run)).toBe('pending');
    await vi.advanceTimersByTimeAsync(1);
    // Then it was told so and ended by itself
    await expect(run).rejects.toMatchObject({ why: 'shutdown', name: 'AbortError' });
    expect((await closing).ended).toEqual([expect.objectContaining({ end: 'shutdown' })]);
  });

  it('[X1] takes the turn of those that do not settle, and says which go on', async () => {
    // Given a task that ignores its signal, and a handle that nobody releases
    const coordinator = sessions.create({ settleMs: 50 });
    const gate = createGate();
    const deaf = coordinator.run({ sessionFile: freshMarker(), runId: 'deaf' }, () => gate.opened);
    deaf.catch(() => undefined);
    const lost = await coordinator.acquire({ sessionFile: freshMarker(), runId: 'lost' });
    // When it closes without patience
    const closing = coordinator.close({ waitMs: 0 });
    await vi.advanceTimersByTimeAsync(49);
    expect(await stateOf(closing)).toBe('pending');
    await vi.advanceTimersByTimeAsync(1);
    const report = await closing;
    // Then both turns were taken, and the task is known to go on
    expect(idsOf(report.revoked).sort()).toEqual(['deaf', 'lost']);
    expect(idsOf(report.stillRunning)).toEqual(['deaf']);
    expect(report.ended).toEqual([]);
    await expect(deaf).rejects.toMatchObject({ why: 'shutdown' });
    expect(lost.end).toBe('revoked');
    expectBalanced(coordinator);
    gate.open();
    await loopTurn();
  });

  it('lets a parked run come back and end', async () => {
    const coordinator = sessions.create();
    const gate = createGate();
    const run = coordinator.run({ sessionFile: freshMarker() }, async (run) => {
      await run.park(() => gate.opened);
      return run.generation;
    });
    await until(() => coordinator.inspect().parked.length === 1);
    const closing = coordinator.close();
    gate.open();
    expect(await run).toBe(2);
    expect((await closing).ended).toEqual([expect.objectContaining({ end: 'completed' })]);
  });

  it('lets a parked run that waits behind another one come back', async () => {
    // Given a parked run that wants its turn back from an owner
    const coordinator = sessions.create();
    const sessionFile = freshMarker();
    const gate = createGate();
    const parked = await coordinator.acquire({ sessionFile });
    const back = parked.park(() => gate.opened);
    const owner = await coordinator.acquire({ sessionFile });
    gate.open();
    await until(() => coordinator.runs.waitingFor(sessionFile).length === 1);
    // When it closes, and the owner ends
    const closing = coordinator.close();
    await owner.release();
    await back;
    // Then the parked run has its turn
    expect(parked.phase).toBe('active');
    await parked.release();
    const report = await closing;
    expect(report.ended).toHaveLength(2);
    expect(report.cancelledWaiters).toEqual([]);
  });

  it('does the same once, however often it is called', async () => {
    const coordinator = sessions.create();
    const owner = await coordinator.acquire({ sessionFile: freshMarker() });
    const [one, two] = [coordinator.close(), coordinator.close({ waitMs: 0 })];
    await owner.release();
    expect(await two).toBe(await one);
    expect(await coordinator.close()).toBe(await one);
    expect(owner.end).toBe('released');
  });

  it('[D4] refuses a call from inside of its own run, and changes nothing', async () => {
    // Given a run, and another one behind it
    const coordinator = sessions.create();
    const sessionFile = freshMarker();
    const run = coordinator.run({ sessionFile, runId: 'self' }, async () => {
      const behind = await waitBehind(coordinator, { sessionFile, onReentry: 'queue' });
      // When it closes the coordinator that it would have to outlive
      const error = await assertError(coordinator.close(), DeadlockError);
      // Then that is refused, and everything goes on
      expect(error.message).toMatch(/^Cannot wait for the coordinator to close: the wait could /);
      expect(error.chain.map((link) => link.run.runId)).toContain('self');
      expect(coordinator.inspect().waiting).toHaveLength(1);
      return behind;
    });
    const { granted } = await run;
    await (await granted).release();
    await coordinator.run({ sessionFile }, () => undefined);
    expect(await coordinator.close()).toEqual(NOTHING);
  });

  it('leaves the runs of another coordinator of the thread alone', async () => {
    const mine = sessions.create({ isolated: false });
    const other = sessions.create({ isolated: false });
    const sessionFile = freshMarker();
    const owner = await other.acquire({ sessionFile });
    const behindMe = await waitBehind(mine, { sessionFile, runId: 'mine' });
    const { granted } = await waitBehind(other, { sessionFile });
    const report = await mine.close();
    expect(idsOf(report.cancelledWaiters)).toEqual(['mine']);
    await assertError(behindMe.granted, CoordinatorClosedError);
    expect(owner.signal.aborted).toBe(false);
    await owner.release();
    await (await granted).release();
    await other.run({ sessionFile }, () => undefined);
  });

  it('hands out a report of frozen, plain views', async () => {
    const coordinator = sessions.create();
    await using owner = await coordinator.acquire({ sessionFile: freshMarker() });
    const closing = coordinator.close();
    await owner.release();
    const report = await closing;
    expect(JSON.parse(JSON.stringify(report))).toEqual(report);
    expect(report.ended.every((view) => Object.isFrozen(view))).toBe(true);
  });

  it('runs at the end of a block by await using', async () => {
    const outer = sessions.create();
    let seen: Run | undefined;
    {
      await using coordinator = outer;
      await coordinator.run({ sessionFile: freshMarker() }, (run) => {
        seen = run;
      });
    }
    expect(seen?.end).toBe('completed');
    await assertError(outer.acquire({ sessionFile: freshMarker() }), CoordinatorClosedError);
  });

  it('leaves no timer behind', async () => {
    const coordinator = sessions.create({ stuckAfterMs: false });
    const owner = await coordinator.acquire({ sessionFile: freshMarker() });
    const closing = coordinator.close();
    await owner.release();
    await closing;
    expect(vi.getTimerCount()).toBe(0);
  });
});
