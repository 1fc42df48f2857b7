import { describe, expect, it, vi } from 'vitest';
import { RunInterruptedError, type SessionError } from '../../src/index.js';
import type { RunRecord } from '../../src/ownership/run/run-record.js';
import { recordOf } from '../../src/runs/run-handle.js';
import { useFakeTime } from '../support/fake-time.js';
import { createGate } from '../support/gate.js';
import { useStage } from './support/stage.js';
import { tableOfThread } from './support/thread-table.js';
import { settled, standStill, startHeedless, stateOf, untilAborted } from './support/steps.js';

const FILE = 'memory:a';
const OPTIONS = { stuckAfterMs: 5_000, settleMs: 1_000 };

describe('Signals', () => {
  useFakeTime();
  const stage = useStage();

  it('[T4] a hung owner is replaced by stuckAfterMs + settleMs, whatever it does', async () => {
    // Given an owner that never does anything again
    const sessions = stage.open(OPTIONS);
    const hung = await startHeedless(sessions, { sessionFile: FILE });
    const waiter = sessions.run({ sessionFile: FILE }, () => performance.now());
    const startMs = performance.now();

    // When time passes
    await vi.advanceTimersByTimeAsync(6_000);

    // Then the waiter was served exactly then
    expect((await waiter) - startMs).toBe(6_000);
    hung.end.open(undefined);
    await settled();
  });

  it('[T5] revocation fires the signal first, and takes the generation', async () => {
    // Given an owner that watches its signal and ignores it
    const sessions = stage.open(OPTIONS);
    const { run, outcome, end } = await startHeedless(sessions, { sessionFile: FILE });
    const seen: string[] = [];
    run.signal.addEventListener('abort', () => seen.push(`signal while ${run.phase}`));

    // When it is told to stop
    await vi.advanceTimersByTimeAsync(5_000);
    // Then it still owns
    expect(seen).toEqual(['signal while active']);
    expect(sessions.runs.bySessionFile(FILE)?.generation).toBe(1);

    // When it does not settle
    await vi.advanceTimersByTimeAsync(1_000);
    // Then it owns nothing, its caller is told, and later uses are refused
    expect(sessions.runs.bySessionFile(FILE)).toBeUndefined();
    expect({ phase: run.phase, end: run.end }).toEqual({ phase: 'ended', end: 'revoked' });
    await expect(outcome).rejects.toBe(run.signal.reason);
    await expect(run.park(() => {})).rejects.toMatchObject({ code: 'ERR_SESSION_RUN_REVOKED' });
    expect(() => {
      run.rebind({ sessionKey: 'k' });
    }).toThrow(expect.objectContaining({ code: 'ERR_SESSION_RUN_REVOKED' }));
    expect(sessions.inspect().draining).toHaveLength(1);
    end.open(undefined);
    await settled();
  });

  it('run() that settles in time ends with its cause, not as revoked', async () => {
    // Given a run whose caller has stopped it
    const sessions = stage.open(OPTIONS);
    const caller = new AbortController();
    const reason = new Error('stop button');
    const { outcome, run, end } = await startHeedless(sessions, {
      sessionFile: FILE,
      signal: caller.signal,
    });
    caller.abort(reason);

    // When its task ends one millisecond before it would be revoked
    await vi.advanceTimersByTimeAsync(999);
    end.open('late result');

    // Then the caller gets the reason, with what fired it as the cause
    const error = await outcome.catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(RunInterruptedError);
    expect(error).toMatchObject({ name: 'AbortError', why: 'caller', cause: reason });
    expect(run.end).toBe('aborted');
  });

  it('[F14] rescue gets a late result, once, with the reason', async () => {
    // Given a revoked run with a rescue
    const sessions = stage.open(OPTIONS);
    const rescue = vi.fn<(payload: unknown, error: SessionError) => void>();
    const { run, end } = await startHeedless(sessions, { sessionFile: FILE, rescue });
    await vi.advanceTimersByTimeAsync(6_000);

    // When its task returns at last
    end.open({ reply: 'hello' });
    await settled();

    // Then the payload is handed over
    expect(rescue).toHaveBeenCalledExactlyOnceWith({ reply: 'hello' }, run.signal.reason);
  });

  it('a late result without a rescue, and a rescue that throws, are logged', async () => {
    const sessions = stage.open(OPTIONS);
    const plain = await startHeedless(sessions, { sessionFile: FILE });
    await vi.advanceTimersByTimeAsync(6_000);
    plain.end.open('lost');
    await settled();
    expect(stage.lines).toContainEqual(
      expect.objectContaining({ message: 'session result dropped: no rescue given' }),
    );

    const rescue = (): never => {
      throw new Error('no room');
    };
    const rescued = await startHeedless(sessions, { sessionFile: FILE, rescue });
    await vi.advanceTimersByTimeAsync(6_000);
    rescued.end.open('lost');
    await settled();

    expect(stage.lines).toContainEqual(
      expect.objectContaining({ level: 'error', message: 'a rescue callback failed' }),
    );
  });

  it('what a revoked task throws goes to the log, with the id of the failure', async () => {
    // Given a run that is revoked
    const sessions = stage.open(OPTIONS);
    const go = createGate();
    const outcome = sessions.run({ sessionFile: FILE }, async () => {
      await go.opened;
      throw new Error('too late');
    });
    const reason = outcome.catch((error: SessionError) => error);
    await vi.advanceTimersByTimeAsync(6_000);

    // When its task throws
    go.open();
    await settled();

    // Then it is logged, and the caller keeps the reason
    const { eventId } = await reason;
    expect(stage.lines).toContainEqual({
      level: 'warn',
      message: 'session task failed after its signal had fired',
      facts: expect.objectContaining({ eventId, err: new Error('too late') }),
    });
  });

  it('a stall of the process delays revocation', async () => {
    // Given a run that was told to stop
    const sessions = stage.open(OPTIONS);
    const { run, end } = await startHeedless(sessions, { sessionFile: FILE });
    await vi.advanceTimersByTimeAsync(5_000);
    expect(run.signal.aborted).toBe(true);

    // When the process stands still for a minute, so that its time is up without any for the run
    standStill(60_000);
    await vi.advanceTimersByTimeAsync(1_000);
    // Then it still owns
    expect(run.phase).toBe('active');

    // When it had the time to settle after all
    await vi.advanceTimersByTimeAsync(1_000);
    // Then it is revoked
    expect(run.end).toBe('revoked');
    end.open(undefined);
    await settled();
  });

  it('[I6] a later cause neither restarts the time to settle nor changes the reason', async () => {
    // Given a run that was stopped by its caller, shortly before it would be stuck
    const sessions = stage.open(OPTIONS);
    const caller = new AbortController();
    const { run, end } = await startHeedless(sessions, {
      sessionFile: FILE,
      signal: caller.signal,
    });
    await vi.advanceTimersByTimeAsync(4_500);
    caller.abort();

    // When it becomes stuck half a second later
    await vi.advanceTimersByTimeAsync(999);
    expect(run.phase).toBe('active');
    await vi.advanceTimersByTimeAsync(1);

    // Then it is revoked one second after the first cause
    expect(run).toMatchObject({ end: 'revoked' });
    expect(run.signal.reason).toMatchObject({ why: 'caller' });
    expect(stage.events.filter(({ type }) => type === 'signalled')).toHaveLength(1);
    end.open(undefined);
    await settled();
  });

  it('fire() with a shorter time brings revocation forward', async () => {
    // Given a run that has a minute to settle
    const sessions = stage.open({ isolated: false, settleMs: 60_000 });
    const run = await sessions.acquire({ sessionFile: FILE });
    const table = tableOfThread();
    const record = recordOf(run) as RunRecord;
    expect(table.signals.fire(record, 'caller')).toBe(true);
    await vi.advanceTimersByTimeAsync(10_000);

    // When a second source allows it five seconds, and a third one a minute
    expect(table.signals.fire(record, 'shutdown', undefined, 5_000)).toBe(false);
    expect(table.signals.fire(record, 'shutdown', undefined, 60_000)).toBe(false);

    // Then it is revoked after the five
    await vi.advanceTimersByTimeAsync(4_999);
    expect(record.phase).toBe('active');
    await vi.advanceTimersByTimeAsync(1);
    expect(record.end).toBe('revoked');
  });

  it('[I4][T7] fire() on a run that has ended, or was not granted yet, does nothing', async () => {
    // Given a run that has ended, and one that waits
    const sessions = stage.open({ ...OPTIONS, isolated: false });
    const ended = await sessions.acquire({ sessionFile: FILE });
    await ended.release();
    const owner = await sessions.acquire({ sessionFile: FILE });
    const waiter = sessions.acquire({ sessionFile: FILE });
    const { signals, state } = tableOfThread();
    const [waiting] = [...state.all()].filter(({ phase }) => phase === 'waiting') as [RunRecord];

    // When somebody tells them to stop
    const told = [recordOf(ended) as RunRecord, waiting].map((run) =>
      signals.fire(run, 'shutdown'),
    );

    // Then neither is told, and nothing runs
    expect(told).toEqual([false, false]);
    expect(ended.signal.aborted).toBe(false);
    await owner.release();
    const run = await waiter;
    expect(run.signal.aborted).toBe(false);
    await run.release();
  });

  it('signal that nobody looked at before is fired when somebody does', async () => {
    const sessions = stage.open(OPTIONS);
    const caller = new AbortController();
    const run = await sessions.acquire({ sessionFile: FILE, signal: caller.signal });
    caller.abort();

    expect(run.signal.aborted).toBe(true);
    expect(run.signal).toBe(run.signal);
    expect(run.signal.reason).toMatchObject({ why: 'caller' });
    await run.release();
    expect(run.end).toBe('aborted');
  });

  it('run() does not start a task whose signal fired between hand-over and start', async () => {
    // Given an owner and two waiting runs
    const sessions = stage.open(OPTIONS);
    const owner = await sessions.acquire({ sessionFile: FILE });
    const caller = new AbortController();
    const task = vi.fn();
    const first = sessions.run({ sessionFile: FILE, runId: 'a', signal: caller.signal }, task);
    const second = sessions.acquire({ sessionFile: FILE, runId: 'b' });
    await settled();

    // When the file is handed to the first, whose caller stops it in the same step
    void owner.release();
    expect(sessions.runs.bySessionFile(FILE)?.runId).toBe('a');
    caller.abort(new Error('stop'));

    // Then its task is never started, and the next one gets the file
    await expect(first).rejects.toMatchObject({ why: 'caller' });
    expect(task).not.toHaveBeenCalled();
    await (await second).release();
    expect(sessions.inspect().counters.ends.aborted).toBe(1);
  });

  it('acquire() rejects, and passes the file on, where its signal fired at the hand-over', async () => {
    // Given a run that waits
    const sessions = stage.open(OPTIONS);
    const owner = await sessions.acquire({ sessionFile: FILE });
    const caller = new AbortController();
    const run = sessions.acquire({ sessionFile: FILE, signal: caller.signal });
    await settled();

    // When it is granted and stopped in one step
    void owner.release();
    caller.abort();

    // Then its caller never holds it, and nobody does
    await expect(run).rejects.toMatchObject({ code: 'ERR_SESSION_RUN_INTERRUPTED' });
    expect(sessions.runs.size).toBe(0);
  });

  it('a task that rejects with the reason itself is not logged as a late error', async () => {
    const sessions = stage.open(OPTIONS);
    const outcome = sessions.run({ sessionFile: FILE }, (run) => untilAborted(run.signal));
    const state = stateOf(outcome);
    await vi.advanceTimersByTimeAsync(5_000);
    await state;

    await expect(outcome).rejects.toMatchObject({ why: 'stuck' });
    expect(stage.lines.map(({ message }) => message)).not.toContain(
      'session task failed after its signal had fired',
    );
  });
});
