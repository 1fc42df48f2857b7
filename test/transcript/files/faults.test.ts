import { describe, expect, it } from 'vitest';
import { useTempDir } from '../../support/temp-dir.js';
import { failEachCall } from './support/fault-sweep.js';
import { useFaultyDisk } from './support/faulty-disk.js';
import { OPERATIONS } from './support/operations.js';

const dir = useTempDir();
const disk = useFaultyDisk();

describe.each([
  { durability: 'os', isKnown: false },
  { durability: 'os', isKnown: true },
  { durability: 'fsync', isKnown: true },
] as const)('one call fails ($durability, file known before: $isKnown)', (setting) => {
  it.each(Object.entries(OPERATIONS))(
    '[O2] [L10] %s tells what it left, gives everything back and lets others go on',
    async (_, operation) => {
      const { trials, problems } = await failEachCall(dir.path, disk, operation, setting);

      expect(problems).toEqual([]);
      expect(trials.length).toBeGreaterThan(0);
    },
    60_000,
  );
});
