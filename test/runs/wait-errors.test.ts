import { hostname } from 'node:os';
import { describe, expect, it, vi } from 'vitest';
import {
  type Coordinator,
  createCoordinator,
  type HoldingRun,
  type Run,
  SessionError,
} from '../../src/index.js';
import { useFakeTime } from '../support/fake-time.js';
import { createGate } from '../support/gate.js';
import { useTempDir } from '../support/temp-dir.js';
import { assertError, freshMarker, loopTurn, until, waitBehind } from './support/sessions.js';

interface Scene {
  readonly coordinator: Coordinator;
  readonly sessionFile: string;
  readonly owner: Run;
}

interface Failure {
  readonly by: string;
  readonly code: string;
  fail(scene: Scene): Promise<unknown>;
}

/** Every way in which waiting for an owner can end in an error. */
const FAILURES: readonly Failure[] = [
  {
    by: 'a deadline',
    code: 'ERR_SESSION_WAIT_TIMEOUT',
    fail: async ({ coordinator, sessionFile }) => {
      const wait = coordinator
        .acquire({ sessionFile, waitMs: 50 })
        .catch((error: unknown) => error);
      await vi.advanceTimersByTimeAsync(50);
      throw await wait;
    },
  },
  {
    by: 'no time at all',
    code: 'ERR_SESSION_WAIT_TIMEOUT',
    fail: ({ coordinator, sessionFile }) => coordinator.acquire({ sessionFile, waitMs: 0 }),
  },
  {
    by: 'the signal of its caller',
    code: 'ERR_SESSION_WAIT_ABORTED',
    fail: async ({ coordinator, sessionFile }) => {
      const controller = new AbortController();
      const wait = coordinator.acquire({ sessionFile, signal: controller.signal });
      controller.abort();
      return await wait;
    },
  },
  {
    by: 'a full queue',
    code: 'ERR_SESSION_QUEUE_FULL',
    fail: ({ coordinator, sessionFile }) => coordinator.acquire({ sessionFile }),
  },
  {
    by: 'a run id that is taken',
    code: 'ERR_SESSION_RUN_DUPLICATE',
    fail: ({ coordinator, sessionFile, owner }) =>
      coordinator.acquire({ sessionFile, runId: owner.runId }),
  },
  {
    by: 're-entry',
    code: 'ERR_SESSION_DEADLOCK',
    fail: ({ coordinator, sessionFile, owner }) =>
      coordinator.acquire({ sessionFile, parent: owner }),
  },
  {
    by: 'close()',
    code: 'ERR_SESSION_CLOSED',
    fail: async ({ coordinator, sessionFile, owner }) => {
      const wait = coordinator.acquire({ sessionFile }).catch((error: unknown) => error);
      const closing = coordinator.close();
      const error = await wait;
      await owner.release();
      await closing;
      throw error;
    },
  },
];

/** An owner of 30 s, silent for 20, with all labels, and one run behind it. */
async function busyFile(maxWaiting: number) {
  const coordinator = createCoordinator({
    isolated: true,
    maxWaiting,
    stuckAfterMs: 600_000,
    maxHoldMs: 1_200_000,
    settleMs: 5_000,
  });
  const sessionFile = freshMarker();
  const names = { sessionKey: 'telegram:42', sessionId: 'talk', runId: 'run-of-owner' };
  const owner = await coordinator.acquire({ sessionFile, kind: 'cron', ...names });
  await vi.advanceTimersByTimeAsync(10_000);
  owner.progress('tool 3 of 9');
  await vi.advanceTimersByTimeAsync(20_000);
  const { granted } = await waitBehind(coordinator, { sessionFile, kind: 'maintenance' });
  const end = async () => {
    await owner.release();
    await granted.then(
      (run) => run.release(),
      () => undefined,
    );
  };
  return { scene: { coordinator, sessionFile, owner }, end };
}

