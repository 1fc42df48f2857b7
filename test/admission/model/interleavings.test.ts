import { describe, expect, it } from 'vitest';
import { ADMISSION_MODES, type AdmissionMode } from '../../../src/types.js';
import { useFakeTime } from '../../support/fake-time.js';
import { runInEveryOrder } from './support/enumerate.js';
import type { Lane, Move } from './support/lanes.js';

/** The lane that usually comes first: it prompts, and may take messages meanwhile. */
const HOLDER: Lane = { mode: 'queue', moves: ['claim', 'prompt', 'finish'] };
const TASK: Lane = { mode: 'queue', moves: ['run', 'finish'] };
const WAITER: Lane = { mode: 'queue', moves: ['claim', 'finish'] };

function lane(mode: AdmissionMode): Lane {
  const moves: readonly Move[] = ['claim', 'finish'];
  return { mode, moves: mode === 'steer' ? ['taken', ...moves] : moves };
}

/** What three lanes do, and in how many orders that can come. */
const SCENES: readonly (readonly [what: string, orders: number, lanes: readonly Lane[]])[] = [
  [
    'two messages are not taken, one of them given up',
    671,
    [
      HOLDER,
      { mode: 'steer', moves: ['not taken', 'run', 'finish'] },
      { mode: 'steer', moves: ['abort', 'taken'] },
    ],
  ],
  [
    'a person would be stopped by background work, which may not',
    575,
    [HOLDER, { ...lane('interrupt'), kind: 'cron' }, { ...lane('steer'), kind: 'heartbeat' }],
  ],
  [
    'background work forces its way',
    383,
    [
      HOLDER,
      { ...lane('interrupt'), kind: 'cron', force: true },
      { ...lane('steer'), kind: 'heartbeat', force: true },
    ],
  ],
  [
    'a person comes after background work',
    360,
    [
      { ...HOLDER, kind: 'heartbeat' },
      { ...WAITER, kind: 'cron' },
      { ...lane('interrupt'), kind: 'person' },
    ],
  ],
  [
    'places are given up, before and after the grant',
    277,
    [
      { mode: 'queue', moves: ['claim', 'cancel', 'finish'] },
      { mode: 'interrupt', moves: ['cancel', 'claim'] },
      { mode: 'queue', moves: ['abort', 'run', 'finish'] },
    ],
  ],
  [
    'a run gives its turn up for a while',
    1_517,
    [{ mode: 'queue', moves: ['claim', 'park', 'come back', 'finish'] }, lane('interrupt'), TASK],
  ],
  [
    'a run that has a message in hands gives its turn up for a while',
    488,
    [
      { mode: 'queue', moves: ['claim', 'prompt', 'end prompt', 'park', 'come back'] },
      { mode: 'steer', moves: ['taken'] },
      { ...TASK, kind: 'command' },
    ],
  ],
  [
    'the first is stopped, whatever it is at',
    1_112,
    [
      { mode: 'queue', moves: ['run', 'finish'] },
      { mode: 'queue', moves: ['stop the first', 'claim', 'finish'] },
      { mode: 'interrupt', moves: ['run', 'cancel', 'finish'] },
    ],
  ],
];

const PAIRS = ADMISSION_MODES.flatMap((one) => ADMISSION_MODES.map((two) => [one, two] as const));

describe('three lanes of one file, in every order', () => {
  useFakeTime();

  it(
    '[R1] [R7] [R8] [O9] [V5] lose no message and serve none twice, whatever their modes are',
    { timeout: 120_000 },
    async () => {
      // Given a run that prompts, and two messages in any two modes
      let orders = 0;
      for (const [one, two] of PAIRS) {
        // When their steps come in every order that is possible
        orders += await runInEveryOrder([HOLDER, lane(one), lane(two)]);
      }
      // Then each order came to what the model says, after every step
      expect(orders).toBe(6_078);
    },
  );

  it.each(SCENES)(
    '[R1] [R2] [R9] [I3] lose no message and serve none twice where %s, in all %i orders',
    { timeout: 120_000 },
    async (_, orders, lanes) => {
      expect(await runInEveryOrder(lanes)).toBe(orders);
    },
  );
});
