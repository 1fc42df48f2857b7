import { describe, expect, it, vi } from 'vitest';
import { createCoordinator, type Run, type RunRequest } from '../../src/index.js';
import { useFakeTime } from '../support/fake-time.js';
import {
  assertError,
  freshMarker,
  loopTurn,
  useSessions,
  waitBehind,
} from '../runs/support/sessions.js';
import { OwnerWaitTimeoutError, QueueFullError } from '../../src/index.js';

describe('createCoordinator()', () => {
  useFakeTime();
  const sessions = useSessions();

  async function owned(coordinator = sessions.create(), request: Partial<RunRequest> = {}) {
    const sessionFile = freshMarker();
    const run = await coordinator.acquire({ sessionFile, ...request });
    await loopTurn();
    return { coordinator, sessionFile, run };
  }

  /** How long after now the run is told to stop, and how long after that its turn is taken. */
  async function limitsOf(run: Run): Promise<{ stopMs: number; takenMs: number }> {
    const startMs = performance.now();
    const step = async (until: () => boolean): Promise<number> => {
      while (!until()) await vi.advanceTimersToNextTimerAsync();
      return performance.now() - startMs;
    };
    const stopMs = await step(() => run.signal.aborted);
    return { stopMs, takenMs: (await step(() => run.phase === 'ended')) - stopMs };
  }

  it('tells an owner to stop after 900 s of silence by default, and takes its turn 15 s later', async () => {
    const { run } = await owned();
    expect(await limitsOf(run)).toEqual({ stopMs: 900_000, takenMs: 15_000 });
  });

  it('takes stuckAfterMs and settleMs from its options', async () => {
    const { run } = await owned(sessions.create({ stuckAfterMs: 5_000, settleMs: 70 }));
    expect(await limitsOf(run)).toEqual({ stopMs: 5_000, takenMs: 70 });
    expect(run.signal.reason).toMatchObject({ why: 'stuck' });
  });

  it('takes maxHoldMs from its options, and has none by default', async () => {
    const { run } = await owned(sessions.create({ maxHoldMs: 3_000 }));
    run.progress();
    expect(await limitsOf(run)).toMatchObject({ stopMs: 3_000 });
    expect(run.signal.reason).toMatchObject({ why: 'max-hold' });
  });

  it('lets a request have limits of its own', async () => {
    const coordinator = sessions.create({ stuckAfterMs: 5_000, maxHoldMs: 9_000 });
    const { run } = await owned(coordinator, { stuckAfterMs: false, maxHoldMs: 12_000 });
    expect(await limitsOf(run)).toMatchObject({ stopMs: 12_000 });
  });

  it('stops nobody for silence with stuckAfterMs false', async () => {
    const { run } = await owned(sessions.create({ stuckAfterMs: false }));
    await vi.advanceTimersByTimeAsync(1_000_000);
    expect(run.signal.aborted).toBe(false);
    await run.release();
  });

  it.each([
    [{}, 930_000],
    [{ stuckAfterMs: 1_000 }, 31_000],
    [{ stuckAfterMs: 1_000, settleMs: 500 }, 16_500],
    [{ stuckAfterMs: false }, 930_000],
    [{ stuckAfterMs: false, settleMs: 1_000 }, 916_000],
    [{ waitMs: 1_000_000 }, 1_000_000],
    [{ waitMs: 2_000, maxHoldMs: 2_000 }, 2_000],
  ] as const)('given %o lets requests wait for %i ms', async (options, waitMs) => {
    // Given an owner that is never told to stop, and a request behind it
    const coordinator = sessions.create(options);
    const limits = { stuckAfterMs: false, maxHoldMs: Infinity } as const;
    const { sessionFile, run } = await owned(coordinator, limits);
    const { granted } = await waitBehind(coordinator, { sessionFile });
    // When that time is over
    await vi.advanceTimersByTimeAsync(waitMs - 1);
    expect(coordinator.inspect().waiting).toHaveLength(1);
    await vi.advanceTimersByTimeAsync(1);
    // Then the request gave up
    expect((await assertError(granted, OwnerWaitTimeoutError)).waitMs).toBe(waitMs);
    await run.release();
  });

  it.each([
    [{ waitMs: 914_999 }, '914999', 'stuckAfterMs 900000 ms + settleMs 15000 ms'],
    [{ waitMs: 0 }, '0', 'stuckAfterMs 900000 ms + settleMs 15000 ms'],
    [{ waitMs: 99, maxHoldMs: 100 }, '99', 'maxHoldMs 100 ms'],
    [{ waitMs: 99, maxHoldMs: 100, stuckAfterMs: false }, '99', 'maxHoldMs 100 ms'],
    [{ waitMs: 29, stuckAfterMs: 20, settleMs: 10 }, '29', 'stuckAfterMs 20 ms + settleMs 10 ms'],
  ] as const)('[T3] refuses %o, naming the values', (options, waitMs, least) => {
    const create = () => createCoordinator({ isolated: true, ...options });
    expect(create).toThrow(RangeError);
    expect(create).toThrow(`Invalid waitMs: ${waitMs} ms is shorter than an owner may hold a file`);
    expect(create).toThrow(least);
    expect(create).toThrow('a single request may choose less');
  });

  it('[T3] names no limit in that refusal that is not set', () => {
    expect(() => createCoordinator({ isolated: true, waitMs: 5 })).not.toThrow(/Infinity/);
  });

  it.each([
    { waitMs: 915_000 },
    { waitMs: 100, maxHoldMs: 100 },
    { waitMs: 0, stuckAfterMs: false },
    { waitMs: Infinity },
    { waitMs: 0, stuckAfterMs: 0, settleMs: 0 },
  ] as const)('[T3] accepts %o', (options) => {
    expect(() => createCoordinator({ isolated: true, ...options })).not.toThrow();
  });

  it('lets a single request wait shorter than an owner may hold', async () => {
    const { coordinator, sessionFile, run } = await owned();
    const { granted } = await waitBehind(coordinator, { sessionFile, waitMs: 5 });
    await vi.advanceTimersByTimeAsync(5);
    await assertError(granted, OwnerWaitTimeoutError);
    await run.release();
  });

  it('lets 100 runs wait for a file by default, and refuses one more', async () => {
    const { coordinator, sessionFile, run } = await owned();
    const waiting = Array.from({ length: 100 }, () => coordinator.run({ sessionFile }, () => {}));
    const error = await assertError(coordinator.acquire({ sessionFile }), QueueFullError);
    expect(error.maxWaiting).toBe(100);
    await run.release();
    await Promise.all(waiting);
  });

  it('takes maxWaiting from its options, for each file', async () => {
    const coordinator = sessions.create({ maxWaiting: 1 });
    const [one, two] = [await owned(coordinator), await owned(coordinator)];
    const waiting = [one, two].map(({ sessionFile }) => coordinator.acquire({ sessionFile }));
    await assertError(coordinator.acquire({ sessionFile: one.sessionFile }), QueueFullError);
    await one.run.release();
    await two.run.release();
    for (const run of await Promise.all(waiting)) await run.release();
  });

  it('lets nobody wait with maxWaiting 0', async () => {
    const { coordinator, sessionFile, run } = await owned(sessions.create({ maxWaiting: 0 }));
    await assertError(coordinator.acquire({ sessionFile }), QueueFullError);
    await run.release();
  });

  it('asks an owner of a less urgent kind to yield at once by default', async () => {
    const { coordinator, sessionFile, run } = await owned(undefined, { kind: 'cron' });
    const { granted } = await waitBehind(coordinator, { sessionFile });
    expect(run.yieldSignal.aborted).toBe(true);
    expect(run.signal.aborted).toBe(false);
    await run.release();
    await (await granted).release();
  });

  it('takes yieldAfterMs and preemptAfterMs from its options', async () => {
    const coordinator = sessions.create({ yieldAfterMs: 100, preemptAfterMs: 300 });
    const { sessionFile, run } = await owned(coordinator, { kind: 'cron' });
    const { granted } = await waitBehind(coordinator, { sessionFile });
    const seen = () => [run.yieldSignal.aborted, run.signal.aborted];
    await vi.advanceTimersByTimeAsync(99);
    expect(seen()).toEqual([false, false]);
    await vi.advanceTimersByTimeAsync(1);
    expect(seen()).toEqual([true, false]);
    await vi.advanceTimersByTimeAsync(200);
    expect(seen()).toEqual([true, true]);
    await run.release();
    expect(run.end).toBe('superseded');
    await (await granted).release();
  });

  it('knows the markers sqlite, memory and in-memory by default', async () => {
    const coordinator = sessions.create();
    for (const sessionFile of ['sqlite:a', 'memory:a', 'in-memory:a']) {
      const run = await coordinator.acquire({ sessionFile });
      expect(run.sessionFile).toBe(sessionFile);
      await run.release();
    }
  });

  it('takes its markers from its options, in place of the others', async () => {
    const coordinator = sessions.create({ markers: ['redis'] });
    const run = await coordinator.acquire({ sessionFile: 'redis:a' });
    expect(run.sessionFile).toBe('redis:a');
    await run.release();
    const path = await coordinator.acquire({ sessionFile: 'memory:a' });
    expect(path.sessionFile).toMatch(/[/\\]memory:a$/);
    await path.release();
  });

  it('has a table of its own with isolated, and shares one without', async () => {
    const sessionFile = freshMarker();
    const [alone, one, two] = [
      sessions.create(),
      sessions.create({ isolated: false }),
      sessions.create({ isolated: false }),
    ];
    const owner = await one.acquire({ sessionFile });
    const apart = await alone.acquire({ sessionFile, waitMs: 0 });
    await expect(two.acquire({ sessionFile, waitMs: 0 })).rejects.toMatchObject({
      holder: { runId: owner.runId },
    });
    expect(two.inspect()).toEqual(one.inspect());
    await owner.release();
    await apart.release();
  });
});
