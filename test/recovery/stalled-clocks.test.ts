import { describe, expect, it, vi } from 'vitest';
import { useStage } from '../ownership/support/stage.js';
import { watchedOwner } from './support/scenes.js';
import { useFakeTime } from '../support/fake-time.js';
import { createGate } from '../support/gate.js';
import { useTempDir } from '../support/temp-dir.js';
import { openMaintenance } from '../transcript/windows/support/windows.js';
import { block, blockSoFar } from './support/stalls.js';

const FILE = 'memory:a';
const OPTIONS = { stuckAfterMs: 60_000, settleMs: 15_000 };

describe('the time that a process that stood still costs a run', () => {
  useFakeTime();
  const dir = useTempDir();
  const stage = useStage();

  it('[S3] gets the time back in which nothing could run', async () => {
    // Given 20 s of silence, and a minute in which the process stood still
    const sessions = stage.open({ ...OPTIONS, stuckAfterMs: false });
    const run = await watchedOwner(sessions, { sessionFile: FILE });
    await vi.advanceTimersByTimeAsync(20_000);
    await block(60_000);
    await vi.advanceTimersByTimeAsync(34_999);

    // Then what counts are the 20 s and what came since
    const request = { sessionFile: FILE, silentMs: 55_000 };
    expect(await sessions.recover(request)).toMatchObject({ reason: 'active_run' });
    await vi.advanceTimersByTimeAsync(1);
    const late = sessions.recover(request);
    await run.release();
    expect(await late).toMatchObject({ status: 'ended', reason: 'stuck' });
  });

  it('[S3] gets back no more than it lost: what came later is judged from its own progress', async () => {
    const sessions = stage.open({ ...OPTIONS, stuckAfterMs: false });
    const run = await watchedOwner(sessions, { sessionFile: FILE });
    await vi.advanceTimersByTimeAsync(1_000);
    // The stall began 1 s after the grant, and 4 s before its pulse: 14 s are taken for lost
    await block(14_000);
    await vi.advanceTimersByTimeAsync(30_000);

    const late = sessions.recover({ sessionFile: FILE, silentMs: 30_000 });

    expect(run.signal.reason).toMatchObject({ why: 'recovery' });
    await run.release();
    await late;
  });

  it('[S3] its progress ends what it was given', async () => {
    const sessions = stage.open({ ...OPTIONS, stuckAfterMs: false });
    const run = await watchedOwner(sessions, { sessionFile: FILE });
    await vi.advanceTimersByTimeAsync(3_600_000);
    await block(3_600_000);
    run.progress();
    await vi.advanceTimersByTimeAsync(40_000);

    const late = sessions.recover({ sessionFile: FILE, silentMs: 40_000 });

    expect(run.signal.aborted).toBe(true);
    await run.release();
    await late;
  });

  it('[S3] is not stuck by its own limit that came due within the stall', async () => {
    // Given a limit that comes due shortly before the loop is free, too close to look late
    const sessions = stage.open(OPTIONS);
    const run = await watchedOwner(sessions, { sessionFile: FILE });
    await vi.advanceTimersByTimeAsync(50_500);

    await block(10_000);
    await vi.advanceTimersByTimeAsync(9_000);

    expect(run.signal.aborted).toBe(false);
    await run.release();
  });

  it('[S3] gets a stall back that began in the very tick of its grant', async () => {
    const sessions = stage.open({ ...OPTIONS, stuckAfterMs: false });
    const run = await sessions.acquire({ sessionFile: FILE });
    await block(50_000);
    await vi.advanceTimersByTimeAsync(30_000);

    const outcome = sessions.recover({ sessionFile: FILE, silentMs: 60_000 });

    const isAborted = run.signal.aborted;
    await run.release();
    await outcome;
    expect(isAborted).toBe(false);
  });

  it('[S3] is not revoked for time to settle that it could not use', async () => {
    // Given a run that was told to stop, and needs 5 s for it
    const sessions = stage.open({ ...OPTIONS, stuckAfterMs: false });
    const run = await watchedOwner(sessions, { sessionFile: FILE });
    const outcome = sessions.recover({ sessionFile: FILE, allowActiveAbort: true });
    await vi.advanceTimersByTimeAsync(1_000);

    // When the process stands still up to shortly before its time is over
    await block(13_500);
    await vi.advanceTimersByTimeAsync(4_000);

    // Then it has not lost its turn meanwhile
    const { end } = run;
    await run.release();
    await outcome;
    expect(end).toBeUndefined();
  });

  it('a stall never shortens the time to settle', async () => {
    // Given a run that was told to stop
    const sessions = stage.open({ ...OPTIONS, stuckAfterMs: false });
    const run = await watchedOwner(sessions, { sessionFile: FILE });
    const outcome = sessions.recover({ sessionFile: FILE, allowActiveAbort: true });

    // When the process stands still for less than half of its time
    await block(7_000);
    await vi.advanceTimersByTimeAsync(7_900);

    // Then it has the other half all the same
    expect(run.end).toBeUndefined();
    await vi.advanceTimersByTimeAsync(200);
    expect(await outcome).toMatchObject({ status: 'revoked' });
  });

  it('[S3] gets it back while others are watched and it is not yet', async () => {
    // Given an owner, and a run that keeps the process busy in the tick of its own grant
    const sessions = stage.open({ ...OPTIONS, stuckAfterMs: false });
    const owner = await watchedOwner(sessions, { sessionFile: 'memory:b' });
    const run = await sessions.acquire({ sessionFile: FILE });
    const blocked = blockSoFar(50_000);
    const early = sessions.recover({ sessionFile: FILE, silentMs: 5_000 });
    await blocked.runTimers();
    await vi.advanceTimersByTimeAsync(30_000);

    const late = sessions.recover({ sessionFile: FILE, silentMs: 60_000 });

    const isAborted = run.signal.aborted;
    await run.release();
    await owner.release();
    expect(await early).toMatchObject({ reason: 'event_loop_stalled' });
    expect(await late).toMatchObject({ reason: 'active_run' });
    expect(isAborted).toBe(false);
  });

  it('[S3] [T6] is not revoked for time to drain its writes that it could not use', async () => {
    // Given a run that is ending, 15 s at most
    const sessions = stage.open(OPTIONS);
    const sessionFile = dir.join('session.jsonl');
    const run = await watchedOwner(sessions, { sessionFile });
    const gate = createGate();
    const section = run.transcript.write(() => gate.opened);
    const released = run.release();
    await vi.advanceTimersByTimeAsync(1_000);

    // When the process stands still up to shortly before that time is over
    await block(13_500);
    await vi.advanceTimersByTimeAsync(4_000);

    // Then it ends by itself
    gate.open();
    await section.catch(() => {});
    await released;
    expect(run.end).toBe('released');
  });

  it('[S3] [T6] is not stuck for maintenance whose time it could not use', async () => {
    // Given maintenance that is late, and has 15 s to come to an end
    const sessions = stage.open(OPTIONS);
    const run = await watchedOwner(sessions, { sessionFile: FILE });
    const window = await openMaintenance(run, 15_000);
    await vi.advanceTimersByTimeAsync(16_000);

    // When the process stands still up to shortly before they are over
    await block(13_500);
    await vi.advanceTimersByTimeAsync(4_000);

    // Then it is not told to stop as stuck
    const isAborted = run.signal.aborted;
    window.end();
    await window.outcome.catch(() => {});
    await run.release();
    expect(isAborted).toBe(false);
  });
});