describe.each(FAILURES)('a wait that is ended by $by', ({ code, fail }) => {
  useFakeTime();

  async function failed() {
    const { scene, end } = await busyFile(code === 'ERR_SESSION_QUEUE_FULL' ? 1 : 100);
    const error = await assertError(fail(scene), SessionError);
    await end();
    return { error, scene };
  }

  it('[V1] names the holder in the fields of its error', async () => {
    const { error, scene } = await failed();
    expect(error.code).toBe(code);
    expect(error.sessionFile).toBe(scene.sessionFile);
    const { grantedAtMs = 0, progressAtMs = 0 } = (error.holder ?? {}) as Partial<HoldingRun>;
    expect(error.holder).toMatchObject({
      runId: 'run-of-owner',
      sessionKey: 'telegram:42',
      sessionId: 'talk',
      sessionFile: scene.sessionFile,
      kind: 'cron',
      phase: 'active',
      progressNote: 'tool 3 of 9',
      limits: { stuckAfterMs: 600_000, maxHoldMs: 1_200_000, settleMs: 5_000 },
      pid: process.pid,
      host: hostname(),
    } satisfies Partial<HoldingRun>);
    expect((error.holder as HoldingRun).waiting).toBeGreaterThanOrEqual(1);
    expect(progressAtMs - grantedAtMs).toBe(10_000);
  });

  it('[V1] tells all of it in its text too', async () => {
    const { error } = await failed();
    const said: Record<string, RegExp> = {
      file: /memory:/,
      run: /run run-of-owner/,
      label: /"telegram:42"/,
      kind: /cron run/,
      'phase and age': /, active for 30 s, /,
      silence: /last progress 20 s ago \(tool 3 of 9\)/,
      waiters: /, [12] waiting, /,
      limits: /after 10 min of silence, after 20 min in any case, then 5000 ms to settle/,
      process: new RegExp(`pid ${process.pid} on ${hostname()}`),
    };
    const missing = Object.keys(said).filter((name) => !said[name]?.test(error.message));
    expect({ missing, text: error.message }).toEqual({ missing: [], text: error.message });
  });
});

describe('a wait error', () => {
  useFakeTime();
  const dir = useTempDir();

  it('[V1] does not claim that nobody holds a file it has not looked at', async () => {
    // Given a file with an owner, and a request whose signal had fired before the call
    const coordinator = createCoordinator({ isolated: true });
    const owner = await coordinator.acquire({ sessionFile: dir.join('s.jsonl') });
    const request = { sessionFile: dir.join('s.jsonl'), signal: AbortSignal.abort() };
    // When it is refused
    const error = await assertError(coordinator.acquire(request), SessionError);
    await owner.release();
    // Then its text tells nothing that is not so
    expect(error.message).not.toContain('nobody holds it');
  });

  it('[V1] of a run id that is taken names the run that has it, where that one waits', async () => {
    // Given a waiting run with a name of its own, behind an owner of another name
    const coordinator = createCoordinator({ isolated: true });
    const sessionFile = freshMarker();
    const owner = await coordinator.acquire({ sessionFile, runId: 'owner' });
    const { granted } = await waitBehind(coordinator, { sessionFile, runId: 'twin' });
    // When its id is used again, for another file
    const other = coordinator.acquire({ sessionFile: freshMarker(), runId: 'twin' });
    const error = await assertError(other, SessionError);
    await owner.release();
    await (await granted).release();
    // Then the text tells where that run is and what it does
    expect(error.message).toContain(sessionFile);
    expect(error.message).toContain('waiting');
  });

  it('[V1] counts its place as it was, also behind a parked run that comes back', async () => {
    // Given an owner, a parked run that wants its turn back, and a waiting run
    const coordinator = createCoordinator({ isolated: true });
    const sessionFile = freshMarker();
    const gate = createGate();
    const parked = await coordinator.acquire({ sessionFile });
    const back = parked.park(() => gate.opened);
    const owner = await coordinator.acquire({ sessionFile });
    gate.open();
    await until(() => coordinator.runs.waitingFor(sessionFile).length === 1);
    const wait = coordinator.acquire({ sessionFile, waitMs: 10 }).catch((error: unknown) => error);
    // When its time is over
    await vi.advanceTimersByTimeAsync(10);
    const error = (await wait) as SessionError;
    await owner.release();
    await back;
    await parked.release();
    // Then the text says that it was second of two, not what would have been
    expect(error.message).toContain('it was number 2 of 2 waiting');
  });

  it('[V1] of a run that does not get its turn back names holder and wait', async () => {
    const coordinator = createCoordinator({ isolated: true });
    const sessionFile = freshMarker();
    const parked = await coordinator.acquire({ sessionFile });
    let owner: Run | undefined;
    const back = parked
      .park(
        async () => {
          owner = await coordinator.acquire({ sessionFile, parent: undefined });
        },
        { waitMs: 40 },
      )
      .catch((error: unknown) => error);
    await until(() => owner !== undefined);
    await loopTurn();
    await vi.advanceTimersByTimeAsync(40);
    const error = (await back) as SessionError;
    await owner?.release();
    await parked.release();
    expect(error).toMatchObject({ code: 'ERR_SESSION_WAIT_TIMEOUT', waitMs: 40 });
    expect(error.holder?.runId).toBe(owner?.runId);
  });
});
