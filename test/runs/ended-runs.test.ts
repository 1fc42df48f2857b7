import { describe, expect, it, vi } from 'vitest';
import { type Coordinator, DuplicateRunError, type Run } from '../../src/index.js';
import { useFakeTime } from '../support/fake-time.js';
import { createGate } from '../support/gate.js';
import {
  assertError,
  freshMarker,
  idsOf,
  loopTurn,
  until,
  useSessions,
  waitBehind,
} from './support/sessions.js';

const LABELS = { sessionKey: 'lane', sessionId: 'talk' };

function viewsOf(coordinator: Coordinator, run: Run): Record<string, number> {
  const { held, waiting, parked, draining } = coordinator.inspect();
  const has = (views: readonly { runId: string }[]): number =>
    views.filter(({ runId }) => runId === run.runId).length;
  const { runs } = coordinator;
  return {
    held: has(held),
    waiting: has(waiting),
    parked: has(parked),
    draining: has(draining),
    list: has(runs.list()),
    key: has(runs.bySessionKey('lane')),
    id: has(runs.bySessionId('talk')),
    runId: runs.byRunId(run.runId) ? 1 : 0,
    file: runs.bySessionFile(run.sessionFile)?.runId === run.runId ? 1 : 0,
  };
}

const NOWHERE = {
  held: 0,
  waiting: 0,
  parked: 0,
  draining: 0,
  list: 0,
  key: 0,
  id: 0,
  runId: 0,
  file: 0,
};

describe('a run that has ended', () => {
  const sessions = useSessions();

  it('[A2] is out of every view when release() returns', async () => {
    const coordinator = sessions.create();
    const run = await coordinator.acquire({ sessionFile: freshMarker(), ...LABELS });
    // When it is released; then, with nothing awaited, nothing shows it
    void run.release();
    expect(viewsOf(coordinator, run)).toEqual(NOWHERE);
  });

  it.each([
    { how: 'returns', task: () => undefined },
    {
      how: 'throws',
      task: () => {
        throw new Error('failed');
      },
    },
  ])('[A2] is out of every view when run() settles as its task $how', async ({ task }) => {
    const coordinator = sessions.create();
    let seen: Run | undefined;
    // When the task settles
    await coordinator
      .run({ sessionFile: freshMarker(), ...LABELS }, (run) => {
        seen = run;
        task();
      })
      .catch(() => undefined);
    // Then nothing shows it
    expect(seen && viewsOf(coordinator, seen)).toEqual(NOWHERE);
  });

  it('[A2] is out of every view when it is released while parked', async () => {
    // Given a parked run
    const coordinator = sessions.create();
    const gate = createGate();
    const run = await coordinator.acquire({ sessionFile: freshMarker(), ...LABELS });
    const parked = run.park(() => gate.opened).catch((error: unknown) => error);
    expect(viewsOf(coordinator, run)).toEqual({
      ...NOWHERE,
      ...{ parked: 1, list: 1, key: 1, id: 1, runId: 1 },
    });
    // When it is released; then nothing shows it
    void run.release();
    expect(viewsOf(coordinator, run)).toEqual(NOWHERE);
    gate.open();
    await expect(parked).resolves.toMatchObject({ code: 'ERR_SESSION_RUN_ENDED' });
  });

  it('[A3] does not touch its successor when it is released again', async () => {
    // Given a run that was released, and its successor under the same names
    const coordinator = sessions.create();
    const sessionFile = freshMarker();
    const stale = await coordinator.acquire({ sessionFile, ...LABELS });
    await stale.release();
    const successor = await coordinator.acquire({ sessionFile, ...LABELS });
    // When the stale handle is released, twice, and disposed of
    await stale.release();
    await stale.release({ error: new Error('late') });
    await stale[Symbol.asyncDispose]();
    // Then the successor owns as before
    expect(successor.phase).toBe('active');
    expect(viewsOf(coordinator, successor)).toMatchObject({ held: 1, key: 1, id: 1, file: 1 });
    await successor.release();
  });

  it('[A3] does not take its run id from a successor that uses it again', async () => {
    // Given a run id that is used by a second run after the end of the first
    const coordinator = sessions.create();
    const sessionFile = freshMarker();
    const stale = await coordinator.acquire({ sessionFile, runId: 'again' });
    await stale.release();
    const successor = await coordinator.acquire({ sessionFile, runId: 'again' });
    // When the first handle is used late
    await stale.release();
    stale.progress('late');
    // Then the id stands for the second
    expect(coordinator.runs.byRunId('again')).toMatchObject({ phase: 'active' });
    expect(successor.progressNote).toBeUndefined();
    await successor.release();
    expect(coordinator.runs.byRunId('again')).toBeUndefined();
  });
});

