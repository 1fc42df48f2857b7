import { describe, expect, it, vi } from 'vitest';
import { createGate } from '../../support/gate.js';
import { useFakeTime } from '../../support/fake-time.js';
import { useTempDir } from '../../support/temp-dir.js';
import type { Run } from '../../../src/index.js';
import { until } from '../../runs/support/sessions.js';
import { useStage } from '../../ownership/support/stage.js';
import { settled, standStill, stateOf } from '../../ownership/support/steps.js';
import { openMaintenance, openPrompt } from './support/windows.js';

const HOUR_MS = 3_600_000;
const OPTIONS = { stuckAfterMs: 5_000, settleMs: 1_000 };

describe('a process that stood still', () => {
  useFakeTime();
  const dir = useTempDir();
  const stage = useStage();

  it('[S3] does not make a prompt stuck: its silence starts anew', async () => {
    const sessions = stage.open(OPTIONS);
    const run = await sessions.acquire({ sessionFile: 'memory:a' });
    const window = await openPrompt(run);
    await vi.advanceTimersByTimeAsync(2_000);

    standStill(HOUR_MS);
    await vi.advanceTimersByTimeAsync(3_000);
    expect(run.signal.aborted).toBe(false);
    await vi.advanceTimersByTimeAsync(4_999);
    expect(run.signal.aborted).toBe(false);
    await vi.advanceTimersByTimeAsync(1);

    expect(run.signal.reason).toMatchObject({ why: 'stuck' });
    window.end();
    await run.release();
  });

  it('[S3] does not make a prompt stuck that declared its silence', async () => {
    const sessions = stage.open(OPTIONS);
    const run = await sessions.acquire({ sessionFile: 'memory:a' });
    const window = await openPrompt(run, { silentMs: 60_000 });
    await vi.advanceTimersByTimeAsync(2_000);

    standStill(HOUR_MS);
    await vi.advanceTimersByTimeAsync(59_999);
    expect(run.signal.aborted).toBe(false);

    window.end();
    await window.outcome;
    await run.release();
  });

  it('[S3] does not end maintenance that had time left', async () => {
    const sessions = stage.open(OPTIONS);
    const run = await sessions.acquire({ sessionFile: 'memory:a' });
    const window = await openMaintenance(run, 60_000);
    await vi.advanceTimersByTimeAsync(10_000);

    standStill(HOUR_MS);
    await vi.advanceTimersByTimeAsync(50_000);

    expect(window.signal.aborted).toBe(false);
    expect(run.signal.aborted).toBe(false);
    window.end();
    await run.release();
  });

  it('[S3] does not take the turn of maintenance that is to settle', async () => {
    // Given maintenance whose deadline has passed
    const sessions = stage.open(OPTIONS);
    const run = await sessions.acquire({ sessionFile: 'memory:a' });
    const window = await openMaintenance(run, 60_000);
    await vi.advanceTimersByTimeAsync(60_000);

    // When the process stands still
    standStill(HOUR_MS);
    await vi.advanceTimersByTimeAsync(1_000);

    // Then it may still settle
    expect(run.signal.aborted).toBe(false);
    window.end();
    await expect(window.outcome).rejects.toMatchObject({ why: 'timeout' });
    await run.release();
    expect(run.end).toBe('released');
  });

  it('[S3] does not take the turn of a run that finishes, but one that hangs is still found', async () => {
    // Given a run that waits for its last section
    const sessions = stage.open(OPTIONS);
    const gate = createGate();
    const started = createGate<Run>();
    const outcome = sessions.run({ sessionFile: dir.join('s.jsonl') }, (run) => {
      run.transcript.write(() => gate.opened).catch(() => {});
      started.open(run);
      return 'reply';
    });
    outcome.catch(() => {});
    const run = await started.opened;
    await settled();
    await vi.advanceTimersByTimeAsync(500);

    // When the process stands still
    standStill(HOUR_MS);
    await vi.advanceTimersByTimeAsync(600);
    // Then that does not count
    expect(run.signal.aborted).toBe(false);
    expect(run.phase).toBe('finishing');

    // When it takes too long by itself
    await vi.advanceTimersByTimeAsync(1_010);
    // Then its turn is taken
    await expect(outcome).rejects.toMatchObject({ why: 'stuck' });
    gate.open();
    await settled();
  });

  it('[S3] does not cut the section of a guest that had time left', async () => {
    // Given a guest inside
    const sessions = stage.open(OPTIONS);
    const file = dir.join('s.jsonl');
    const run = await sessions.acquire({ sessionFile: file });
    const gate = createGate();
    const inside = createGate();
    const writing = sessions.write(file, async (transcript) => {
      inside.open();
      await gate.opened;
      await transcript.append({ by: 'guest' });
    });
    writing.catch(() => {});
    await until(() => inside.isOpen);
    await vi.advanceTimersByTimeAsync(500);

    // When the process stands still
    standStill(HOUR_MS);
    await vi.advanceTimersByTimeAsync(600);

    // Then the guest may go on
    expect(await stateOf(writing)).toBe('pending');
    gate.open();
    await writing;
    await run.release();
  });

  it('[F7] does not keep a window from looking at the fence when it closes', async () => {
    // Given a task that answers while a queued write is under way
    const sessions = stage.open(OPTIONS);
    const run = await sessions.acquire({ sessionFile: dir.join('s.jsonl') });
    const window = await openPrompt(run);
    const gate = createGate();
    const writing = run.transcript.enqueue(() => gate.opened);
    window.end('reply');
    await vi.advanceTimersByTimeAsync(500);

    // When the process stands still for longer than the look may take
    standStill(HOUR_MS);
    await vi.advanceTimersByTimeAsync(500);

    // Then the window still waits for that write
    expect(await stateOf(window.outcome)).toBe('pending');
    gate.open();
    await writing;
    expect(await window.outcome).toBe('reply');
    await run.release();
  });
});
