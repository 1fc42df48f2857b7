import { linkSync, mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { useFakeTime } from '../../support/fake-time.js';
import { useTempDir } from '../../support/temp-dir.js';
import type { Setting } from './support/driver.js';
import { steps } from './support/plan.js';
import { runSteps } from './support/run-steps.js';

/** `PENHOLDER_ADMISSION_FILE_OPS` makes it longer, `PENHOLDER_SEED` repeats one. */
const OPERATIONS = Number(process.env['PENHOLDER_ADMISSION_FILE_OPS'] ?? 4_000);
const SEED = Number(process.env['PENHOLDER_SEED'] ?? Date.now() % 2 ** 31);

/** What was found is told before the test is over. */
const STOPS_SHRINKING = { interruptAfterTimeLimit: 30_000, markInterruptAsFailure: true };

describe('admission to real files, against a plain model', () => {
  const dir = useTempDir();
  useFakeTime();
  let folders = 0;

  /** Two files, the second one missing, and several names of each. */
  function build(): Setting {
    folders += 1;
    const root = dir.join(`folder ${folders}`);
    const real = path.join(root, 'real');
    mkdirSync(real, { recursive: true });
    symlinkSync(real, path.join(root, 'linked'), 'dir');
    const spellings = ['a.jsonl', 'b.jsonl'].map((name) => {
      const target = path.join(real, name);
      const usual = [target, pathToFileURL(target), path.join(root, 'linked', name)];
      return [...usual, `${root}/real/../linked/./${name}`, path.relative(process.cwd(), target)];
    });
    writeFileSync(path.join(real, 'a.jsonl'), '');
    linkSync(path.join(real, 'a.jsonl'), path.join(root, 'hard.jsonl'));
    spellings[0]?.push(path.join(root, 'hard.jsonl'));
    return { isMarker: false, spellings };
  }

  it(
    '[R1] [R2] [R7] [R9] [P2] [I1] [A7] agrees after every random operation, by whatever name',
    { timeout: 60_000 + 20 * OPERATIONS },
    async () => {
      // Given random sequences, in which much happens while a path is still being resolved
      const taken = { operations: 0, untilOperations: OPERATIONS };
      const sequences = steps(2, { bursts: false })(40);
      for (let seed = SEED; taken.operations < taken.untilOperations; seed += 1) {
        // When each is run on real coordinators, with names taken at random, and on the model
        const property = fc.asyncProperty(sequences, async (sequence) => {
          const { operations } = await runSteps(build(), sequence);
          taken.operations += operations;
        });
        // Then both agree after every step, and nothing is left at the end
        await fc.assert(property, { seed, numRuns: 20, ...STOPS_SHRINKING });
      }
      expect(taken.operations).toBeGreaterThanOrEqual(OPERATIONS);
    },
  );
});
