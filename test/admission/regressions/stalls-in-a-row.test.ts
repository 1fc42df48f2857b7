import { describe, expect, it, vi } from 'vitest';
import { useStage } from '../../ownership/support/stage.js';
import { watchedOwner } from '../../recovery/support/scenes.js';
import { block } from '../../recovery/support/stalls.js';
import { useFakeTime } from '../../support/fake-time.js';

describe('a run that is silent while the process stands still twice', () => {
  useFakeTime();
  const stage = useStage();

  it('[S3] gets the second stall back too, where it is shorter than its patience', async () => {
    // Given
    const sessions = stage.open({ stuckAfterMs: 60_000, waitMs: 200_000 });
    const run = await watchedOwner(sessions, { sessionFile: 'memory:a' });
    await vi.advanceTimersByTimeAsync(1_000);
    run.progress();
    await vi.advanceTimersByTimeAsync(59_500);

    // When the first begins shortly before its limit would have been due
    await block(120_000);
    await vi.advanceTimersByTimeAsync(20_000);
    await block(50_000);
    await vi.advanceTimersByTimeAsync(20_000);

    // Then
    const { aborted } = run.signal;
    await run.release();
    expect(aborted).toBe(false);
  });
});
