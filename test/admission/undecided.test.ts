import { describe, expect, it, vi } from 'vitest';
import type { AdmissionMode } from '../../src/index.js';
import { createCountingController } from '../support/counting-signal.js';
import { useFakeTime } from '../support/fake-time.js';
import { useTempDir } from '../support/temp-dir.js';
import { until } from '../runs/support/sessions.js';
import { useFaultyFs } from '../ownership/support/faulty-fs.js';
import { useStage } from '../ownership/support/stage.js';
import { stateOf } from '../ownership/support/steps.js';
import { ask, serve, startPrompting } from './support/scene.js';

const FILE = 'memory:a';
const WAITS: readonly AdmissionMode[] = ['queue', 'steer', 'interrupt'];

describe('a request that is not let in, in any mode', () => {
  useFakeTime();
  const dir = useTempDir();
  const faulty = useFaultyFs();
  const stage = useStage();

  /** A request whose path takes for ever to be resolved. */
  function resolving(mode: AdmissionMode) {
    const sessions = stage.open();
    const sessionFile = dir.join('s.jsonl');
    const slow = faulty.holdRealpath(sessionFile);
    const caller = createCountingController();
    const names = { runId: 'mine', sessionKey: 'key', signal: caller.signal };
    const admission = sessions.admit({ sessionFile, mode, waitMs: 1_000, ...names });
    admission.catch(() => {});
    return { sessions, slow, caller, admission };
  }

  it.each(WAITS)(
    '[T1] is told when its time is up while its path is resolved: %s',
    async (mode) => {
      const { slow, admission, sessions } = resolving(mode);

      await vi.advanceTimersByTimeAsync(1_000);

      expect(await stateOf(admission)).toMatchObject({
        error: { code: 'ERR_SESSION_WAIT_TIMEOUT', waitMs: 1_000, position: 0 },
      });
      slow.open();
      await until(() => sessions.runs.size === 0);
    },
  );

  it('is told when its caller gives up while its path is resolved', async () => {
    const { slow, caller, admission } = resolving('skip');

    caller.abort(new Error('pressed stop'));

    expect(await stateOf(admission)).toMatchObject({
      error: { code: 'ERR_SESSION_WAIT_ABORTED', cause: new Error('pressed stop') },
    });
    expect(caller.signal.listeners).toBe(0);
    slow.open();
  });

  it('[I1] may be interrupted while its path is resolved', async () => {
    const { sessions, slow, admission } = resolving('queue');

    expect(await sessions.interrupt({ sessionKey: 'key' })).toMatchObject({ status: 'cancelled' });

    expect(await stateOf(admission)).toMatchObject({
      error: { code: 'ERR_SESSION_WAIT_ABORTED', cause: { why: 'user' } },
    });
    slow.open();
  });

  it('is over in the call where its signal has fired before', async () => {
    const sessions = stage.open();
    const signal = AbortSignal.abort(new Error('too late'));

    await expect(sessions.admit({ sessionFile: FILE, signal })).rejects.toMatchObject({
      code: 'ERR_SESSION_WAIT_ABORTED',
      cause: new Error('too late'),
    });

    expect(sessions.inspect().counters).toMatchObject({ requests: 1, aborted: 1 });
  });

  it.each(WAITS)(
    '[I9] rejects with waitMs 0 on a held file, and tells nobody: %s',
    async (mode) => {
      const sessions = stage.open();
      const holder = await startPrompting(sessions, { sessionFile: FILE, kind: 'cron' });

      const asked = sessions.admit({ sessionFile: FILE, mode, force: true, waitMs: 0, runId: 'm' });

      await expect(asked).rejects.toMatchObject({
        code: 'ERR_SESSION_WAIT_TIMEOUT',
        message: expect.stringMatching(
          /^Cannot own "memory:a" now: it would have been number 1; held by cron run holder, /,
        ) as string,
      });
      const { signal, yieldSignal } = holder.run;
      expect([signal.aborted, yieldSignal.aborted, holder.messages]).toEqual([false, false, []]);
      expect(stage.told().slice(-2)).toEqual(['requested m', 'timed-out m']);
      await holder.end();
    },
  );

  it('is busy, and no error, with waitMs 0 in mode skip', async () => {
    const sessions = stage.open();
    await using run = await sessions.acquire({ sessionFile: FILE });

    const { holder } = await ask(sessions, { sessionFile: FILE, mode: 'skip', waitMs: 0 }, 'busy');

    expect(holder.runId).toBe(run.runId);
  });

  it('runs with waitMs 0 where the file is free', async () => {
    const sessions = stage.open();
    const { ticket } = await ask(sessions, { sessionFile: FILE, waitMs: 0 }, 'run');
    await vi.advanceTimersByTimeAsync(1_000);
    expect(await serve(ticket)).toBe(ticket.runId);
  });

  it.each([FILE, 'real'])('is refused after the close of its coordinator: %s', async (name) => {
    const sessions = stage.open();
    await sessions.close();
    const sessionFile = name === FILE ? name : dir.join(name);

    for (const mode of [...WAITS, 'skip'] as const) {
      await expect(sessions.admit({ sessionFile, mode })).rejects.toMatchObject({
        code: 'ERR_SESSION_CLOSED',
      });
    }

    expect(sessions.inspect().counters).toMatchObject({ requests: 4, refused: 4, busy: 0 });
  });
});
