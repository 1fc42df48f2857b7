import { describe, expect, it, vi } from 'vitest';
import type { Coordinator, InterruptOutcome, Run } from '../../src/index.js';
import { settled } from '../ownership/support/steps.js';
import { useStage } from '../ownership/support/stage.js';
import { useFakeTime } from '../support/fake-time.js';
import { useSessions } from '../runs/support/sessions.js';
import { ask } from './support/runs.js';

const FILE = 'memory:a';

const STEPS: Readonly<Record<string, (sessions: Coordinator, run: Run) => Promise<unknown>>> = {
  interrupt: (sessions) => sessions.interrupt({ runId: 'a' }),
  hasty: (sessions) => sessions.interrupt({ runId: 'a' }, { why: 'timeout', settleMs: 0 }),
  end: (_, run) => run.release(),
  recover: (sessions) => sessions.recover({ runId: 'a', allowActiveAbort: true, settleMs: 10 }),
};

function orders(names: readonly string[]): string[][] {
  if (names.length === 0) return [[]];
  return names.flatMap((name) =>
    orders(names.filter((other) => other !== name)).map((rest) => [name, ...rest]),
  );
}

describe('interrupt, recovery and natural end of one run', () => {
  useFakeTime();
  const stage = useStage();

  it.each(orders(Object.keys(STEPS)).map((order) => [order]))(
    '[I4] in the order %j: one end, one grant, and the successor is left alone',
    async (order) => {
      // Given a run with one behind it
      const sessions = stage.open({ settleMs: 100 });
      const run = await sessions.acquire({ sessionFile: FILE, runId: 'a' });
      const next = ask(sessions, { sessionFile: FILE, runId: 'next' });

      // When all happen in one tick
      const told = order.map((name) => STEPS[name]?.(sessions, run) ?? Promise.reject(name));
      await vi.advanceTimersByTimeAsync(200);
      await Promise.all(told);

      // Then the run has ended once, and the next one has its turn, undisturbed
      const granted = await next;
      expect(stage.told().filter((line) => line === 'ended a')).toHaveLength(1);
      expect(stage.told().filter((line) => line === 'granted next')).toHaveLength(1);
      expect(granted.signal.aborted).toBe(false);
      await granted.release();
    },
  );

  it('[I4] with the grant of a run that waits: it is cancelled, or told to stop, never both', async () => {
    // Given a run that waits, and is interrupted in the step in which it is granted
    let told: Promise<InterruptOutcome> | undefined;
    const sessions = stage.open({
      onEvent: ({ type, runId }) => {
        if (type === 'granted' && runId === 'w') told = sessions.interrupt({ runId: 'w' });
      },
    });
    const owner = await sessions.acquire({ sessionFile: FILE });
    const outcome = sessions.run({ sessionFile: FILE, runId: 'w' }, () => 'never');
    outcome.catch(() => {});
    // When it is granted
    await owner.release();
    await settled();
    // Then its task was not started
    await expect(outcome).rejects.toMatchObject({ code: 'ERR_SESSION_RUN_INTERRUPTED' });
    expect(await told).toMatchObject({ status: 'ended', run: { end: 'interrupted' } });
    expect(sessions.inspect().counters).toMatchObject({ cancelled: 0, granted: 2 });
  });

  it('[I4] from the abort listener of the run itself: asked again, told once', async () => {
    const sessions = stage.open();
    const run = await sessions.acquire({ sessionFile: FILE, runId: 'a' });
    const again: Promise<InterruptOutcome>[] = [];
    run.signal.addEventListener('abort', () => {
      again.push(sessions.interrupt({ runId: 'a' }));
    });
    const told = sessions.interrupt({ runId: 'a' });
    await run.release();
    expect([(await told).status, (await again[0])?.status]).toEqual(['ended', 'ended']);
    expect(stage.told().filter((line) => line === 'signalled a')).toHaveLength(1);
  });

  it('[I4] a stale generation of a run that was parked in between is left alone', async () => {
    // Given the view of a run from before it was parked
    const sessions = stage.open();
    const run = await sessions.acquire({ sessionFile: FILE, runId: 'a' });
    const before = run.toJSON();
    await run.park(() => 1);
    // When that view is interrupted
    const told = await sessions.interrupt(before);
    // Then it is told that this is another turn of the run
    expect(told).toMatchObject({ status: 'stale', settled: false, run: { generation: 2 } });
    expect(run.signal.aborted).toBe(false);
    await run.release();
  });
});

describe('the id of a run that has ended', () => {
  const coordinators = useSessions();

  it('[I4] does not lead a view of it to the run that bears it now', async () => {
    // Given a run, and another one that bears its id after it
    const sessions = coordinators.create();
    const first = await sessions.acquire({ sessionFile: FILE, runId: 'same' });
    await first.park(() => 1);
    const seen = first.toJSON();
    await first.release();
    const second = await sessions.acquire({ sessionFile: FILE, runId: 'same' });
    // When what was seen of the first is interrupted
    const told = await sessions.interrupt(seen);
    // Then the second goes on
    expect(told.status).toBe('stale');
    expect(second.signal.aborted).toBe(false);
    await second.release();
  });
});
