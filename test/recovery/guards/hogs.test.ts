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

  it('[T4] begins with the progress that it makes, as for all others', async () => {
    // Given a run that has nothing left to be forgiven
    const sessions = stage.open(OPTIONS);
    const run = await watchedOwner(sessions, { sessionFile: FILE });
    await block(55_000);
    await block(55_000);

    // When it makes progress, and the process stands still again
    run.progress();
    await block(55_000);
    await vi.advanceTimersByTimeAsync(50_000);

    // Then that stall is none of its silence
    expect(run.signal.aborted).toBe(false);
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
