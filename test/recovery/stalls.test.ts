import { describe, expect, it, vi } from 'vitest';
import { useStage } from '../ownership/support/stage.js';
import { standStill } from '../ownership/support/steps.js';
import { watchedOwner } from './support/scenes.js';
import { useFakeTime } from '../support/fake-time.js';
import { block, blockSoFar, jumpWallClock } from './support/stalls.js';

const FILE = 'memory:a';
const OPTIONS = { stuckAfterMs: 60_000, settleMs: 15_000 };
const SPARED = { status: 'skipped', reason: 'event_loop_stalled' };

describe('a run and a process that stood still', () => {
  useFakeTime();
  const stage = useStage();

  it('[S3] is not judged by recover() that comes before any timer', async () => {
    // Given a run that was silent for nearly as long as it may
    const sessions = stage.open(OPTIONS);
    const run = await watchedOwner(sessions, { sessionFile: FILE });
    await vi.advanceTimersByTimeAsync(55_000);

    // When the process stands still for longer than the rest
    const blocked = blockSoFar(10_000);
    const outcome = await sessions.recover({ sessionFile: FILE });
    await blocked.runTimers();

    // Then that is no reason to condemn it, neither for recovery nor for its own limit
    expect(outcome).toMatchObject({ ...SPARED, activeRunId: run.runId });
    expect(run.signal.aborted).toBe(false);
    await run.release();
  });

  it.each([
    ['a moment less than an interval', 29_999, 'event_loop_stalled'],
    ['an interval', 30_000, 'active_run'],
  ])('[S3] is left alone for %s', async (_name, laterMs, reason) => {
    const sessions = stage.open({ ...OPTIONS, stuckAfterMs: false });
    const run = await watchedOwner(sessions, { sessionFile: FILE });
    await block(10_000);
    await vi.advanceTimersByTimeAsync(laterMs);

    expect(await sessions.recover({ sessionFile: FILE })).toMatchObject({ reason });
    await run.release();
  });

  it('[S3] a machine that slept is not judged, either', async () => {
    const sessions = stage.open({ ...OPTIONS, stuckAfterMs: false });
    const run = await watchedOwner(sessions, { sessionFile: FILE });
    await vi.advanceTimersByTimeAsync(70_000);
    jumpWallClock(3_600_000);

    const outcome = await sessions.recover({ sessionFile: FILE, silentMs: 60_000 });

    expect(outcome).toMatchObject(SPARED);
    await run.release();
  });

  it('[S3] nor where its monotonic clock went on', async () => {
    const sessions = stage.open({ ...OPTIONS, stuckAfterMs: false });
    const run = await watchedOwner(sessions, { sessionFile: FILE });
    await vi.advanceTimersByTimeAsync(10_000);
    standStill(3_600_000);
    jumpWallClock(3_600_000);

    const outcome = await sessions.recover({ sessionFile: FILE, silentMs: 60_000 });

    expect(outcome).toMatchObject(SPARED);
    await run.release();
  });

  it('[S3] a hung run is found all the same, one interval after the last stall', async () => {
    // Given a run that has been silent for longer than allowed, and two stalls
    const sessions = stage.open({ ...OPTIONS, stuckAfterMs: false });
    const run = await watchedOwner(sessions, { sessionFile: FILE });
    await vi.advanceTimersByTimeAsync(100_000);
    await block(10_000);
    await vi.advanceTimersByTimeAsync(20_000);
    await block(10_000);

    // Then it is spared until the process has been running for a while
    await vi.advanceTimersByTimeAsync(29_999);
    const request = { sessionFile: FILE, silentMs: 60_000 };
    expect(await sessions.recover(request)).toMatchObject(SPARED);
    await vi.advanceTimersByTimeAsync(1);
    const late = sessions.recover(request);
    await vi.advanceTimersByTimeAsync(15_000);
    expect(await late).toMatchObject({ status: 'revoked', reason: 'stuck' });
    expect(run.end).toBe('revoked');
  });

  it('[S3] is not judged by a stall in the very tick of its grant', async () => {
    // Given a run that keeps the process busy before anything else had a chance to run
    const sessions = stage.open({ ...OPTIONS, stuckAfterMs: false });
    const run = await sessions.acquire({ sessionFile: FILE });
    const blocked = blockSoFar(10_000);

    const outcome = sessions.recover({ sessionFile: FILE, silentMs: 5_000 });

    const isAborted = run.signal.aborted;
    await blocked.runTimers();
    await run.release();
    await outcome;
    expect(isAborted).toBe(false);
  });

  it('[S3] the watch costs one timer while there are owners, and none otherwise', async () => {
    const sessions = stage.open({ ...OPTIONS, stuckAfterMs: false });
    const first = await watchedOwner(sessions, { sessionFile: FILE });
    const second = await watchedOwner(sessions, { sessionFile: 'memory:b' });
    expect(vi.getTimerCount()).toBe(1);

    await first.release();
    expect(vi.getTimerCount()).toBe(1);
    await second.release();

    expect(vi.getTimerCount()).toBe(0);
  });
});
