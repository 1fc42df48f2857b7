import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { useFakeTime } from '../support/fake-time.js';
import { steps } from './plan.js';
import { runSteps } from './run-steps.js';

/**
 * The usual run takes about 10 s. `PENHOLDER_MODEL_OPS=1000000` makes it as long as needed for so
 * many operations, `PENHOLDER_MODEL_SEED=...` repeats one.
 */
const OPERATIONS = Number(process.env['PENHOLDER_MODEL_OPS'] ?? 40_000);
const SEED = Number(process.env['PENHOLDER_MODEL_SEED'] ?? Date.now() % 2 ** 31);

const NAMES = { spellings: [['memory:a'], ['memory:b'], ['memory:c']] };

/** What was found is told before the test is over. */
const STOPS_SHRINKING = { interruptAfterTimeLimit: 30_000, markInterruptAsFailure: true };

describe('ownership, against a plain model', () => {
  useFakeTime();

  it(
    '[P2] [O1] [O9] [A1] [A3] [A7] [D4] [T2] [V5] agrees after every random operation',
    { timeout: 60_000 + 5 * OPERATIONS },
    async () => {
      // Given as many random sequences as make up the number of operations
      const taken = { operations: 0, untilOperations: OPERATIONS };
      const sequences = steps(3, { bursts: true, creates: false })(60);
      for (let seed = SEED; taken.operations < taken.untilOperations; seed += 1) {
        // When each is run on real coordinators and on the model
        const property = fc.asyncProperty(sequences, async (sequence) => {
          taken.operations += await runSteps(NAMES, sequence);
        });
        // Then both agree after every step, and nothing is left at the end
        await fc.assert(property, { seed, numRuns: 50, ...STOPS_SHRINKING });
      }
      expect(taken.operations).toBeGreaterThanOrEqual(OPERATIONS);
      if (OPERATIONS > 40_000) console.info(`${taken.operations} operations, first seed ${SEED}`);
    },
  );
});
