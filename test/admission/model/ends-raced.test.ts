import { describe, expect, it } from 'vitest';
import { useFakeTime } from '../../support/fake-time.js';
import { orders, race } from './support/raced-ends.js';
import type { Stage } from './support/raced-run.js';

/** How many things end the run at once: `PENHOLDER_RACED=4` takes minutes, 8 is all of them. */
const AT_ONCE = Number(process.env['PENHOLDER_RACED'] ?? 3);
const STAGES: readonly Stage[] = [
  ...(['unclaimed', 'in hands', 'a task', 'prompting', 'parked', 'coming back'] as const),
];
/** From "in one step" to "after everything that follows". */
const JOBS_BETWEEN = [0, 1, Infinity];

describe('the end of one run, raced by all that may end it', () => {
  useFakeTime();

  it.each(STAGES)(
    '[I3] [I4] [S4] [S5] [T7] [O1] is one, passes on once and stops nobody else: %s',
    { timeout: 600_000 },
    async (stage) => {
      // Given a run, and two messages that wait behind it
      const faults: string[] = [];
      const all = orders(AT_ONCE);
      // When interrupt, recovery, caller, limits, close, ticket and task end it in every order
      for (const causes of all) {
        for (const jobs of JOBS_BETWEEN) faults.push(...(await race(stage, causes, jobs)));
      }
      // Then there was one end, one grant of the next one, and no act on that
      expect(all).toHaveLength([1, 8, 56, 336, 1_680, 6_720, 20_160, 40_320, 40_320][AT_ONCE] ?? 0);
      expect(faults.slice(0, 20)).toEqual([]);
    },
  );
});
