import * as fc from 'fast-check';
import { describe, expect, it, vi } from 'vitest';
import { wander } from './support/explore.js';
import { usePlayedDisk } from './support/played.js';
import type { Scenario } from './support/scenario.js';
import { LARGE } from './scenarios.js';

vi.mock(
  import('../../../../src/leases/lock-file/liveness.js'),
  async () => (await import('./support/judged.js')) as never,
);
vi.mock(
  import('../../../../src/leases/lock-file/identity.js'),
  async () => (await import('./support/judged.js')) as never,
);

/** More in a run of its own: WALKS=5000. */
const WALKS = Number(process.env['WALKS'] ?? 150);

describe('the ledger, with its calls in any order', () => {
  usePlayedDisk();

  it.each(Object.keys(LARGE))(
    '[L4] never gives a file to two, nor takes it from one that lives: %s',
    { timeout: 3_600_000 },
    (name) => {
      const scenario = LARGE[name] as Scenario;

      fc.assert(
        fc.property(fc.infiniteStream(fc.nat()), (choices) => {
          const found = wander(scenario, (most) => (choices.next().value as number) % most);
          expect(found).toBeUndefined();
        }),
        { numRuns: WALKS },
      );
    },
  );
});
