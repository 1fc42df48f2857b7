import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createCoordinator, RUN_KINDS, type RunKind, SessionError } from '../../src/index.js';
import { createCountingController } from '../support/counting-signal.js';

interface Lane {
  readonly kind: RunKind;
  readonly awaits: number;
  /** After how many steps of the schedule its caller gives up, if it does. */
  readonly abortsAfter: number | undefined;
  readonly ends: 'returns' | 'throws' | 'parks' | 'releases';
  readonly way: 'run' | 'acquire';
}

const lane: fc.Arbitrary<Lane> = fc.record({
  kind: fc.constantFrom(...RUN_KINDS),
  awaits: fc.nat({ max: 4 }),
  abortsAfter: fc.option(fc.nat({ max: 4 }), { nil: undefined, freq: 2 }),
  ends: fc.constantFrom('returns', 'throws', 'parks', 'releases'),
  way: fc.constantFrom('run', 'acquire'),
});

const EXPECTED = [
  'done',
  'thrown',
  'ERR_SESSION_WAIT_ABORTED',
  'ERR_SESSION_RUN_INTERRUPTED',
  'ERR_SESSION_RUN_ENDED',
];

/** Lanes whose steps come in any order that a schedule can make of them. */
async function play(lanes: readonly Lane[], s: fc.Scheduler) {
  const sessions = createCoordinator({ isolated: true });
  const sessionFile = 'memory:lanes';
  const controllers = lanes.map(() => createCountingController());
  const inside = new Set<number>();
  const started: number[] = [];
  let overlaps = 0;
  const enter = (index: number): void => {
    if (inside.size > 0) overlaps += 1;
    inside.add(index);
  };
  const step = (label: string): Promise<void> => s.schedule(Promise.resolve(), label);

  const live = async ({ awaits, ends, kind, way }: Lane, index: number): Promise<string> => {
    const signal = controllers[index]?.signal;
    const task = async (run: {
      park(task: () => Promise<void>): Promise<void>;
      release(): Promise<void>;
    }): Promise<string> => {
      started.push(index);
      enter(index);
      try {
        for (let count = 0; count < awaits; count += 1) await step(`${index} works`);
        if (ends === 'parks') {
          inside.delete(index);
          await run.park(() => step(`${index} is parked`));
          enter(index);
          await step(`${index} works again`);
        }
        if (ends === 'throws') throw new Error('thrown');
        return 'done';
      } finally {
        inside.delete(index);
        if (ends === 'releases') await run.release();
      }
    };
    try {
      if (way === 'run') return await sessions.run({ sessionFile, kind, signal }, task);
      await using run = await sessions.acquire({ sessionFile, kind, signal });
      return await task(run);
    } catch (error) {
      return SessionError.is(error) ? error.code : (error as Error).message;
    }
  };
  const outcomes = lanes.map(live);
  const aborts = lanes.map(async ({ abortsAfter }, index) => {
    if (abortsAfter === undefined) return;
    for (let count = 0; count <= abortsAfter; count += 1) await step(`caller of ${index} waits`);
    controllers[index]?.abort();
  });
  await s.waitFor(Promise.all([...outcomes, ...aborts]));
  const listeners = controllers.reduce((sum, { signal }) => sum + signal.listeners, 0);
  return { outcomes: await Promise.all(outcomes), overlaps, started, sessions, listeners };
}

describe('lanes under random schedules', () => {
  it(
    '[R1] [P2] [O1] [R2] never overlap, and each comes to an end',
    { timeout: 60_000 },
    async () => {
      await fc.assert(
        fc.asyncProperty(
          fc.array(lane, { minLength: 2, maxLength: 8 }),
          fc.scheduler(),
          async (lanes, s) => {
            // Given lanes on one file that work, park, throw and are aborted
            // When their steps come in a random order
            const { outcomes, overlaps, sessions, listeners } = await play(lanes, s);

            // Then no two were ever inside, each settled, and nothing is left
            expect(overlaps).toBe(0);
            for (const outcome of outcomes) expect(EXPECTED).toContain(outcome);
            const { held, waiting, parked, draining } = sessions.inspect();
            expect([held, waiting, parked, draining, sessions.runs.size, listeners]).toEqual([
              ...[[], [], [], []],
              ...[0, 0],
            ]);
          },
        ),
        { numRuns: 100 },
      );
    },
  );

  it(
    '[O9] are served in the order of their calls where their kinds are equal',
    { timeout: 60_000 },
    async () => {
      const equal = lane.map((one): Lane => ({ ...one, kind: 'cron', abortsAfter: undefined }));
      await fc.assert(
        fc.asyncProperty(
          fc.array(equal, { minLength: 2, maxLength: 8 }),
          fc.scheduler(),
          async (lanes, s) => {
            // Given lanes of one kind
            // When their steps come in a random order
            const { started } = await play(lanes, s);

            // Then they started one after another as they had called
            expect(started).toEqual(lanes.map((_, index) => index));
          },
        ),
        { numRuns: 60 },
      );
    },
  );
});
