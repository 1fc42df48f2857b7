import { describe, expect, it, vi } from 'vitest';
import { useStage } from '../../ownership/support/stage.js';
import { useFakeTime } from '../../support/fake-time.js';
import { watchedOwner } from '../support/scenes.js';
import { block } from '../support/stalls.js';
import { hog } from './support/hog.js';

const FILE = 'memory:a';
const STUCK_MS = 60_000;
const HOUR_MS = 3_600_000;
const OPTIONS = { stuckAfterMs: STUCK_MS, settleMs: 1_000 };

describe('the limit of silence of a run that keeps the process busy in slices', () => {
  useFakeTime();
  const stage = useStage();

  it.each([2_000, 7_000, 20_000, 50_000, 65_000])(
    '[T4] [S3] comes after three times as much at most, for %d ms at a time',
    async (sliceMs) => {
      // Given a run that makes no progress
      const sessions = stage.open(OPTIONS);
      const run = await watchedOwner(sessions, { sessionFile: FILE });

      // When the process hardly ever runs anything else
      const silentMs = await hog(run, sliceMs, HOUR_MS);

      // Then some of that was forgiven, and not for ever
      expect(run.signal.reason).toMatchObject({ why: 'stuck' });
      expect(silentMs).toBeGreaterThan(STUCK_MS);
      expect(silentMs).toBeLessThanOrEqual(3 * STUCK_MS + 2 * sliceMs);
      await run.release();
    },
  );

  it('[T4] begins anew, with all that is forgiven, where it makes progress', async () => {
    // Given how long a run may keep the process busy, and another that has used nearly all of that
    const sessions = stage.open(OPTIONS);
    const first = await watchedOwner(sessions, { sessionFile: FILE });
    const fullMs = await hog(first, 7_000, HOUR_MS);
    await first.release();
    const run = await watchedOwner(sessions, { sessionFile: FILE });
    await hog(run, 7_000, fullMs - 10_000);
    expect(run.signal.aborted).toBe(false);

    // When it makes progress, and goes on as before
    run.progress();
    const silentMs = await hog(run, 7_000, HOUR_MS);

    // Then it has as long as it had at first
    expect(Math.abs(silentMs - fullMs)).toBeLessThan(7_000);
    await run.release();
  });

  it('[S3] begins anew after progress also where a stall is longer than it', async () => {
    // Given a run that was excused once for such a stall, and has made progress since
    const sessions = stage.open(OPTIONS);
    const run = await watchedOwner(sessions, { sessionFile: FILE });
    await block(65_000);
    run.progress();

    // When there is another one
    await block(65_000);
    await vi.advanceTimersByTimeAsync(57_000);

    // Then it is excused in full
    expect(run.signal.aborted).toBe(false);
    await run.release();
  });

  it('[S3] comes later by what is left to be forgiven, where a stall is longer than that', async () => {
    // Given a run whose silence has begun anew after a stall that was too long
    const sessions = stage.open(OPTIONS);
    const run = await watchedOwner(sessions, { sessionFile: FILE });
    await block(65_000);

    // When the process stands still for as long again
    await block(65_000);
    await vi.advanceTimersByTimeAsync(54_000);
    expect(run.signal.aborted).toBe(false);

    // Then 60 s of that are none of its silence, and the other 5 s are
    await vi.advanceTimersByTimeAsync(1_500);
    expect(run.signal.reason).toMatchObject({ why: 'stuck' });
    await run.release();
  });

  it('[S3] does not count an hour in which nothing could run, for recovery either', async () => {
    // Given a run that may be silent for ever
    const sessions = stage.open({ ...OPTIONS, stuckAfterMs: false });
    const run = await watchedOwner(sessions, { sessionFile: FILE });

    // When the process stands still once, far longer than is forgiven stall by stall
    await block(HOUR_MS);
    await vi.advanceTimersByTimeAsync(30_000);

    // Then nothing of that hour is its silence
    const outcome = await sessions.recover({ sessionFile: FILE, silentMs: 60_000 });
    expect(outcome).toMatchObject({ status: 'skipped', reason: 'active_run' });
    await run.release();
  });

  it('[T4] leaves a run alone that may be silent for ever', async () => {
    const sessions = stage.open({ ...OPTIONS, stuckAfterMs: false });
    const run = await watchedOwner(sessions, { sessionFile: FILE });

    await hog(run, 20_000, HOUR_MS);

    expect(run.signal.aborted).toBe(false);
    await run.release();
  });

  it('[T4] comes for recovery too, of a run that may be silent for ever', async () => {
    // Given such a run that has kept the process busy for an hour
    const sessions = stage.open({ ...OPTIONS, stuckAfterMs: false });
    const run = await watchedOwner(sessions, { sessionFile: FILE });
    await hog(run, 20_000, HOUR_MS);

    // When the process has been calm for a while
    await vi.advanceTimersByTimeAsync(30_000);
    const outcome = sessions.recover({ sessionFile: FILE, silentMs: 120_000 });

    // Then the stalls do not hide that it does not move
    const { reason } = run.signal;
    await run.release();
    expect(reason).toMatchObject({ why: 'recovery' });
    expect(await outcome).toMatchObject({ status: 'ended', reason: 'stuck' });
  });
});
