import { describe, expect, it, vi } from 'vitest';
import { useFakeTime } from '../support/fake-time.js';
import { createGate } from '../support/gate.js';
import { useStage } from '../ownership/support/stage.js';
import { settled, startHeedless, stateOf, untilAborted } from '../ownership/support/steps.js';

const FILE = 'memory:a';

describe('close()', () => {
  useFakeTime();
  const stage = useStage();

  it('[X1] stops admission, cancels who waits, and waits for owners', async () => {
    // Given an owner and a waiting run
    const sessions = stage.open({ settleMs: 1_000 });
    const owner = await sessions.acquire({ sessionFile: FILE, runId: 'owner' });
    const waiter = stateOf(sessions.acquire({ sessionFile: FILE, runId: 'waiter' }));

    // When it is closed
    const closing = sessions.close({ waitMs: 5_000 });

    // Then the waiting run is cancelled at once, nobody is admitted, and the owner is left in peace
    expect(await waiter).toMatchObject({ error: { code: 'ERR_SESSION_CLOSED' } });
    await expect(sessions.acquire({ sessionFile: 'memory:b' })).rejects.toMatchObject({
      code: 'ERR_SESSION_CLOSED',
    });
    await vi.advanceTimersByTimeAsync(4_000);
    expect(owner.signal.aborted).toBe(false);

    // When the owner ends
    await owner.release();
    // Then the report tells what became of each
    const { ended, revoked, cancelledWaiters } = await closing;
    expect(ended.map(({ runId, end }) => `${runId} ${end}`)).toEqual(['owner released']);
    expect(cancelledWaiters.map(({ runId }) => runId)).toEqual(['waiter']);
    expect(revoked).toEqual([]);
  });

  it('[X1] tells owners to stop, then takes the turns of those that do not', async () => {
    // Given a run that heeds its signal, and one that does not
    const sessions = stage.open({ settleMs: 1_000 });
    const heeds = sessions.run({ sessionFile: FILE, runId: 'heeds' }, (run) =>
      untilAborted(run.signal),
    );
    heeds.catch(() => {});
    const hangs = await startHeedless(sessions, { sessionFile: 'memory:b', runId: 'hangs' });

    // When it is closed
    const closing = sessions.close({ waitMs: 2_000 });
    await vi.advanceTimersByTimeAsync(3_000);

    // Then both are over, and the report says how
    const { ended, revoked, stillRunning } = await closing;
    expect(ended.map(({ runId, end }) => `${runId} ${end}`)).toEqual(['heeds shutdown']);
    expect(revoked.map(({ runId }) => runId)).toEqual(['hangs']);
    expect(stillRunning.map(({ runId }) => runId)).toEqual(['hangs']);
    await expect(hangs.outcome).rejects.toMatchObject({ why: 'shutdown' });
    hangs.end.open(undefined);
    await settled();
  });

  it('[O1] of one coordinator passes its files on to the runs of another', async () => {
    // Given two coordinators that share the table of the thread
    const one = stage.open({ isolated: false, settleMs: 1_000 });
    const two = stage.open({ isolated: false });
    const { outcome, end } = await startHeedless(one, { sessionFile: FILE });
    const next = two.run({ sessionFile: FILE }, () => 'served');
    const own = one.run({ sessionFile: FILE }, () => 'never');
    const cancelled = stateOf(own);

    // When the one that owns is closed
    const closing = one.close({ waitMs: 0 });
    await vi.advanceTimersByTimeAsync(1_000);

    // Then only its own runs are gone
    await closing;
    expect(await cancelled).toMatchObject({ error: { code: 'ERR_SESSION_CLOSED' } });
    expect(await next).toBe('served');
    await expect(outcome).rejects.toMatchObject({ why: 'shutdown' });
    end.open(undefined);
    await settled();
  });

  it('includes parked runs, which may come back and end by themselves', async () => {
    const sessions = stage.open({ settleMs: 1_000 });
    const gate = createGate();
    const outcome = sessions.run({ sessionFile: FILE }, (run) => run.park(() => gate.opened));
    await settled();

    const closing = sessions.close({ waitMs: 5_000 });
    await vi.advanceTimersByTimeAsync(1_000);
    gate.open();
    await outcome;

    expect((await closing).ended).toMatchObject([{ end: 'completed' }]);
  });

  it('is the same close however often it is called', async () => {
    const sessions = stage.open();

    const closing = sessions.close();

    expect(await sessions.close({ waitMs: 1 })).toBe(await closing);
    expect(await closing).toEqual({
      ended: [],
      revoked: [],
      stillRunning: [],
      cancelledWaiters: [],
    });
    await sessions[Symbol.asyncDispose]();
  });

  it('refuses a wrong time, and stays open', async () => {
    const sessions = stage.open();

    await expect(sessions.close({ waitMs: Number.NaN })).rejects.toThrow(RangeError);

    expect(await sessions.run({ sessionFile: FILE }, () => 'open')).toBe('open');
  });
});
