import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { useFakeTime } from '../../support/fake-time.js';
import { steps } from './support/plan.js';
import { runSteps } from './support/run-steps.js';

/** `PENHOLDER_ADMISSION_OPS` makes it longer, `PENHOLDER_SEED` repeats one. */
const OPERATIONS = Number(process.env['PENHOLDER_ADMISSION_OPS'] ?? 15_000);
const SEED = Number(process.env['PENHOLDER_SEED'] ?? Date.now() % 2 ** 31);

const MARKERS = { isMarker: true, spellings: [['memory:a'], ['memory:b']] };

/** What was found is told before the test is over. */
const STOPS_SHRINKING = { interruptAfterTimeLimit: 30_000, markInterruptAsFailure: true };

describe('admission, against a plain model', () => {
  useFakeTime();

  it(
    '[R1] [R2] [R7] [R8] [R9] [I3] [O9] [A7] agrees after every random operation',
    { timeout: 60_000 + 5 * OPERATIONS },
    async () => {
      // Given as many random sequences as make up the number of operations
      const taken = { operations: 0, untilOperations: OPERATIONS };
      const sequences = steps(2, { bursts: true })(50);
      for (let seed = SEED; taken.operations < taken.untilOperations; seed += 1) {
        // When each is run on real coordinators and on the model
        const property = fc.asyncProperty(sequences, async (sequence) => {
          const { operations } = await runSteps(MARKERS, sequence);
          taken.operations += operations;
        });
        // Then both agree after every step, and nothing is left at the end
        await fc.assert(property, { seed, numRuns: 50, ...STOPS_SHRINKING });
      }
      expect(taken.operations).toBeGreaterThanOrEqual(OPERATIONS);
    },
  );
});
