import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Coordinator, type Run, SessionError } from '../../src/index.js';
import { useStage } from '../ownership/support/stage.js';
import { settled } from '../ownership/support/steps.js';

/** One request, and what its task does once it owns. */
interface Plan {
  readonly file: number;
  readonly onReentry: 'refuse' | 'join';
  readonly how: 'inside' | 'parked' | 'released';
  readonly inParallel: boolean;
  readonly pause: number;
  readonly throws: boolean;
  readonly inner: readonly Plan[];
}

function plansOf(depth: number): fc.Arbitrary<readonly Plan[]> {
  const inner = depth === 0 ? fc.constant([]) : plansOf(depth - 1);
  const plan = fc.record({
    file: fc.nat(3),
    onReentry: fc.constantFrom('refuse' as const, 'join' as const),
    how: fc.constantFrom('inside' as const, 'parked' as const, 'released' as const),
    inParallel: fc.boolean(),
    pause: fc.nat(3),
    throws: fc.boolean(),
    inner,
  });
  return fc.array(plan, { maxLength: 3 });
}

class Expected extends Error {}

async function perform(sessions: Coordinator, plans: readonly Plan[], inParallel: boolean) {
  const start = (one: Plan): Promise<void> => request(sessions, one).catch(ignoreExpected);
  if (inParallel) await Promise.all(plans.map(start));
  else for (const one of plans) await start(one);
}

/** Refusals are answers; a wait that ends by time would be a hang. */
function ignoreExpected(error: unknown): void {
  if (error instanceof Expected) return;
  if (SessionError.is(error) && error.code !== 'ERR_SESSION_WAIT_TIMEOUT') return;
  throw error;
}

async function request(sessions: Coordinator, one: Plan): Promise<void> {
  const { onReentry, inner, inParallel } = one;
  await sessions.run({ sessionFile: `memory:${one.file}`, onReentry }, async (run: Run) => {
    await settled(one.pause);
    const work = (): Promise<void> => perform(sessions, inner, inParallel);
    if (one.how === 'parked') await run.park(work);
    else {
      if (one.how === 'released') await run.release();
      await work();
    }
    if (one.throws) throw new Expected();
  });
}

describe('nested requests', () => {
  const stage = useStage();

  it('[D5][D4] end without any time passing, however lanes are nested', async () => {
    await fc.assert(
      fc.asyncProperty(plansOf(3), async (lanes) => {
        // Given lanes that ask for files inside of each other, in any order
        const sessions = stage.open({ waitMs: Infinity, stuckAfterMs: false });
        const progress = { isOver: false };
        const over = perform(sessions, lanes, true).finally(() => (progress.isOver = true));

        // When nothing but promise jobs runs
        for (let turn = 0; turn < 60 && !progress.isOver; turn += 1) await settled(50);

        // Then every request was answered
        expect(sessions.inspect()).toMatchObject({ held: [], waiting: [], parked: [] });
        expect(progress.isOver).toBe(true);
        await over;
      }),
      { numRuns: 300 },
    );
  });
});
