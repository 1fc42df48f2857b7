import { AsyncLocalStorage } from 'node:async_hooks';
import { describe, expect, it, vi } from 'vitest';
import { type Run, RunEndedError, type RunView } from '../../src/index.js';
import { useFakeTime } from '../support/fake-time.js';
import { createGate } from '../support/gate.js';
import { assertError, freshMarker, useSessions, waitBehind } from './support/sessions.js';

describe('Run', () => {
  useFakeTime();
  const sessions = useSessions();

  it('turns into JSON by itself and inside of other things', async () => {
    vi.setSystemTime(1_000);
    const coordinator = sessions.create();
    const sessionFile = freshMarker();
    const run = await coordinator.acquire({
      sessionFile,
      sessionKey: 'lane',
      sessionId: 'talk',
      runId: 'run',
      kind: 'cron',
    });
    run.progress('halfway');
    const view: RunView = {
      runId: 'run',
      generation: 1,
      sessionFile,
      sessionKey: 'lane',
      sessionId: 'talk',
      kind: 'cron',
      phase: 'active',
      requestedAtMs: 1_000,
      grantedAtMs: 1_000,
      progressAtMs: 1_000,
      progressNote: 'halfway',
      waiting: 0,
    };
    expect(run.toJSON()).toEqual(view);
    expect(JSON.parse(JSON.stringify({ run, all: [run] }))).toEqual({ run: view, all: [view] });
    await run.release();
  });

  it('is always current, while a view stays what it was', async () => {
    const coordinator = sessions.create();
    const run = await coordinator.acquire({ sessionFile: freshMarker() });
    const before = run.toJSON();
    const { granted } = await waitBehind(coordinator, { sessionFile: run.sessionFile });
    vi.advanceTimersByTime(50);
    run.progress('later');
    expect(Object.isFrozen(before)).toBe(true);
    expect(before).toMatchObject({ waiting: 0, phase: 'active' });
    expect(before.progressNote).toBeUndefined();
    expect(run.waiting).toBe(1);
    expect(run.progressNote).toBe('later');
    expect((run.progressAtMs ?? 0) - (before.progressAtMs ?? 0)).toBe(50);
    await run.release();
    expect(run.phase).toBe('ended');
    await (await granted).release();
  });

  it.each(['released', 'revoked', 'parked'] as const)(
    'is read without an error when it is %s',
    async (state) => {
      // Given a run in that state
      const coordinator = sessions.create({ settleMs: 0 });
      const gate = createGate();
      const controller = new AbortController();
      const run = await coordinator.acquire({
        sessionFile: freshMarker(),
        signal: controller.signal,
      });
      const parked = state === 'parked' ? run.park(() => gate.opened) : undefined;
      if (state === 'released') await run.release();
      if (state === 'revoked') controller.abort();
      await vi.advanceTimersByTimeAsync(0);
      // When everything that can be read is read
      const read = () => {
        run.progress('note');
        const { signal, yieldSignal, ...names } = run;
        const { runId, generation, sessionFile, sessionKey, sessionId, kind, phase, end } = run;
        const { requestedAtMs, grantedAtMs, progressAtMs, progressNote, waiting } = run;
        return [
          ...[signal.aborted, yieldSignal.aborted, names, runId, generation, sessionFile],
          ...[sessionKey, sessionId, kind, phase, end, requestedAtMs, grantedAtMs, progressAtMs],
          ...[progressNote, waiting, JSON.stringify(run)],
        ];
      };
      // Then none of it throws, and a late note is not taken
      expect(read).not.toThrow();
      expect(run.progressNote).toBeUndefined();
      expect(run.signal.aborted).toBe(state === 'revoked');
      gate.open();
      await parked;
      await run.release();
    },
  );

  it('is released at the end of its block by await using', async () => {
    const coordinator = sessions.create();
    const sessionFile = freshMarker();
    let seen: Run | undefined;
    {
      await using run = await coordinator.acquire({ sessionFile });
      seen = run;
      expect(coordinator.runs.bySessionFile(sessionFile)?.runId).toBe(run.runId);
    }
    expect(seen.end).toBe('released');
    expect(coordinator.runs.bySessionFile(sessionFile)).toBeUndefined();
  });

  it('is released by await using also when its block throws', async () => {
    const coordinator = sessions.create();
    const sessionFile = freshMarker();
    const block = async () => {
      await using run = await coordinator.acquire({ sessionFile });
      throw new Error(`failed in ${run.phase}`);
    };
    await expect(block()).rejects.toThrow('failed in active');
    expect(coordinator.runs.size).toBe(0);
    expect(coordinator.inspect().counters.ends.released).toBe(1);
  });
});

