import { rmSync } from 'node:fs';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { useFakeTime } from '../../support/fake-time.js';
import { useTempDir } from '../../support/temp-dir.js';
import { strokes } from './support/foreign.js';
import { steps } from './support/plan.js';
import { newTally, runSchedule } from './support/run-schedule.js';

/** `PENHOLDER_MODEL_FOREIGN=10000` for so many schedules, `PENHOLDER_MODEL_SEED=...` repeats one. */
const SCHEDULES = Number(process.env['PENHOLDER_MODEL_FOREIGN'] ?? 200);
const SEED = Number(process.env['PENHOLDER_MODEL_SEED'] ?? Date.now() % 2 ** 31);

/** Until then a failure is made smaller; what was found is told before the test is over. */
const STOP_MS = 30_000 + 500 * SCHEDULES;

describe('a writer without the gate, at any moment of a schedule', () => {
  const dir = useTempDir();
  useFakeTime();

  it(
    '[F7] [F8] [F10] [T7] ends the run that owned then, at its first look, and no other',
    { timeout: STOP_MS + 60_000 },
    async () => {
      // Given random schedules, and one change of one file in each
      const tally = newTally();
      let folders = 0;
      const property = fc.asyncProperty(steps(50), strokes, async (schedule, stroke) => {
        folders += 1;
        // When they are run on real coordinators and real files
        await runSchedule(dir.join(String(folders)), schedule, tally, stroke);
        rmSync(dir.join(String(folders)), { recursive: true });
      });

      // Then the owner is told where it looked again, once, and everything else goes on as ever
      const found = { interruptAfterTimeLimit: STOP_MS, markInterruptAsFailure: true };
      await fc.assert(property, { seed: SEED, numRuns: SCHEDULES, ...found });
      expect(tally.takeovers).toBeGreaterThan(0);
      if (SCHEDULES > 200) console.info(`${SCHEDULES} schedules, seed ${SEED}`, tally);
    },
  );
});
