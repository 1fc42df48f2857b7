import { describe, expect, it, vi } from 'vitest';
import { createCountingController } from '../support/counting-signal.js';
import { fakeTime, useFakeTime } from '../support/fake-time.js';
import { useTempDir } from '../support/temp-dir.js';
import { useFaultyFs } from './support/faulty-fs.js';
import { useStage } from './support/stage.js';
import { settled, standStill, stateOf } from './support/steps.js';

const FILE = 'memory:a';

describe('Deadlines', () => {
  useFakeTime();
  const dir = useTempDir();
  const faults = useFaultyFs();
  const stage = useStage();

  it('[T1] one deadline covers resolving the path and queueing', async () => {
    // Given an owner, and a path that takes 600 ms to resolve
    const sessions = stage.open();
    const sessionFile = dir.join('a.jsonl');
    const owner = await sessions.acquire({ sessionFile });
    const resolving = faults.holdRealpath(sessionFile);
    const waiter = sessions.acquire({ sessionFile, waitMs: 1_000 });
    const state = stateOf(waiter);
    await vi.advanceTimersByTimeAsync(600);
    resolving.open();
    await vi.waitUntil(() => sessions.runs.waitingFor(owner.sessionFile).length === 1, {
      interval: 0,
    });

    // When 400 ms more pass in the queue
    await vi.advanceTimersByTimeAsync(400);

    // Then the wait is over, one second after the call
    await state;
    await expect(waiter).rejects.toMatchObject({
      code: 'ERR_SESSION_WAIT_TIMEOUT',
      waitMs: 1_000,
      position: 1,
    });
    await owner.release();
  });

  it('[T1] the deadline ends a wait whose path is never resolved', async () => {
    const sessions = stage.open();
    const sessionFile = dir.join('a.jsonl');
    const resolving = faults.holdRealpath(sessionFile);
    const waiter = sessions.acquire({ sessionFile, waitMs: 1_000 });
    const error = waiter.catch((thrown: unknown) => thrown);

    await vi.advanceTimersByTimeAsync(1_000);

    expect(await error).toMatchObject({ code: 'ERR_SESSION_WAIT_TIMEOUT', position: 0 });
    resolving.open();
  });

  it.each(['free', 'held'])(
    '[T1][O1] the deadline of a wait ends with the grant, where the file was %s',
    async (state) => {
      // Given a run on a path that was granted within its short wait
      const sessions = stage.open();
      const sessionFile = dir.join('a.jsonl');
      const before = state === 'held' ? await sessions.acquire({ sessionFile }) : undefined;
      const granted = sessions.acquire({ sessionFile, waitMs: 1_000 });
      if (before) await vi.waitUntil(() => before.waiting === 1, { interval: 0 });
      await before?.release();
      const run = await granted;

      // When it works longer than it was willing to wait
      await vi.advanceTimersByTimeAsync(5_000);

      // Then it owns the file still, and the next one is served after it
      expect(run.phase).toBe('active');
      const next = sessions.run({ sessionFile }, () => 'served');
      await vi.waitUntil(() => run.waiting === 1, { interval: 0 });
      await run.release();
      expect(await next).toBe('served');
    },
  );

  it('[T1] a path that is resolved after the deadline takes no file, before its timer fires', async () => {
    // Given a path that takes its time, and a loop that is blocked past the deadline
    const sessions = stage.open();
    const sessionFile = dir.join('a.jsonl');
    const resolving = faults.holdRealpath(sessionFile);
    const task = vi.fn();
    const late = sessions.run({ sessionFile, waitMs: 100 }, task);
    const error = late.catch((thrown: unknown) => thrown);
    standStill(150);

    // When it is resolved first thing after that
    resolving.open();

    // Then the file stays free
    expect(await error).toMatchObject({ code: 'ERR_SESSION_WAIT_TIMEOUT', waitMs: 100 });
    expect(task).not.toHaveBeenCalled();
  });

  it('[T2] hand-overs never extend the wait', async () => {
    // Given ten runs of 90 ms each before a waiter that has one second
    const sessions = stage.open();
    const before = Array.from({ length: 20 }, () =>
      sessions.run({ sessionFile: FILE }, () => fakeTime(90)),
    );
    const startMs = performance.now();
    const ended = sessions
      .acquire({ sessionFile: FILE, waitMs: 1_000 })
      .catch((error: unknown) => ({ error, afterMs: performance.now() - startMs }));

    // When they take their turns
    await vi.advanceTimersByTimeAsync(1_800);

    // Then the waiter gave up one second after its call
    expect(await ended).toMatchObject({ afterMs: 1_000, error: { waitMs: 1_000 } });
    await Promise.all(before);
  });

  it('[T2] a waiter whose deadline has passed is not granted, even before its timer fires', async () => {
    // Given a waiter, and a loop that is blocked past its deadline
    const sessions = stage.open();
    const owner = await sessions.acquire({ sessionFile: FILE });
    const late = sessions.acquire({ sessionFile: FILE, waitMs: 100 });
    const error = late.catch((thrown: unknown) => thrown);
    const next = sessions.acquire({ sessionFile: FILE, runId: 'next' });
    const now = performance.now.bind(performance);
    const clock = vi.spyOn(performance, 'now').mockImplementation(() => now() + 150);

    // When the owner ends first thing after that
    await owner.release();

    // Then the file goes to the next one
    expect(await error).toMatchObject({ code: 'ERR_SESSION_WAIT_TIMEOUT' });
    expect(sessions.runs.bySessionFile(FILE)?.runId).toBe('next');
    clock.mockRestore();
    await (await next).release();
  });

  it('[T1] waits of different lengths end each at its own time, in order', async () => {
    // Given waiters that were asked in no order
    const sessions = stage.open();
    const owner = await sessions.acquire({ sessionFile: FILE, stuckAfterMs: false });
    const ended: string[] = [];
    const startMs = performance.now();
    const waits = [300, 100, 200, 100].map((waitMs) =>
      sessions.acquire({ sessionFile: FILE, waitMs }).catch(() => {
        ended.push(`${waitMs} at ${performance.now() - startMs}`);
      }),
    );

    // When their times come
    await vi.advanceTimersByTimeAsync(300);
    await Promise.all(waits);

    // Then each ended at its own
    expect(ended).toEqual(['100 at 100', '100 at 100', '200 at 200', '300 at 300']);
    await owner.release();
  });

  it('[T1] a waiter that leaves does not take the deadline of the next one with it', async () => {
    // Given two waiters of one length, half of it apart
    const sessions = stage.open();
    const owner = await sessions.acquire({ sessionFile: FILE, stuckAfterMs: false });
    const stop = createCountingController();
    const request = { sessionFile: FILE, waitMs: 1_000 };
    const first = stateOf(sessions.acquire({ ...request, signal: stop.signal }));
    await vi.advanceTimersByTimeAsync(500);
    const second = sessions.acquire(request);
    const error = second.catch((thrown: unknown) => thrown);

    // When the first one leaves
    stop.abort();
    await first;

    // Then the second ends a second after its own call
    await vi.advanceTimersByTimeAsync(999);
    expect(sessions.runs.waitingFor(FILE)).toHaveLength(1);
    await vi.advanceTimersByTimeAsync(1);
    expect(await error).toMatchObject({ code: 'ERR_SESSION_WAIT_TIMEOUT' });
    await owner.release();
  });

  it('[T1] a request made by a listener while another one times out leaves no timer', async () => {
    // Given two waiters of one length, and a listener that asks again as soon as the first gives up
    const again: Promise<unknown>[] = [];
    const request = { sessionFile: FILE, waitMs: 1_000 };
    const sessions = stage.open({
      onEvent: ({ type }) => {
        if (type !== 'timed-out' || again.length > 0) return;
        again.push(sessions.run(request, () => 'again'));
      },
    });
    const owner = await sessions.acquire({ sessionFile: FILE, stuckAfterMs: false });
    const first = stateOf(sessions.acquire(request));
    await vi.advanceTimersByTimeAsync(500);
    const second = sessions.run(request, () => 'second');
    await vi.advanceTimersByTimeAsync(500);
    await first;
    expect(again).toHaveLength(1);

    // When the file becomes free
    await owner.release();

    // Then both are served, and nothing runs on
    expect(await Promise.all([second, ...again])).toEqual(['second', 'again']);
    expect(vi.getTimerCount()).toBe(0);
  });

  it('[T8] a wait that times out changes nothing for the run that it waited for', async () => {
    // Given an owner, and two that wait for it in different ways
    const sessions = stage.open();
    const owner = await sessions.acquire({ sessionFile: FILE, runId: 'owner' });
    const before = sessions.runs.byRunId('owner');
    const waiter = stateOf(sessions.acquire({ sessionFile: FILE, waitMs: 50 }));
    const ended = sessions.runs.whenEnded('owner', { waitMs: 50 });
    const idle = sessions.runs.whenIdle({ file: FILE, waitMs: 50 });

    // When both give up
    await vi.advanceTimersByTimeAsync(50);
    await waiter;

    // Then they are told that the wait ended, not the run, which goes on as before
    expect(await ended).toBe(false);
    expect(await idle).toBe(false);
    expect(sessions.runs.byRunId('owner')).toEqual(before);
    expect(owner.signal.aborted).toBe(false);
    await owner.release();
    await settled();
  });
});