describe('Run.release()', () => {
  const sessions = useSessions();

  it('ends the run as failed where it is given an error', async () => {
    const coordinator = sessions.create();
    const run = await coordinator.acquire({ sessionFile: freshMarker() });
    await run.release({ error: new Error('model down') });
    expect(run.end).toBe('failed');
    await run.release();
    expect(run.end).toBe('failed');
  });

  it('has passed the turn on when it returns', async () => {
    const coordinator = sessions.create();
    const run = await coordinator.acquire({ sessionFile: freshMarker() });
    const { granted } = await waitBehind(coordinator, {
      sessionFile: run.sessionFile,
      runId: 'next',
    });
    void run.release();
    expect(coordinator.runs.bySessionFile(run.sessionFile)?.runId).toBe('next');
    await (await granted).release();
  });

  it('of a joined handle ends only that handle', async () => {
    // Given a handle that shares the turn of a run
    const coordinator = sessions.create();
    const sessionFile = freshMarker();
    const host = await coordinator.acquire({ sessionFile });
    const joined = await coordinator.acquire({ sessionFile, parent: host, onReentry: 'join' });
    // When it is released
    await joined.release({ error: new Error('its own trouble') });
    // Then the run goes on
    expect(host.phase).toBe('active');
    expect(coordinator.runs.bySessionFile(sessionFile)?.runId).toBe(host.runId);
    await host.release();
    expect(host.end).toBe('released');
  });
});

describe('Run.progress()', () => {
  useFakeTime();
  const sessions = useSessions();

  it('keeps the last note when it is given none', async () => {
    const coordinator = sessions.create();
    const run = await coordinator.acquire({ sessionFile: freshMarker() });
    run.progress('tool 3 of 9');
    vi.advanceTimersByTime(20);
    run.progress();
    expect(run.progressNote).toBe('tool 3 of 9');
    expect((run.progressAtMs ?? 0) - (run.grantedAtMs ?? 0)).toBe(20);
    await run.release();
  });

  it.each([Symbol('note'), 1n, { toString: () => 1 }, () => 0])(
    'never lets a note that is no text (%#) harm those who look or wait',
    async (note) => {
      // Given an owner that hands in nonsense, as untyped code can
      const coordinator = sessions.create();
      const run = await coordinator.acquire({ sessionFile: freshMarker() });
      run.progress(note as never);
      // When somebody looks, and somebody else waits in vain
      const look = () => JSON.parse(JSON.stringify(coordinator.inspect())) as unknown;
      const wait = coordinator.acquire({ sessionFile: run.sessionFile, waitMs: 0 });
      const outcome = await wait.catch((error: unknown) => error);
      await run.release();
      // Then both are answered as ever
      expect(look).not.toThrow();
      expect(outcome).toMatchObject({ code: 'ERR_SESSION_WAIT_TIMEOUT' });
      expect(typeof (outcome as { holder: RunView }).holder.progressNote).not.toBe('symbol');
      expect(() => JSON.stringify((outcome as { holder: RunView }).holder)).not.toThrow();
    },
  );
});

describe('Run.within()', () => {
  const sessions = useSessions();

  it('puts code into the context of the run and gives back what it gives', async () => {
    // Given a run from acquire(), whose context is not ambient
    const coordinator = sessions.create();
    const sessionFile = freshMarker();
    const run = await coordinator.acquire({ sessionFile });
    const join = () => coordinator.acquire({ sessionFile, onReentry: 'join', waitMs: 0 });
    await expect(join()).rejects.toMatchObject({ code: 'ERR_SESSION_WAIT_TIMEOUT' });
    // When the same is asked within; then it joins
    const joined = await run.within(join);
    expect(joined.runId).toBe(run.runId);
    expect(run.within(() => 42)).toBe(42);
    await joined.release();
    await run.release();
  });

  it('keeps other contexts of its caller', async () => {
    const storage = new AsyncLocalStorage<string>();
    const coordinator = sessions.create();
    const run = await coordinator.acquire({ sessionFile: freshMarker() });
    expect(storage.run('outer', () => run.within(() => storage.getStore()))).toBe('outer');
    await run.release();
  });

  it('gives no ownership after the end of the run', async () => {
    const coordinator = sessions.create();
    const sessionFile = freshMarker();
    const run = await coordinator.acquire({ sessionFile });
    await run.release();
    const next = await run.within(() => coordinator.acquire({ sessionFile, onReentry: 'join' }));
    expect(next.runId).not.toBe(run.runId);
    await next.release();
  });

  it('is refused on a joined handle that was released, for what acts', async () => {
    const coordinator = sessions.create();
    const sessionFile = freshMarker();
    const host = await coordinator.acquire({ sessionFile });
    const joined = await coordinator.acquire({ sessionFile, parent: host, onReentry: 'join' });
    await joined.release();
    const error = await assertError(
      joined.park(() => undefined),
      RunEndedError,
    );
    expect(error.message).toBe(
      `Cannot park on "${sessionFile}": this handle of run ${host.runId} was released, ` +
        'handles serve one turn only',
    );
    await host.release();
  });
});
