import { describe, expect, it, vi } from 'vitest';
import type { Run } from '../../src/index.js';
import { useStage } from '../ownership/support/stage.js';
import { waitBehind } from '../runs/support/sessions.js';
import { useFakeTime } from '../support/fake-time.js';
import { watchedOwner } from './support/scenes.js';
import { block } from './support/stalls.js';

const FILE = 'memory:a';
const SETTLE_MS = 15_000;

describe('a run that keeps the process busy', () => {
  useFakeTime();
  const stage = useStage();

  /** Hardly anything else ever runs. */
  async function hog(run: Run, forMs: number, atOnceMs: number): Promise<void> {
    for (let busyMs = 0; busyMs < forMs && run.end === undefined; busyMs += atOnceMs) {
      await block(atOnceMs);
      await vi.advanceTimersByTimeAsync(10);
    }
  }

  it.each([7_000, 20_000])(
    '[T4] is cleared by who stops it, for %d ms at a time',
    async (atOnceMs) => {
      // Given a run that keeps the process busy, and a person who waits
      const sessions = stage.open({ stuckAfterMs: false, settleMs: SETTLE_MS });
      const run = await watchedOwner(sessions, { sessionFile: FILE, kind: 'cron' });
      const { granted } = await waitBehind(sessions, { sessionFile: FILE, waitMs: Infinity });

      // When that person stops it
      const interrupt = sessions.interrupt({ sessionFile: FILE });
      await hog(run, 120_000, atOnceMs);

      // Then it loses its turn, however busy it is
      const { end } = run;
      await run.release();
      await interrupt;
      await (await granted).release();
      expect(end).toBe('revoked');
    },
  );

  it('[T4] is cleared by the limit of its turn', async () => {
    const sessions = stage.open({ stuckAfterMs: false, maxHoldMs: 60_000, settleMs: SETTLE_MS });
    const run = await watchedOwner(sessions, { sessionFile: FILE });

    await hog(run, 240_000, 7_000);

    const { end } = run;
    await run.release();
    expect(end).toBe('revoked');
  });
});
