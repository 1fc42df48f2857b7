import { readFileSync, writeFileSync } from 'node:fs';
import { describe, expect, it, vi } from 'vitest';
import { RunInterruptedError } from '../../../src/index.js';
import { useFakeTime } from '../../support/fake-time.js';
import { useTempDir } from '../../support/temp-dir.js';
import { useStage } from '../../ownership/support/stage.js';
import { settled, untilAborted } from '../../ownership/support/steps.js';
import { createRescue, linesOf, openMaintenance, openPrompt } from './support/windows.js';

const OPTIONS = { stuckAfterMs: 5_000, settleMs: 1_000 };

describe('maintain()', () => {
  useFakeTime();
  const dir = useTempDir();
  const stage = useStage();

  it('resolves and rejects as its task does', async () => {
    const sessions = stage.open();
    await using run = await sessions.acquire({ sessionFile: 'memory:a' });
    const error = new Error('no');

    expect(await run.maintain(() => 'done', { deadlineMs: 1_000 })).toBe('done');
    await expect(run.maintain(() => Promise.reject(error), { deadlineMs: 1_000 })).rejects.toBe(
      error,
    );
    expect(run.phase).toBe('active');
  });

  it('[F4] rewrites the file of a run that goes on with it', async () => {
    const sessions = stage.open();
    const file = dir.join('s.jsonl');
    writeFileSync(file, '{"line":1}\n{"line":2}\n');
    await using run = await sessions.acquire({ sessionFile: file });
    await run.prompt(() => 'reply');

    await run.maintain(() => run.transcript.rewrite(() => '{"summary":1}\n'), {
      deadlineMs: 1_000,
    });

    await run.prompt(() => run.transcript.append({ line: 3 }));
    expect(readFileSync(file, 'utf8')).toBe('{"summary":1}\n{"line":3}\n');
  });

  it('runs its task in the context of the run', async () => {
    const sessions = stage.open();
    await using run = await sessions.acquire({ sessionFile: 'memory:a' });

    const asked = run.maintain(() => sessions.run({ sessionFile: 'memory:a' }, () => {}), {
      deadlineMs: 1_000,
    });

    await expect(asked).rejects.toMatchObject({ code: 'ERR_SESSION_DEADLOCK' });
  });

  it('[T6] tells its task when the deadline has passed, and not the run', async () => {
    // Given maintenance that gives up when it is told
    const sessions = stage.open(OPTIONS);
    await using run = await sessions.acquire({ sessionFile: 'memory:a', runId: 'run' });
    let given: AbortSignal | undefined;
    const outcome = run.maintain(
      (signal) => {
        given = signal;
        return untilAborted(signal);
      },
      { deadlineMs: 60_000 },
    );
    outcome.catch(() => {});

    // When its time is up
    await vi.advanceTimersByTimeAsync(59_999);
    expect(given?.aborted).toBe(false);
    await vi.advanceTimersByTimeAsync(1);

    // Then it fails with that, and the run goes on
    await expect(outcome).rejects.toBe(given?.reason);
    expect(given?.reason).toBeInstanceOf(RunInterruptedError);
    expect(given?.reason).toMatchObject({ why: 'timeout', runId: 'run', sessionFile: 'memory:a' });
    expect(run.signal.aborted).toBe(false);
    expect(run.phase).toBe('active');
    expect(linesOf(stage)).toEqual([]);
  });

  it('[F14] saves what comes after the deadline, and the run goes on', async () => {
    const sessions = stage.open(OPTIONS);
    const { rescue, payloads } = createRescue();
    await using run = await sessions.acquire({ sessionFile: 'memory:a', rescue });
    const window = await openMaintenance(run, 60_000);

    await vi.advanceTimersByTimeAsync(60_500);
    expect(run.phase).toBe('maintaining');
    window.end('compacted');
    await settled();

    await expect(window.outcome).rejects.toMatchObject({ why: 'timeout', result: 'compacted' });
    expect(payloads).toEqual(['compacted']);
    expect(run.phase).toBe('active');
    expect(run.signal.aborted).toBe(false);
  });

  it('logs what its task throws after the deadline', async () => {
    const sessions = stage.open(OPTIONS);
    await using run = await sessions.acquire({ sessionFile: 'memory:a' });
    const window = await openMaintenance(run, 1_000);
    const error = new Error('half done');

    await vi.advanceTimersByTimeAsync(1_000);
    window.fail(error);

    await expect(window.outcome).rejects.toMatchObject({ why: 'timeout' });
    expect(linesOf(stage)).toMatchObject([{ level: 'warn', facts: { err: error } }]);
  });

  it('[T6] is bounded by its deadline alone: neither silence nor maxHoldMs counts', async () => {
    const sessions = stage.open({ ...OPTIONS, maxHoldMs: 10_000 });
    await using run = await sessions.acquire({ sessionFile: 'memory:a' });
    const window = await openMaintenance(run, 60_000);

    await vi.advanceTimersByTimeAsync(59_999);

    expect(window.signal.aborted).toBe(false);
    expect(run.signal.aborted).toBe(false);
    window.end();
    await window.outcome;
  });

  it('[T6] without a deadline is never told to stop', async () => {
    const sessions = stage.open({ ...OPTIONS, maxHoldMs: 10_000 });
    await using run = await sessions.acquire({ sessionFile: 'memory:a' });
    const window = await openMaintenance(run, Infinity);

    await vi.advanceTimersByTimeAsync(10_000_000);

    expect(window.signal.aborted).toBe(false);
    expect(run.signal.aborted).toBe(false);
    window.end();
    await window.outcome;
  });

  it('maxHoldMs counts again behind it', async () => {
    const sessions = stage.open({ ...OPTIONS, maxHoldMs: 10_000 });
    const run = await sessions.acquire({ sessionFile: 'memory:a' });
    const window = await openMaintenance(run, 60_000);
    await vi.advanceTimersByTimeAsync(8_000);
    window.end();
    await window.outcome;

    await vi.advanceTimersByTimeAsync(1_999);
    expect(run.signal.aborted).toBe(false);
    await vi.advanceTimersByTimeAsync(1);

    expect(run.signal.reason).toMatchObject({ why: 'max-hold' });
    await run.release();
  });

  it('silence counts again behind it, from its end', async () => {
    const sessions = stage.open(OPTIONS);
    const run = await sessions.acquire({ sessionFile: 'memory:a' });
    const window = await openMaintenance(run, 60_000);
    await vi.advanceTimersByTimeAsync(50_000);
    window.end();
    await window.outcome;

    await vi.advanceTimersByTimeAsync(4_999);
    expect(run.signal.aborted).toBe(false);
    await vi.advanceTimersByTimeAsync(1);

    expect(run.signal.reason).toMatchObject({ why: 'stuck' });
    await run.release();
  });

  it('[O6] that hangs is told to stop as stuck once it had time to settle, then its turn is taken', async () => {
    // Given maintenance that takes no notice of its deadline, and a run that waits
    const sessions = stage.open({ ...OPTIONS, maxHoldMs: 10_000 });
    const run = await sessions.acquire({ sessionFile: 'memory:a', kind: 'maintenance' });
    const waiter = sessions.acquire({ sessionFile: 'memory:a', waitMs: Infinity });
    const window = await openMaintenance(run, 60_000);

    // When deadline and time to settle have passed
    await vi.advanceTimersByTimeAsync(60_999);
    expect(run.signal.aborted).toBe(false);
    await vi.advanceTimersByTimeAsync(1);
    expect(run.signal.reason).toMatchObject({ why: 'stuck' });
    expect(run.end).toBeUndefined();

    // Then it gets the time that every run gets, and no more
    await vi.advanceTimersByTimeAsync(1_000);
    expect(run.end).toBe('revoked');
    await expect(window.outcome).rejects.toBe(run.signal.reason);
    await (await waiter).release();
    window.end();
  });

  it('gives its task the reason of the deadline where the run is told to stop later', async () => {
    const sessions = stage.open(OPTIONS);
    const caller = new AbortController();
    const run = await sessions.acquire({ sessionFile: 'memory:a', signal: caller.signal });
    const window = await openMaintenance(run, 1_000);
    await vi.advanceTimersByTimeAsync(1_000);

    caller.abort();

    expect(window.signal.reason).toMatchObject({ why: 'timeout' });
    expect(run.signal.reason).toMatchObject({ why: 'caller' });
    window.end();
    await expect(window.outcome).rejects.toBe(run.signal.reason);
    await run.release();
  });

  it('[O6] of a maintenance run is asked to yield when a person waits', async () => {
    // Given maintenance in the background
    const sessions = stage.open();
    const run = await sessions.acquire({ sessionFile: 'memory:a', kind: 'maintenance' });
    const outcome = run.maintain(() => untilAborted(run.yieldSignal), { deadlineMs: 60_000 });
    outcome.catch(() => {});
    expect(run.yieldSignal.aborted).toBe(false);

    // When a person asks for the file
    const person = sessions.acquire({ sessionFile: 'memory:a', kind: 'person' });

    // Then it gives way
    await expect(outcome).rejects.toBe(run.yieldSignal.reason);
    expect(run.signal.aborted).toBe(false);
    await run.release();
    await (await person).release();
  });

  it('[O6] of a maintenance run is interrupted by a person where the coordinator says so', async () => {
    const sessions = stage.open({ ...OPTIONS, preemptAfterMs: 2_000 });
    const run = await sessions.acquire({ sessionFile: 'memory:a', kind: 'maintenance' });
    const window = await openMaintenance(run, 60_000);
    const person = sessions.acquire({ sessionFile: 'memory:a', kind: 'person' });

    await vi.advanceTimersByTimeAsync(2_000);

    expect(window.signal.reason).toMatchObject({ why: 'superseded' });
    window.end();
    await expect(window.outcome).rejects.toMatchObject({ why: 'superseded' });
    await run.release();
    await (await person).release();
    expect(run.end).toBe('superseded');
  });

  it('leaves neither timer nor listener, however it ends', async () => {
    const sessions = stage.open({ stuckAfterMs: false });
    await using run = await sessions.acquire({ sessionFile: 'memory:a' });
    const remove = vi.spyOn(run.signal, 'removeEventListener');

    await run.maintain(() => {}, { deadlineMs: 60_000 });
    const failed = run.maintain(() => Promise.reject(new Error('no')), { deadlineMs: 60_000 });
    await expect(failed).rejects.toThrow('no');

    expect(remove).toHaveBeenCalledTimes(2);
    expect(vi.getTimerCount()).toBe(0);
  });

  it('a prompt inside it is bounded by its deadline as well', async () => {
    const sessions = stage.open(OPTIONS);
    const run = await sessions.acquire({ sessionFile: 'memory:a' });
    const outer = await openMaintenance(run, 20_000);
    const inner = await openPrompt(run);

    await vi.advanceTimersByTimeAsync(20_000);
    expect(outer.signal.reason).toMatchObject({ why: 'timeout' });
    expect(inner.signal.aborted).toBe(false);
    await vi.advanceTimersByTimeAsync(1_000);

    expect(inner.signal.reason).toMatchObject({ why: 'stuck' });
    inner.end();
    outer.end();
    await run.release();
  });
});