describe('a revoked run whose task goes on', () => {
  useFakeTime();
  const sessions = useSessions();

  async function revoked() {
    const coordinator = sessions.create({ settleMs: 50 });
    const gate = createGate();
    const sessionFile = freshMarker();
    let run: Run | undefined;
    const outcome = coordinator
      .run({ sessionFile, ...LABELS, maxHoldMs: 100 }, async (current) => {
        run = current;
        await gate.opened;
      })
      .catch((error: unknown) => error);
    await until(() => run !== undefined);
    await vi.advanceTimersByTimeAsync(150);
    if (run === undefined) throw new Error('It never began.');
    return { coordinator, sessionFile, run, gate, outcome };
  }

  it('[A2] is shown as draining and nowhere else', async () => {
    // When its turn was taken
    const { coordinator, run, gate, outcome } = await revoked();
    // Then it is draining, as revoked, and nothing else
    expect(viewsOf(coordinator, run)).toEqual({ ...NOWHERE, draining: 1 });
    expect(coordinator.inspect().draining).toEqual([
      expect.objectContaining({ phase: 'ended', end: 'revoked' }),
    ]);
    gate.open();
    await outcome;
  });

  it('[A2] is gone from draining when the task settles', async () => {
    const { coordinator, run, gate } = await revoked();
    // When its task settles at last
    gate.open();
    await loopTurn();
    // Then nothing shows it
    expect(viewsOf(coordinator, run)).toEqual(NOWHERE);
  });

  it('[A2] [A3] does not end its successor when it settles', async () => {
    // Given its successor
    const { coordinator, sessionFile, run, gate } = await revoked();
    const successor = await coordinator.acquire({ sessionFile, ...LABELS });
    // When the revoked task settles and its handle is released
    gate.open();
    await loopTurn();
    await run.release();
    // Then the successor owns, and the run was counted once
    expect(successor.phase).toBe('active');
    expect(coordinator.inspect().counters.ends).toMatchObject({ revoked: 1, completed: 0 });
    await successor.release();
  });
});

describe('a run id', () => {
  const sessions = useSessions();

  it.each(['active', 'waiting', 'parked'] as const)(
    '[A3] of a run that is %s is refused for a second one',
    async (phase) => {
      // Given a run alive in that phase
      const coordinator = sessions.create();
      const sessionFile = freshMarker();
      const runId = 'taken';
      const gate = createGate();
      const owner = await coordinator.acquire(
        phase === 'waiting' ? { sessionFile } : { sessionFile, runId },
      );
      const behind =
        phase === 'waiting' ? await waitBehind(coordinator, { sessionFile, runId }) : undefined;
      const parked = phase === 'parked' ? owner.park(() => gate.opened) : undefined;
      // When another file is asked for under its id
      const error = await assertError(
        coordinator.acquire({ sessionFile: freshMarker(), runId }),
        DuplicateRunError,
      );
      // Then that is refused and the first one is as it was
      expect(error.runId).toBe(runId);
      expect(coordinator.runs.byRunId(runId)).toMatchObject({ phase, sessionFile });
      expect(idsOf(coordinator.runs.list()).filter((id) => id === runId)).toHaveLength(1);
      gate.open();
      await parked;
      await owner.release();
      await (await behind?.granted)?.release();
    },
  );
});
