import { rmSync } from 'node:fs';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { useFakeTime } from '../../support/fake-time.js';
import { useTempDir } from '../../support/temp-dir.js';
import { steps } from './support/plan.js';
import { newTally, runSchedule } from './support/run-schedule.js';

/**
 * The usual run takes about 10 s. `PENHOLDER_MODEL_SECTIONS=300000` makes it as long as needed for
 * so many sections, `PENHOLDER_MODEL_SEED=...` repeats one.
 */
const SECTIONS = Number(process.env['PENHOLDER_MODEL_SECTIONS'] ?? 12_000);
const SEED = Number(process.env['PENHOLDER_MODEL_SEED'] ?? Date.now() % 2 ** 31);

/** What was found is told before the test is over. */
const STOPS_SHRINKING = { interruptAfterTimeLimit: 30_000, markInterruptAsFailure: true };

describe('the transcript, against a plain model of the file', () => {
  const dir = useTempDir();
  useFakeTime();

  it(
    '[F1] [F2] [F3] [F4] [F5] [A7] [D3] holds what was acknowledged, in order, once, with no takeover',
    { timeout: 60_000 + 20 * SECTIONS },
    async () => {
      // Given as many random schedules as make up the number of sections
      const tally = newTally();
      let folders = 0;
      for (let seed = SEED; tally.sections < SECTIONS; seed += 1) {
        // When owners, guests, queued writes, windows and readers use two files as they like
        const property = fc.asyncProperty(steps(50), async (schedule) => {
          folders += 1;
          await runSchedule(dir.join(String(folders)), schedule, tally);
          rmSync(dir.join(String(folders)), { recursive: true });
        });
        // Then the files agree with the model at every quiet point, and nothing is left
        await fc.assert(property, { seed, numRuns: 20, ...STOPS_SHRINKING });
      }
      expect(tally.sections).toBeGreaterThanOrEqual(SECTIONS);
      console.info(`${tally.sections} sections, first seed ${SEED}`, tally);
    },
  );
});
