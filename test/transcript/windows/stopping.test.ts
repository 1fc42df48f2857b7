import { describe, expect, it, vi } from 'vitest';
import { createGate } from '../../support/gate.js';
import { useFakeTime } from '../../support/fake-time.js';
import { useTempDir } from '../../support/temp-dir.js';
import { useStage } from '../../ownership/support/stage.js';
import { settled, stateOf } from '../../ownership/support/steps.js';
import {
  createRescue,
  linesOf,
  openMaintenance,
  openPrompt,
  type OpenWindow,
} from './support/windows.js';
import type { Run } from '../../../src/index.js';

const OPENS: readonly (readonly [string, (run: Run) => Promise<OpenWindow>])[] = [
  ['prompt', (run) => openPrompt(run)],
  ['maintain', (run) => openMaintenance(run, 60_000)],
];

describe('a window of a run that is told to stop', () => {
  useFakeTime();
  const dir = useTempDir();
  const stage = useStage();

  it.each(OPENS)(
    '[T5] %s() waits for its task up to the revocation, and no longer',
    async (_, open) => {
      // Given a task that takes no notice of its signal
      const sessions = stage.open({ settleMs: 1_000 });
      const caller = new AbortController();
      const { signal } = caller;
      const run = await sessions.acquire({ sessionFile: dir.join('s.jsonl'), signal });
      const window = await open(run);
      caller.abort();
      expect(window.signal.reason).toBe(run.signal.reason);

      // When its time to settle passes
      await vi.advanceTimersByTimeAsync(999);
      expect(await stateOf(window.outcome)).toBe('pending');
      await vi.advanceTimersByTimeAsync(1);

      // Then the caller is told, and the turn is gone
      await expect(window.outcome).rejects.toBe(run.signal.reason);
      expect(run.end).toBe('revoked');
      window.end();
    },
  );

  it.each(OPENS)('[F14] %s(): what comes after the revocation goes to rescue', async (_, open) => {
    const sessions = stage.open({ settleMs: 1_000 });
    const caller = new AbortController();
    const { rescue, payloads, errors } = createRescue();
    const { signal } = caller;
    const run = await sessions.acquire({ sessionFile: 'memory:a', signal, rescue });
    const window = await open(run);
    caller.abort();
    await vi.advanceTimersByTimeAsync(1_000);
    const error: unknown = await window.outcome.catch((caught: unknown) => caught);
    expect(payloads).toEqual([]);

    window.end('late');
    await settled();

    expect(payloads).toEqual(['late']);
    expect(errors[0]).toBe(error);
    expect(error).toMatchObject({ why: 'caller', result: 'late' });
  });

  it.each(OPENS)(
    '%s(): an error that comes after the revocation goes to the log',
    async (_, open) => {
      const sessions = stage.open({ settleMs: 1_000 });
      const caller = new AbortController();
      const { rescue, payloads } = createRescue();
      const { signal } = caller;
      const run = await sessions.acquire({ sessionFile: 'memory:a', signal, rescue });
      const window = await open(run);
      caller.abort();
      await vi.advanceTimersByTimeAsync(1_000);
      const error = new Error('late');

      window.fail(error);
      await settled();

      expect(payloads).toEqual([]);
      expect(linesOf(stage)).toMatchObject([
        {
          level: 'warn',
          message: 'session task failed after its signal had fired',
          facts: { err: error },
        },
      ]);
    },
  );

  it('a task that gives up with the reason of its signal is not told to the log', async () => {
    const sessions = stage.open({ settleMs: 1_000 });
    const caller = new AbortController();
    const run = await sessions.acquire({ sessionFile: 'memory:a', signal: caller.signal });
    const window = await openPrompt(run);

    caller.abort();
    window.fail(run.signal.reason);

    await expect(window.outcome).rejects.toBe(run.signal.reason);
    expect(linesOf(stage)).toEqual([]);
    await run.release();
  });

  it.each(['prompt', 'maintain'] as const)(
    '[I6] %s() starts nothing once the signal has fired',
    async (method) => {
      const sessions = stage.open();
      const caller = new AbortController();
      const { signal } = caller;
      const run = await sessions.acquire({ sessionFile: dir.join('s.jsonl'), signal });
      caller.abort();
      let isStarted = false;
      const task = (): void => {
        isStarted = true;
      };

      const asked =
        method === 'prompt' ? run.prompt(task) : run.maintain(task, { deadlineMs: 1_000 });

      await expect(asked).rejects.toBe(run.signal.reason);
      expect(isStarted).toBe(false);
      expect(run.phase).toBe('active');
      await run.release();
    },
  );

  it('[I6] prompt() starts nothing where the signal fires while queued writes are drained', async () => {
    // Given a prompt that waits for a queued write
    const sessions = stage.open();
    const caller = new AbortController();
    const { signal } = caller;
    const run = await sessions.acquire({ sessionFile: dir.join('s.jsonl'), signal });
    const gate = createGate();
    const queued = run.transcript.enqueue(() => gate.opened);
    let isStarted = false;
    const asked = run.prompt(() => {
      isStarted = true;
    });
    asked.catch(() => {});

    // When the caller gives up meanwhile
    caller.abort();
    gate.open();
    await queued;

    // Then
    await expect(asked).rejects.toBe(run.signal.reason);
    expect(isStarted).toBe(false);
    await run.release();
  });

  it('[F12] a task that outlives its run can write nothing more', async () => {
    const sessions = stage.open({ settleMs: 1_000 });
    const caller = new AbortController();
    const { signal } = caller;
    const run = await sessions.acquire({ sessionFile: dir.join('s.jsonl'), signal });
    const window = await openPrompt(run);
    caller.abort();
    await vi.advanceTimersByTimeAsync(1_000);

    const late = run.transcript.append({ late: true });

    await expect(late).rejects.toMatchObject({ code: 'ERR_SESSION_RUN_REVOKED' });
    window.end();
  });

  it('that answers late is told at once: nothing is drained for it', async () => {
    // Given a run that was told to stop while a queued write of it hangs
    const sessions = stage.open({ settleMs: 1_000 });
    const caller = new AbortController();
    const { signal } = caller;
    const run = await sessions.acquire({ sessionFile: dir.join('s.jsonl'), signal });
    const window = await openPrompt(run);
    const gate = createGate();
    const queued = run.transcript.enqueue(() => gate.opened);
    caller.abort();

    // When the model answers
    window.end('late');

    // Then nobody waits for that write
    expect(await stateOf(window.outcome)).toEqual({ error: run.signal.reason });
    gate.open();
    await queued;
    await run.release();
  });
});
