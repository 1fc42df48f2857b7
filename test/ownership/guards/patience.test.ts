import { describe, expect, it, vi } from 'vitest';
import { Patience } from '../../../src/ownership/limits/patience.js';
import { useFakeTime } from '../../support/fake-time.js';
import { block } from '../../recovery/support/stalls.js';

describe('Patience', () => {
  useFakeTime();

  it('[S3] gives back what was lost while the process stood still', async () => {
    // Given something that is due in 5 s
    const onDue = vi.fn<() => void>();
    const patience = new Patience(performance.now() + 5_000, 10_000, onDue);

    // When the process stands still from 2 s before that to 4 s after it, and goes on
    await vi.advanceTimersByTimeAsync(3_000);
    await block(6_000);
    await vi.advanceTimersByTimeAsync(3_999);

    // Then it has that time, and no more
    expect(onDue).not.toHaveBeenCalled();
    await vi.advanceTimersByTimeAsync(1);
    expect(onDue).toHaveBeenCalledOnce();
    patience.stop();
  });

  it('[T4] has an end where the process stands still again and again', async () => {
    const onDue = vi.fn<() => void>();
    const patience = new Patience(performance.now() + 5_000, 10_000, onDue);

    // When what is waited for keeps the process busy for 20 s at a time
    for (let round = 0; round < 4; round += 1) {
      await block(20_000);
    }

    // Then at most 10 s were given back in all
    expect(onDue).toHaveBeenCalledOnce();
    patience.stop();
  });
});
