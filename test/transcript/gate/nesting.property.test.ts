import { rmSync } from 'node:fs';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { useDesk } from './support/desk.js';
import { stateSoon } from './support/hold.js';
import { Performer, plansOf } from './support/plans.js';

const FILES = [0, 1, 2];

describe('turns, sections and guests inside each other', () => {
  const desk = useDesk();

  it('[D4][D5][F2] end without any time passing, and lose no write', async () => {
    await fc.assert(
      fc.asyncProperty(plansOf(3, FILES.length), async (lanes) => {
        // Given lanes that enter files inside each other, in any order, with nothing that ends by time
        for (const file of FILES) rmSync(desk.file(`${file}`), { force: true });
        const sessions = desk.open({
          waitMs: Infinity,
          settleMs: Infinity,
          stuckAfterMs: false,
          maxWaiting: Infinity,
        });
        const performer = new Performer(sessions, (file) => desk.file(`${file}`));

        // When they run
        const state = await stateSoon(performer.perform(lanes, true));

        // Then each was answered, and each write that was confirmed is there once
        expect(state).toBe('done');
        expect(sessions.inspect()).toMatchObject({ held: [], waiting: [], parked: [] });
        const found = FILES.map((file) => desk.records(`${file}`).length);
        expect(found).toEqual(FILES.map((file) => performer.written.get(file) ?? 0));
      }),
      { numRuns: 100, interruptAfterTimeLimit: 45_000 },
    );
  }, 60_000);
});
