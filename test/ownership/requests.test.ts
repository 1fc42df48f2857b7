import { AsyncLocalStorage } from 'node:async_hooks';
import { describe, expect, it, vi } from 'vitest';
import { createCoordinator } from '../../src/index.js';
import { createCountingController } from '../support/counting-signal.js';
import { useFakeTime } from '../support/fake-time.js';
import { useTempDir } from '../support/temp-dir.js';
import { useStage } from './support/stage.js';
import { settled, stateOf } from './support/steps.js';

const FILE = 'memory:a';

describe('Requests', () => {
  useFakeTime();
  const dir = useTempDir();
  const stage = useStage();

  it('[T3] a wait shorter than a stuck owner may hold is refused, with both values', () => {
    const create = (): unknown => createCoordinator({ waitMs: 4_000, stuckAfterMs: 6_000 });

    expect(create).toThrow(RangeError);
    expect(create).toThrow(/4000 ms.*6000 ms.*15000 ms/s);
    const options = { waitMs: 4_000, maxHoldMs: 4_001, stuckAfterMs: false } as const;
    expect(() => createCoordinator(options)).toThrow(/4000 ms.*4001 ms/s);
  });

  it('[T3] a wait that fits, and a single request that waits less, are taken', async () => {
    const sessions = stage.open({ waitMs: 21_000, stuckAfterMs: 6_000 });
    stage.open({ waitMs: 4_000, maxHoldMs: 4_000 });
    stage.open({ waitMs: 1, stuckAfterMs: false });
    const owner = await sessions.acquire({ sessionFile: FILE });

    await expect(sessions.acquire({ sessionFile: FILE, waitMs: 0 })).rejects.toMatchObject({
      waitMs: 0,
    });
    await owner.release();
  });

  it('[I9] waitMs 0 takes a free file, and refuses at once where it is held', async () => {
    const sessions = stage.open();
    const run = await sessions.acquire({ sessionFile: FILE, waitMs: 0 });

    const state = await stateOf(sessions.acquire({ sessionFile: FILE, waitMs: 0 }));

    expect(state).toMatchObject({ error: { position: 1, holder: { runId: run.runId } } });
    await run.release();
  });

  it('waitMs Infinity waits without a timer', async () => {
    const sessions = stage.open();
    const owner = await sessions.acquire({ sessionFile: FILE, stuckAfterMs: false });
    await settled();
    const watching = vi.getTimerCount();
    const waiter = sessions.acquire({ sessionFile: FILE, waitMs: Infinity });
    await settled();

    expect(vi.getTimerCount()).toBe(watching);
    await vi.advanceTimersByTimeAsync(2 ** 33);
    await owner.release();
    await (await waiter).release();
  });

  it('maxWaiting refuses one more, at once, and takes one again when somebody left', async () => {
    // Given a full queue
    const sessions = stage.open({ maxWaiting: 2 });
    const owner = await sessions.acquire({ sessionFile: FILE });
    const waiters = [1, 2].map(() => sessions.acquire({ sessionFile: FILE }));

    // When one more asks
    const state = await stateOf(sessions.acquire({ sessionFile: FILE }));
    // Then it is refused, with the holder
    expect(state).toMatchObject({
      error: { code: 'ERR_SESSION_QUEUE_FULL', maxWaiting: 2, holder: { runId: owner.runId } },
    });

    // When one was served
    await owner.release();
    const last = sessions.acquire({ sessionFile: FILE });
    // Then there is room again
    for (const waiter of [...waiters, last]) await (await waiter).release();
  });

  it('a signal that has fired before the call starts nothing and leaves nothing', async () => {
    const sessions = stage.open();
    const { signal } = createCountingController();
    const fired = AbortSignal.abort(new Error('too early'));
    const task = vi.fn();

    const outcome = sessions.run({ sessionFile: dir.join('a.jsonl'), signal: fired }, task);

    await expect(outcome).rejects.toMatchObject({
      code: 'ERR_SESSION_WAIT_ABORTED',
      name: 'AbortError',
      cause: new Error('too early'),
    });
    expect(task).not.toHaveBeenCalled();
    expect(signal.added).toBe(0);
    expect(sessions.inspect().counters).toMatchObject({ requests: 1, aborted: 1 });
  });

  it('[I2] an abort while waiting is gone at once, with its reason, timer and listener', async () => {
    const sessions = stage.open();
    const owner = await sessions.acquire({ sessionFile: FILE, stuckAfterMs: false });
    const caller = createCountingController();
    const waiter = sessions.acquire({ sessionFile: FILE, signal: caller.signal });
    expect(caller.signal.listeners).toBe(1);

    caller.abort('stop');

    expect(sessions.runs.waitingFor(FILE)).toEqual([]);
    await expect(waiter).rejects.toMatchObject({ cause: 'stop', holder: { runId: owner.runId } });
    expect(caller.signal.listeners).toBe(0);
    expect(vi.getTimerCount()).toBe(0);
    await owner.release();
  });

  it.each(['active', 'waiting', 'parked'])(
    '[T9] a run id that a run alive (%s) has is refused, and stays with it',
    async (phase) => {
      // Given a run of this id
      const sessions = stage.open();
      const owner = await sessions.acquire({ sessionFile: FILE, runId: 'one' });
      const waiter = sessions.acquire({ sessionFile: FILE, runId: 'two' });
      const twin = phase === 'waiting' ? 'two' : 'one';
      const parked = phase === 'parked' ? owner.park(() => waiter) : undefined;
      const caller = createCountingController();
      const before = sessions.runs.byRunId(twin);

      // When another one asks, also for another file
      const request = { sessionFile: 'memory:b', runId: twin, signal: caller.signal };
      const again = sessions.acquire(request);

      // Then it is refused, and its signal acts on nobody
      await expect(again).rejects.toMatchObject({ code: 'ERR_SESSION_RUN_DUPLICATE', runId: twin });
      expect(caller.signal.listeners).toBe(0);
      caller.abort();
      expect(sessions.runs.byRunId(twin)).toEqual(before);
      if (parked === undefined) await owner.release();
      await (await waiter).release();
      await parked;
      await owner.release();
    },
  );

  it('[T9] of two concurrent requests with one run id one is granted, its signal connected', async () => {
    // Given two requests for two files with one id
    const sessions = stage.open();
    const callers = [new AbortController(), new AbortController()] as const;
    const [one, two] = callers.map(({ signal }, index) =>
      sessions.acquire({ sessionFile: dir.join(`${index}.jsonl`), runId: 'same', signal }),
    ) as [ReturnType<typeof sessions.acquire>, ReturnType<typeof sessions.acquire>];
    const results = await Promise.allSettled([one, two]);

    // Then exactly one is refused
    expect(results.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected']);

    // When the caller of the other one aborts
    const winner = results.findIndex(({ status }) => status === 'fulfilled') as 0 | 1;
    callers[winner].abort();

    // Then that one is told
    const run = await [one, two][winner];
    expect(run?.signal.aborted).toBe(true);
    await run?.release();
  });

  it('a run id may be used again after the end of its run', async () => {
    const sessions = stage.open();
    for (let turn = 0; turn < 2; turn += 1) {
      const run = await sessions.acquire({ sessionFile: FILE, runId: `again ${turn}` });
      await run.release();
    }
    const run = await sessions.acquire({ sessionFile: FILE, runId: 'again' });
    expect(sessions.runs.byRunId('again')?.phase).toBe('active');
    await run.release();
    expect(sessions.runs.byRunId('again')).toBeUndefined();
  });

  it.each(['free', 'held'])(
    '[D7] run() calls its task in the async context of its caller, where the file is %s',
    async (state) => {
      // Given callers with a context of their own, one after the other
      const sessions = stage.open();
      const context = new AsyncLocalStorage<string>();
      const first = context.run('first', () =>
        sessions.run({ sessionFile: FILE }, () => settled()),
      );
      if (state === 'free') await first;

      // When the second gets its turn
      const seen = await context.run('second', () =>
        sessions.run({ sessionFile: FILE }, () => context.getStore()),
      );

      // Then it sees its own, not that of the run before
      expect(seen).toBe('second');
      await first;
    },
  );
});
