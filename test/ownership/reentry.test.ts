import { describe, expect, it, vi } from 'vitest';
import { DeadlockError, type Run } from '../../src/index.js';
import { createGate } from '../support/gate.js';
import { useStage } from './support/stage.js';
import { settled, stateOf } from './support/steps.js';

const A = 'memory:a';
const DEADLOCK = { code: 'ERR_SESSION_DEADLOCK', retry: 'never' };

function chainOf(error: unknown): string[] {
  expect(error).toBeInstanceOf(DeadlockError);
  return (error as DeadlockError).chain.map(({ run }) => run.runId);
}

describe('re-entry', () => {
  const stage = useStage();

  it.each([
    ['ambient context', (run: Run) => ({ ambient: true, run })],
    ['parent', (run: Run) => ({ ambient: false, run })],
  ])('[D1] acquire() inside its owner joins at once, known by %s', async (_, how) => {
    // Given an owner
    const sessions = stage.open();
    const owner = await sessions.acquire({ sessionFile: A });
    const { ambient, run } = how(owner);

    // When code of it asks for the same file to join
    const request = { sessionFile: A, onReentry: 'join' as const, waitMs: 0 };
    const joined = ambient
      ? await run.within(() => sessions.acquire(request))
      : await sessions.acquire({ ...request, parent: run });

    // Then it shares the turn, and its release does not end it
    expect(joined.runId).toBe(owner.runId);
    await joined.release();
    expect(owner.phase).toBe('active');
    await owner.release();
  });

  it('[D2] the same call from an unrelated task of the process waits', async () => {
    const sessions = stage.open();
    const owner = await sessions.acquire({ sessionFile: A });

    const other = sessions.acquire({ sessionFile: A, onReentry: 'join' });

    expect(await stateOf(other)).toBe('pending');
    await owner.release();
    await (await other).release();
  });

  it('[D2] two tasks of one process are never inside together', async () => {
    const sessions = stage.open();
    let inside = 0;
    let most = 0;
    const lane = async (): Promise<void> => {
      await sessions.run({ sessionFile: A, onReentry: 'join' }, async () => {
        most = Math.max(most, (inside += 1));
        await settled(3);
        inside -= 1;
      });
    };

    await Promise.all(Array.from({ length: 20 }, lane));

    expect(most).toBe(1);
  });

  it('[D3] release() inside the own task never waits for itself', async () => {
    const sessions = stage.open();
    const next = vi.fn();
    let waited: Promise<void> | undefined;

    const value = await sessions.run({ sessionFile: A }, async (run) => {
      waited = sessions.run({ sessionFile: A, onReentry: 'queue' }, next);
      await run.release();
      await settled();
      return next.mock.calls.length;
    });

    expect(value).toBe(1);
    await waited;
  });

  it.each([
    ['whenEnded()', (sessions: ReturnType<typeof stage.open>) => sessions.runs.whenEnded('me')],
    ['whenIdle()', (sessions: ReturnType<typeof stage.open>) => sessions.runs.whenIdle()],
    [
      'whenIdle({ file })',
      (sessions: ReturnType<typeof stage.open>) => sessions.runs.whenIdle({ file: A }),
    ],
    ['close()', (sessions: ReturnType<typeof stage.open>) => sessions.close()],
  ])('[D3] %s from inside the run that would have to end is refused at once', async (_, wait) => {
    const sessions = stage.open();

    const outcome = sessions.run({ sessionFile: A, runId: 'me' }, async () => await wait(sessions));

    await expect(outcome).rejects.toMatchObject(DEADLOCK);
    expect(await sessions.run({ sessionFile: A }, () => 'open still')).toBe('open still');
  });

  it('[D3] whenEnded() for a run that waits for the asker is refused', async () => {
    const sessions = stage.open();
    const owner = await sessions.acquire({ sessionFile: A, runId: 'owner' });
    const waiter = sessions.acquire({ sessionFile: A, runId: 'waiter' });
    await settled();

    const error = await owner
      .within(() => sessions.runs.whenEnded('waiter'))
      .catch((thrown: unknown) => thrown);

    expect(chainOf(error)).toEqual(['waiter', 'owner']);
    await owner.release();
    await (await waiter).release();
  });

  it('[D7] a context that outlived its run owns nothing', async () => {
    // Given a task that goes on after its run has ended
    const sessions = stage.open();
    const gate = createGate();
    const late = createGate<unknown>();
    await sessions.run({ sessionFile: A }, () => {
      void gate.opened.then(async () => {
        late.open(
          await stateOf(sessions.acquire({ sessionFile: A, onReentry: 'join', waitMs: 0 })),
        );
      });
    });
    const owner = await sessions.acquire({ sessionFile: A });

    // When it asks for the file that it had
    gate.open();

    // Then it does not join: somebody else owns
    expect(await late.opened).toMatchObject({ error: { code: 'ERR_SESSION_WAIT_TIMEOUT' } });
    await owner.release();
  });

  it('[D7] a context of a parked run owns nothing until its turn is back', async () => {
    const sessions = stage.open();
    await sessions.run({ sessionFile: A, runId: 'outer' }, async (run) => {
      const join = { sessionFile: A, onReentry: 'join' } as const;
      const parkedId = await run.park(() => sessions.run(join, (inner) => inner.runId));
      const activeId = await sessions.run(join, (inner) => inner.runId);

      expect(parkedId).not.toBe('outer');
      expect(activeId).toBe('outer');
    });
  });
});
