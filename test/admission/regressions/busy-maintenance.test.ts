import { describe, expect, it, vi } from 'vitest';
import type { Run } from '../../../src/index.js';
import { useStage } from '../../ownership/support/stage.js';
import { watchedOwner } from '../../recovery/support/scenes.js';
import { block } from '../../recovery/support/stalls.js';
import { stateOf } from '../../runs/support/sessions.js';
import { useFakeTime } from '../../support/fake-time.js';
import { createGate } from '../../support/gate.js';

describe('maintenance that keeps the process busy', () => {
  useFakeTime();
  const stage = useStage();

  /** Hardly anything else ever runs. */
  async function hog(run: Run, forMs: number, atOnceMs: number): Promise<void> {
    for (let busyMs = 0; busyMs < forMs && !run.signal.aborted; busyMs += atOnceMs) {
      await block(atOnceMs);
      await vi.advanceTimersByTimeAsync(10);
    }
  }

  it.each([7_000, 20_000])(
    '[T4] is told to stop in the end, for %d ms at a time',
    async (atOnceMs) => {
      // Given
      const sessions = stage.open({ settleMs: 15_000 });
      const run = await watchedOwner(sessions, { sessionFile: 'memory:a' });
      const gate = createGate();
      const maintained = run.maintain(() => gate.opened, { deadlineMs: 1_000 });
      await stateOf(Promise.resolve());

      // When
      await hog(run, 600_000, atOnceMs);

      // Then
      const { aborted } = run.signal;
      gate.open();
      await maintained.catch(() => undefined);
      await run.release();
      expect(aborted).toBe(true);
    },
  );
});
