import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  type Admission,
  type AdmissionMode,
  type Coordinator,
  RunInterruptedError,
} from '../../../src/index.js';
import { useStage } from '../../ownership/support/stage.js';
import { useFakeTime } from '../../support/fake-time.js';
import { startPrompting } from '../support/scene.js';
import { inTicks } from './support/in-ticks.js';

/** One message: how it asks, and what the run that prompts says to it. */
interface Lane {
  readonly mode: AdmissionMode;
  readonly isTaken: boolean;
}

const LANE: fc.Arbitrary<Lane> = fc.record({
  mode: fc.constantFrom('queue', 'steer', 'steer', 'interrupt', 'skip'),
  isTaken: fc.boolean(),
});
const LANES = fc.tuple(LANE, LANE, LANE);
const SIZES = fc.array(fc.integer({ min: 1, max: 4 }), { minLength: 1, maxLength: 8 });

/** What became of a message: in whose hands it is, or what its caller was told. */
type Fate = 'taken' | 'served' | 'busy' | 'stopped';

describe('three messages whose steps come several in one tick', { timeout: 60_000 }, () => {
  useFakeTime();
  const stage = useStage();

  async function fateOf(admission: Admission, s: fc.Scheduler, name: string): Promise<Fate> {
    if (admission.outcome === 'steered') return 'taken';
    if (admission.outcome === 'busy') return 'busy';
    await s.schedule(Promise.resolve(), `${name} is claimed`);
    try {
      const run = await admission.ticket.acquire();
      await s.schedule(Promise.resolve(), `${name} ends`);
      await run.release();
      return 'served';
    } catch (error) {
      // A later one interrupts: the caller of a turn that was not taken yet is told.
      if (!(error instanceof RunInterruptedError)) throw error;
      return 'stopped';
    }
  }

  /** A run that prompts, and the messages that it said it has. */
  async function startHolder(sessions: Coordinator, s: fc.Scheduler, lanes: readonly Lane[]) {
    const said: unknown[] = [];
    const holder = await startPrompting(sessions, { sessionFile: 'memory:a' }, async (message) => {
      const isTaken = lanes[Number(message)]?.isTaken === true;
      await s.schedule(Promise.resolve(), `message ${String(message)} is answered`);
      if (isTaken) said.push(message);
      return isTaken;
    });
    return { holder, said };
  }

  it('[R1] [R7] [V5] ends each of them in exactly one way, whatever meets', async () => {
    const property = fc.asyncProperty(fc.scheduler(), LANES, SIZES, async (s, lanes, sizes) => {
      // Given a run that prompts, and answers messages when the scheduler says so
      const sessions = stage.open({ settleMs: 60_000 });
      const { holder, said } = await startHolder(sessions, s, lanes);
      const ends = s.schedule(Promise.resolve(), 'the holder goes on').then(async () => {
        await s.schedule(Promise.resolve(), 'the holder ends');
        await holder.end();
      });

      // When three messages come, are claimed and end, several steps in one tick
      const asked = lanes.map(async ({ mode }, n) => {
        const name = `message ${n}`;
        await s.schedule(Promise.resolve(), `${name} is asked`);
        const request = { sessionFile: 'memory:a', runId: name, mode, message: n };
        return await fateOf(await sessions.admit(request), s, name);
      });
      await inTicks(s, sizes, Promise.all([ends, ...asked]));
      await ends;
      const fates = await Promise.all(asked);

      // Then each is in exactly one pair of hands, and the books say the same
      const taken = lanes.flatMap((_, n) => (fates[n] === 'taken' ? [n] : []));
      const late = stage.lines.splice(0).filter(({ message }) => message.includes('too late'));
      const { counters, held, waiting } = sessions.inspect();
      expect([held, waiting]).toEqual([[], []]);
      expect(said).toEqual(expect.arrayContaining(taken));
      expect(said).toHaveLength(taken.length + late.length);
      expect(counters).toMatchObject({
        requests: 4,
        steered: taken.length,
        busy: fates.filter((fate) => fate === 'busy').length,
        granted: 1 + fates.filter((fate) => fate === 'served' || fate === 'stopped').length,
      });
    });
    await fc.assert(property, { numRuns: 150 });
  });
});
