import { describe, expect, it, vi } from 'vitest';
import type { Run } from '../../../src/index.js';
import { block } from '../../recovery/support/stalls.js';
import { loopTurn } from '../../runs/support/sessions.js';
import { useFakeTime } from '../../support/fake-time.js';
import { useDesk } from '../../transcript/gate/support/desk.js';
import { holdSection } from '../../transcript/gate/support/hold.js';

describe('a run that is ending, in a section that keeps the process busy', () => {
  useFakeTime();
  const desk = useDesk();

  /** Hardly anything else ever runs. */
  async function hog(run: Run, forMs: number, atOnceMs: number): Promise<void> {
    for (let busyMs = 0; busyMs < forMs && run.end === undefined; busyMs += atOnceMs) {
      await block(atOnceMs);
      await vi.advanceTimersByTimeAsync(10);
    }
  }

  it.each([7_000, 20_000])(
    '[T4] loses its turn in the end, for %d ms at a time',
    async (atOnceMs) => {
      // Given
      const sessions = desk.open({ settleMs: 15_000 });
      const run = await sessions.acquire({ sessionFile: desk.seed('') });
      const section = await holdSection(run);
      const released = run.release();
      await loopTurn();

      // When
      await hog(run, 600_000, atOnceMs);

      // Then
      const { end } = run;
      await section.leave();
      await released;
      expect(end).toBe('revoked');
    },
  );
});
