import { mkdir } from 'node:fs/promises';
import * as fc from 'fast-check';
import { afterEach, beforeEach, describe, it, vi } from 'vitest';
import { useTempDir } from '../support/temp-dir.js';
import { STEPS, type Step } from './support/steps.js';
import { World } from './support/world.js';

const RUNS = Number(process.env['LEASING_MODEL_RUNS'] ?? 60);

async function play(world: World, steps: readonly Step[]): Promise<void> {
  for (const step of steps) {
    world.step = step.name;
    await step.do(world);
    await world.quiet();
    world.check();
  }
  await world.end();
}

describe('whatever runs, processes and the provider do', () => {
  const dir = useTempDir();
  let rounds = 0;
  beforeEach(() => {
    const toFake = ['setTimeout', 'clearTimeout', 'setInterval', 'clearInterval'] as const;
    vi.useFakeTimers({ toFake: [...toFake, 'Date', 'performance'] });
  });
  afterEach(() => {
    vi.useRealTimers();
  });

  it('[O2] every owner has the lease, every lease comes back once, and nothing is left', async () => {
    const property = fc.asyncProperty(STEPS, async (steps) => {
      rounds += 1;
      // What a failed round has left is not held against the next, while it is made smaller.
      vi.clearAllTimers();
      const folder = dir.join(String(rounds));
      await mkdir(folder);
      await play(new World(folder), steps);
    });
    await fc.assert(property, { numRuns: RUNS, endOnFailure: false });
  }, 120_000);
});
