import * as fc from 'fast-check';
import { beforeEach, describe, expect, it, vi } from 'vitest';
import { createCoordinator } from '../../src/index.js';
import { createCountingController } from '../support/counting-signal.js';

/** How long each path takes to be resolved is for the schedule to say. */
const resolver = vi.hoisted(() => ({
  schedule: undefined as ((path: string) => Promise<void>) | undefined,
}));

vi.mock('../../src/identity/resolve.js', async (importOriginal) => {
  const original = await importOriginal<object>();
  const resolvePath = async (path: string) => {
    await resolver.schedule?.(path);
    if (path.includes('broken')) throw new Error('broken');
    return { key: '/nowhere/session.jsonl', path, realPath: '/nowhere/session.jsonl' };
  };
  return { ...original, resolvePath };
});

const SPELLINGS = ['/nowhere/session.jsonl', '/nowhere/other.jsonl', '/nowhere/broken.jsonl'];

describe('requests whose paths take their time', () => {
  beforeEach(() => {
    resolver.schedule = undefined;
  });

  it(
    '[O9] [D2] [A7] commit in the order of their calls, whichever path is there first',
    { timeout: 60_000 },
    async () => {
      const call = fc.record({ spelling: fc.nat({ max: 2 }), aborts: fc.boolean() });
      await fc.assert(
        fc.asyncProperty(
          fc.array(call, { minLength: 2, maxLength: 10 }),
          fc.scheduler(),
          async (calls, s) => {
            // Given requests under several spellings, whose resolutions finish in a random order
            resolver.schedule = (path) => s.schedule(Promise.resolve(), path);
            const sessions = createCoordinator({ isolated: true });
            const queued: { index: number; spelling: number }[] = [];
            const controllers = calls.map(() => createCountingController());

            // When they are made in one go, and some give up at a random moment
            const outcomes = calls.map(async ({ spelling, aborts }, index) => {
              const [sessionFile = '', signal] = [SPELLINGS[spelling], controllers[index]?.signal];
              const outcome = sessions.run({ sessionFile, signal }, () => {
                queued.push({ index, spelling });
              });
              if (aborts) {
                void s.schedule(Promise.resolve(), `abort ${index}`).then(() => {
                  controllers[index]?.abort();
                });
              }
              return await outcome.then(
                () => 'served',
                (error: Error) => error.name,
              );
            });
            await s.waitFor(Promise.all(outcomes));
            await s.waitIdle();

            // Then those of one spelling were served in the order of their calls
            for (const [spelling] of SPELLINGS.entries()) {
              const served = queued.filter((one) => one.spelling === spelling);
              const order = served.map(({ index }) => index);
              expect(order).toEqual(order.toSorted((one, other) => one - other));
            }
            // And each was served, gave up, or was told what is wrong with its path
            const settled = await Promise.all(outcomes);
            for (const [index, outcome] of settled.entries()) {
              const isBroken = calls[index]?.spelling === 2;
              const allowed = [isBroken ? 'Error' : 'served'];
              if (calls[index]?.aborts === true) allowed.push('AbortError');
              expect(allowed).toContain(outcome);
            }
            // And nothing is left
            expect(sessions.runs.size).toBe(0);
            await expect(sessions.runs.whenIdle({ waitMs: 0 })).resolves.toBe(true);
            expect(controllers.every(({ signal }) => signal.listeners === 0)).toBe(true);
          },
        ),
        { numRuns: 100 },
      );
    },
  );
});
