import { linkSync, mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { useFakeTime } from '../support/fake-time.js';
import { useTempDir } from '../support/temp-dir.js';
import { steps } from './plan.js';
import { runSteps } from './run-steps.js';
import type { Names } from './setting.js';

/** `PENHOLDER_MODEL_FILE_OPS` makes it longer, `PENHOLDER_MODEL_SEED` repeats one. */
const OPERATIONS = Number(process.env['PENHOLDER_MODEL_FILE_OPS'] ?? 6_000);
const SEED = Number(process.env['PENHOLDER_MODEL_SEED'] ?? Date.now() % 2 ** 31);

/** What leads to one file: each a way of spelling it, as far as it exists. */
type Alias = 'plain' | 'dots' | 'relative' | 'url' | 'linked folder' | 'link' | 'chain' | 'hard';
const ALIASES: readonly Alias[] = [
  'plain',
  'dots',
  'relative',
  'url',
  'linked folder',
  'link',
  'chain',
  'hard',
];

/** What was found is told before the test is over. */
const STOPS_SHRINKING = { interruptAfterTimeLimit: 30_000, markInterruptAsFailure: true };

describe('ownership of real files, against a plain model', () => {
  const dir = useTempDir();
  useFakeTime();
  let folders = 0;

  /** A folder with three files, the last one missing, and names that lead to each. */
  function build(graph: readonly (readonly Alias[])[]): Names {
    folders += 1;
    const root = dir.join(`graph ${folders}`);
    const real = path.join(root, 'real');
    mkdirSync(real, { recursive: true });
    symlinkSync(real, path.join(root, 'linked'), 'dir');
    const spellings = graph.map((aliases, file) => {
      const name = `session ${file}.jsonl`;
      const target = path.join(real, name);
      const isMissing = file === graph.length - 1;
      if (!isMissing) writeFileSync(target, '');
      const names = (alias: Alias, index: number): string | URL => {
        const other = path.join(root, `${file} ${index} ${alias}`);
        // A file that does not exist has no second name yet.
        if (alias === 'hard' && isMissing) return target;
        if (alias === 'hard') linkSync(target, other);
        if (alias === 'link') symlinkSync(target, other);
        if (alias === 'chain') {
          symlinkSync(path.join('linked', name), `${other} end`);
          symlinkSync(`${other} end`, other);
        }
        const spelt: Record<Alias, string | URL> = {
          plain: target,
          dots: `${root}/real/../linked/./${name}`,
          relative: path.relative(process.cwd(), target),
          url: pathToFileURL(target),
          'linked folder': path.join(root, 'linked', name),
          link: other,
          chain: other,
          hard: other,
        };
        return spelt[alias];
      };
      return aliases.map(names);
    });
    const create = (file: number): void => {
      writeFileSync(path.join(real, `session ${file}.jsonl`), '', { flag: 'a' });
    };
    return { spellings, create };
  }

  it(
    '[P1] [P2] [P3] [P5] [P7] [A1] [A7] agrees under random alias graphs',
    { timeout: 60_000 + 20 * OPERATIONS },
    async () => {
      // Given random names for three files, and random sequences on them
      const taken = { operations: 0, untilOperations: OPERATIONS };
      const graphs = fc.tuple(
        ...[0, 1, 2].map(() => fc.uniqueArray(fc.constantFrom(...ALIASES), { minLength: 2 })),
      );
      const sequences = steps(3, { bursts: false, creates: true })(40);
      for (let seed = SEED; taken.operations < taken.untilOperations; seed += 1) {
        // When each is run on real coordinators, with names taken at random, and on the model
        const property = fc.asyncProperty(graphs, sequences, async (graph, sequence) => {
          taken.operations += await runSteps(build(graph), sequence);
        });
        // Then both agree after every step, whatever name is asked by, and nothing is left
        await fc.assert(property, { seed, numRuns: 20, ...STOPS_SHRINKING });
      }
      expect(taken.operations).toBeGreaterThanOrEqual(OPERATIONS);
    },
  );
});
