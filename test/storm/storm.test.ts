import { describe, expect, it } from 'vitest';
import { runStorm } from '../../tools/storm/storm.js';

const SECONDS = 20;

describe('a storm of sixteen processes on four files', () => {
  it(
    '[L4] [I7] [X3] [X5] leaves no overlap, no lost record, and no file that cannot be had',
    { timeout: 120_000 },
    async () => {
      const report = await runStorm({
        ...{ seconds: SECONDS, processes: 16, files: 4, seed: 5, through: 'coordinator' },
      });

      expect(report.findings).toEqual([]);
      // It was a storm, and work was done in it.
      const { kills = 0, pauses = 0, acked = 0 } = report.figures;
      expect(kills).toBeGreaterThan(SECONDS / 2);
      expect(pauses).toBeGreaterThan(SECONDS / 4);
      expect(acked).toBeGreaterThan(SECONDS);
    },
  );
});
