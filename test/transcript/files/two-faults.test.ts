import { describe, expect, it } from 'vitest';
import { useTempDir } from '../../support/temp-dir.js';
import { failTwoCalls } from './support/fault-sweep.js';
import { useFaultyDisk } from './support/faulty-disk.js';
import { OPERATIONS } from './support/operations.js';

const dir = useTempDir();
const disk = useFaultyDisk();

/** Those of which each has its own way to deal with a failure. */
const NAMES = [
  'append to a file',
  'append to no file',
  'append to a last line without its end',
  'a guest append beside an owner',
  'rewrite',
  'rewrite of no file',
  'rotate',
  'dropTornTail',
  'write',
  'writeSync',
];

describe.each([
  { durability: 'os', isKnown: true },
  { durability: 'fsync', isKnown: true },
] as const)('two calls fail ($durability)', (setting) => {
  it.each(Object.entries(OPERATIONS).filter(([name]) => NAMES.includes(name)))(
    '[O2] [L10] %s tells what it left, gives everything back and lets others go on',
    async (_, operation) => {
      const { trials, problems } = await failTwoCalls(dir.path, disk, operation, setting);

      expect(problems).toEqual([]);
      expect(trials.length).toBeGreaterThan(0);
    },
    120_000,
  );
});
