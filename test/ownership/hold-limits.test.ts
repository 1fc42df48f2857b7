import { describe, expect, it, vi } from 'vitest';
import { useFakeTime } from '../support/fake-time.js';
import { createGate } from '../support/gate.js';
import { useStage } from './support/stage.js';
import { settled, standStill, startHeedless } from './support/steps.js';

const FILE = 'memory:a';
const OPTIONS = { stuckAfterMs: 5_000, settleMs: 1_000 };

describe('HoldLimits', () => {
  useFakeTime();
  const stage = useStage();

  it('[S7] stuckAfterMs counts from the last progress', async () => {
    // Given an owner that makes progress every four seconds
    const sessions = stage.open(OPTIONS);
    const run = await sessions.acquire({ sessionFile: FILE });
    for (let step = 0; step < 5; step += 1) {
      await vi.advanceTimersByTimeAsync(4_000);
      run.progress(`step ${step}`);
    }

    // When it falls silent
    await vi.advanceTimersByTimeAsync(4_999);
    // Then it is left alone up to the limit
    expect(run.signal.aborted).toBe(false);
    expect(run.progressNote).toBe('step 4');

    // And told to stop at the limit
    await vi.advanceTimersByTimeAsync(1);
    expect(run.signal.reason).toMatchObject({ why: 'stuck' });
    await run.release();
    expect(run.end).toBe('stuck');
  });

  it('maxHoldMs is absolute: progress does not move it', async () => {
    const sessions = stage.open({ ...OPTIONS, maxHoldMs: 7_000 });
    const run = await sessions.acquire({ sessionFile: FILE });
    for (let step = 0; step < 6; step += 1) {
      await vi.advanceTimersByTimeAsync(1_000);
      run.progress();
    }

    await vi.advanceTimersByTimeAsync(999);
    expect(run.signal.aborted).toBe(false);
    await vi.advanceTimersByTimeAsync(1);

    expect(run.signal.reason).toMatchObject({ why: 'max-hold' });
    await run.release();
    expect(run.end).toBe('interrupted');
  });

  it('hold limits come from the request of the owner, not from those who wait', async () => {
    // Given an owner without a stuck limit, and a waiter with a short one
    const sessions = stage.open(OPTIONS);
    const run = await sessions.acquire({ sessionFile: FILE, stuckAfterMs: false });
    const waiter = sessions.acquire({ sessionFile: FILE, stuckAfterMs: 10, waitMs: Infinity });

    // When far more than both limits passes
    await vi.advanceTimersByTimeAsync(10_000_000);

    // Then the owner is left alone
    expect(run.signal.aborted).toBe(false);
    await run.release();
    await (await waiter).release();
  });

  it('[R10] [T6] a waiting run is never stuck', async () => {
    // Given a run that waits far longer than a turn may be silent
    const sessions = stage.open(OPTIONS);
    const owner = await sessions.acquire({ sessionFile: FILE, stuckAfterMs: false });
    const waiting = sessions.acquire({ sessionFile: FILE, waitMs: Infinity });
    await vi.advanceTimersByTimeAsync(50_000);

    // When it is granted
    await owner.release();
    const run = await waiting;

    // Then its silence starts from there
    await vi.advanceTimersByTimeAsync(4_999);
    expect(run.signal.aborted).toBe(false);
    await run.release();
  });

  it('[T6] a parked run is never stuck, and starts anew when it comes back', async () => {
    // Given a run that parks shortly before it would be stuck
    const sessions = stage.open({ ...OPTIONS, maxHoldMs: 6_000 });
    const run = await sessions.acquire({ sessionFile: FILE });
    await vi.advanceTimersByTimeAsync(4_900);
    const gate = createGate();
    const parked = run.park(() => gate.opened);

    // When it is parked for longer than all limits together
    await vi.advanceTimersByTimeAsync(100_000);
    expect(run.signal.aborted).toBe(false);
    gate.open();
    await parked;

    // Then the new turn has its limits in full
    await vi.advanceTimersByTimeAsync(4_999);
    expect(run.signal.aborted).toBe(false);
    await vi.advanceTimersByTimeAsync(1);
    expect(run.signal.aborted).toBe(true);
    await run.release();
  });

  it('[S3] a process that stood still does not make its runs stuck', async () => {
    // Given an owner in the middle of its silence
    const sessions = stage.open(OPTIONS);
    const run = await sessions.acquire({ sessionFile: FILE });
    await vi.advanceTimersByTimeAsync(2_000);

    // When the process stands still for an hour
    standStill(3_600_000);
    await vi.advanceTimersByTimeAsync(3_000);
    // Then that hour does not count
    expect(run.signal.aborted).toBe(false);

    // When the run stays silent for its own limit
    await vi.advanceTimersByTimeAsync(5_000);
    // Then it is stuck
    expect(run.signal.reason).toMatchObject({ why: 'stuck' });
    await run.release();
  });

  it('a limit of 0 tells the run to stop at once', async () => {
    const sessions = stage.open(OPTIONS);
    const { run, end, outcome } = await startHeedless(sessions, {
      sessionFile: FILE,
      maxHoldMs: 0,
    });
    await vi.advanceTimersByTimeAsync(0);

    expect(run.signal.reason).toMatchObject({ why: 'max-hold' });
    end.open(undefined);
    await expect(outcome).rejects.toMatchObject({ why: 'max-hold' });
  });

  it('progress() of a run that does not own changes nothing and never throws', async () => {
    const sessions = stage.open(OPTIONS);
    const run = await sessions.acquire({ sessionFile: FILE });
    run.progress('alive');
    await run.release();
    const before = run.toJSON();
    await vi.advanceTimersByTimeAsync(1_000);

    run.progress('dead');

    expect(run.toJSON()).toEqual(before);
  });

  it('a turn that ends at once leaves no timer', async () => {
    const sessions = stage.open(OPTIONS);
    for (let turn = 0; turn < 3; turn += 1) {
      await sessions.run({ sessionFile: FILE }, () => {});
    }
    await settled();

    expect(vi.getTimerCount()).toBe(0);
  });
});
