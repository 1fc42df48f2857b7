import { stat, writeFile } from 'node:fs/promises';
import { describe, expect, it, vi } from 'vitest';
import {
  createCoordinator,
  type Run,
  RunEndedError,
  RunRevokedError,
  SessionError,
} from '../../src/index.js';
import { useFakeTime } from '../support/fake-time.js';
import { createGate } from '../support/gate.js';
import { useTempDir } from '../support/temp-dir.js';

const A = 'memory:a';
const B = 'memory:b';

describe('a turn', () => {
  useFakeTime();

  it('[O3] cannot be had again by the clean-up of a run that lost it', async () => {
    // Given a task that ignores its signal until its turn was taken, and a run that waits
    const sessions = createCoordinator({ isolated: true, settleMs: 1_000 });
    const caller = new AbortController();
    const late = createGate();
    const attempts: unknown[] = [];
    const lost = sessions.run({ sessionFile: A, signal: caller.signal }, async (run) => {
      await late.opened;
      // When its clean-up goes on with the handle that it has
      for (const attempt of [
        () => run.park(() => 1),
        async () => run.rebind({ sessionKey: 'k' }),
      ]) {
        attempts.push(await attempt().catch((error: unknown) => error));
      }
      await run.release();
    });
    lost.catch(() => {});
    const next = sessions.acquire({ sessionFile: A, runId: 'next' });
    await vi.advanceTimersByTimeAsync(0);
    caller.abort();
    await vi.advanceTimersByTimeAsync(1_000);
    late.open();
    await vi.advanceTimersByTimeAsync(0);

    // Then each use is refused, and the turn of the next run is left alone
    expect(attempts).toEqual([expect.any(RunRevokedError), expect.any(RunRevokedError)]);
    expect(sessions.runs.bySessionFile(A)?.runId).toBe('next');
    await (await next).release();
  });

  it('[F11] counts for its own file only', async () => {
    // Given a run on one file
    const sessions = createCoordinator({ isolated: true });
    await sessions.run({ sessionFile: A, runId: 'outer' }, async () => {
      // When it joins whatever turn there is on another file
      await sessions.run({ sessionFile: B, runId: 'inner', onReentry: 'join' }, (run) => {
        // Then it has a turn of its own there
        expect(run.runId).toBe('inner');
        expect(sessions.runs.bySessionFile(B)?.runId).toBe('inner');
      });
    });
    expect(sessions.inspect().counters).toMatchObject({ joined: 0, granted: 2 });
  });

  it('[F10] that was waited for in vain, lost or used too late has an error for each', async () => {
    // Given a run whose turn is taken, one that ended, and an owner that lets nobody in
    const sessions = createCoordinator({ isolated: true, settleMs: 0 });
    const caller = new AbortController();
    const taken = await sessions.acquire({ sessionFile: B, signal: caller.signal });
    caller.abort();
    await vi.advanceTimersByTimeAsync(0);
    const ended = await sessions.acquire({ sessionFile: B });
    await ended.release();
    const owner = await sessions.acquire({ sessionFile: A });
    const given = new AbortController();
    const giving = sessions.acquire({ sessionFile: A, signal: given.signal });
    given.abort();

    // When each is met
    const codes = await Promise.all(
      [
        sessions.acquire({ sessionFile: A, waitMs: 0 }),
        giving,
        taken.park(() => {}),
        ended.park(() => {}),
      ].map((met) => met.catch((error: unknown) => (SessionError.is(error) ? error.code : error))),
    );

    // Then no two conditions share a code
    expect(codes).toEqual([
      'ERR_SESSION_WAIT_TIMEOUT',
      'ERR_SESSION_WAIT_ABORTED',
      'ERR_SESSION_RUN_REVOKED',
      'ERR_SESSION_RUN_ENDED',
    ]);
    await owner.release();
  });

  it('[X2] of any sort is waited for by close()', async () => {
    // Given a run that was acquired, one that runs a task, one that is parked, and one that joined
    const sessions = createCoordinator({ isolated: true });
    const acquired = await sessions.acquire({ sessionFile: A, runId: 'acquired' });
    const go = createGate();
    const task = sessions.run({ sessionFile: B, runId: 'task' }, async () => {
      await sessions.run({ sessionFile: B, onReentry: 'join' }, () => go.opened);
    });
    const parking = await sessions.acquire({ sessionFile: 'memory:c', runId: 'parked' });
    const parked = parking.park(() => go.opened);
    await vi.advanceTimersByTimeAsync(0);

    // When the coordinator closes, and they end by themselves
    const closing = sessions.close({ waitMs: 60_000 });
    const isClosed = vi.fn();
    void closing.then(isClosed);
    await acquired.release();
    await vi.advanceTimersByTimeAsync(0);
    expect(isClosed).not.toHaveBeenCalled();
    go.open();
    await Promise.all([task, parked]);
    await parking.release();

    // Then it has counted all of them, and cut none
    const { ended, revoked } = await closing;
    expect(ended.map(({ runId }) => runId).sort()).toEqual(['acquired', 'parked', 'task']);
    expect(revoked).toEqual([]);
  });
});

describe('a look', () => {
  const dir = useTempDir();

  it('[F9] changes neither the file nor what it looks at', async () => {
    // Given an owner and a waiting run on a real file
    const sessionFile = dir.join('a.jsonl');
    await writeFile(sessionFile, '{}\n');
    const sessions = createCoordinator({ isolated: true });
    const owner: Run = await sessions.acquire({ sessionFile, sessionKey: 'k', sessionId: 'i' });
    const waiter = sessions.acquire({ sessionFile });
    await vi.waitUntil(() => owner.waiting === 1, { interval: 1 });
    const before = [await stat(sessionFile, { bigint: true }), sessions.inspect()];

    // When everything is looked at
    sessions.history(sessionFile);
    sessions.runs.bySessionFile(sessionFile);
    sessions.runs.waitingFor(sessionFile);
    sessions.runs.bySessionKey('k');
    sessions.runs.bySessionId('i');
    sessions.runs.list();
    await sessions.runs.whenIdle({ file: sessionFile, waitMs: 0 });

    // Then nothing has changed, not even the time of the last access
    expect([await stat(sessionFile, { bigint: true }), sessions.inspect()]).toEqual(before);
    await owner.release();
    await (await waiter).release();
    await expect(owner.park(() => {})).rejects.toBeInstanceOf(RunEndedError);
  });
});
