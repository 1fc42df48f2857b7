import { describe, expect, it } from 'vitest';
import { detect } from '../../src/recovery/detect.js';
import type { Measure } from '../../src/recovery/detect.js';
import { judgedIn, NOW_MS, measureOf, type Situation } from './support/judged.js';

type Row = readonly [name: string, run: Situation, measure: Partial<Measure>, reason: string];

const CALM = { stalledAtMs: NOW_MS - 29_999 };
const OVER_CALM = { stalledAtMs: NOW_MS - 30_000 };
const FORCE = { allowActiveAbort: true };
const HOUR_MS = 3_600_000;

const HAS_OTHER_CLOCKS: readonly Row[] = [
  ['it waits', { phase: 'waiting', silentMs: HOUR_MS }, {}, 'waiting_run'],
  ['it waits, and is to go', { phase: 'waiting' }, FORCE, 'waiting_run'],
  ['it waits, and nothing is allowed', { phase: 'waiting' }, { silentMs: 0 }, 'waiting_run'],
  ['it waits after a stall', { phase: 'waiting' }, CALM, 'waiting_run'],
  ['it is parked', { phase: 'parked', silentMs: HOUR_MS }, {}, 'waiting_run'],
  ['it is parked, and is to go', { phase: 'parked' }, FORCE, 'waiting_run'],
  ['it is parked, and nothing is allowed', { phase: 'parked' }, { silentMs: 0 }, 'waiting_run'],
  ['it maintains', { phase: 'maintaining', silentMs: HOUR_MS }, {}, 'maintaining'],
  ['it maintains, and is to go', { phase: 'maintaining' }, FORCE, 'maintaining'],
  ['it maintains, nothing allowed', { phase: 'maintaining' }, { silentMs: 0 }, 'maintaining'],
  ['it maintains after a stall', { phase: 'maintaining' }, CALM, 'maintaining'],
];

const SILENCE: readonly Row[] = [
  ['it has just moved', {}, {}, 'active_run'],
  ['it is silent a moment less than allowed', { silentMs: 4_999 }, {}, 'active_run'],
  ['it is silent as long as allowed', { silentMs: 5_000 }, {}, 'stuck'],
  ['it is silent for an hour', { silentMs: HOUR_MS }, {}, 'stuck'],
  ['it prompts, silent as allowed', { phase: 'prompting', silentMs: 5_000 }, {}, 'stuck'],
  ['it prompts, silent for less', { phase: 'prompting', silentMs: 4_999 }, {}, 'active_run'],
  ['its clock is ahead of the judge', { silentMs: -10 }, { silentMs: 1 }, 'active_run'],
  ['nothing is allowed', {}, { silentMs: 0 }, 'stuck'],
  ['the judge is less patient', { silentMs: 100 }, { silentMs: 100 }, 'stuck'],
  ['the judge is less patient, not yet', { silentMs: 99 }, { silentMs: 100 }, 'active_run'],
  ['the judge is more patient', { silentMs: 59_999 }, { silentMs: 60_000 }, 'active_run'],
  ['the judge was more patient', { silentMs: 60_000 }, { silentMs: 60_000 }, 'stuck'],
  ['the judge waits for ever', { silentMs: HOUR_MS }, { silentMs: Infinity }, 'active_run'],
  ['no limit', { silentMs: HOUR_MS, stuckAfterMs: false }, {}, 'active_run'],
  ['no limit but the judge’s', { silentMs: 9, stuckAfterMs: false }, { silentMs: 9 }, 'stuck'],
  ['a limit of 0', { stuckAfterMs: 0 }, {}, 'stuck'],
];

const EXCUSED: readonly Row[] = [
  ['all but a moment excused', { silentMs: 9_000, excusedMs: 4_001 }, {}, 'active_run'],
  ['too little excused', { silentMs: 9_000, excusedMs: 4_000 }, {}, 'stuck'],
  ['more excused than silent', { silentMs: 9_000, excusedMs: 9_900 }, {}, 'active_run'],
];

const OWN: readonly Row[] = [
  ['its own patience is longer', { silentMs: 8_999, ownMs: 9_000 }, {}, 'active_run'],
  ['its own patience is over', { silentMs: 9_000, ownMs: 9_000 }, {}, 'stuck'],
  ['its own beats the judge', { silentMs: 8_999, ownMs: 9_000 }, { silentMs: 1 }, 'active_run'],
  ['its own is shorter', { silentMs: 100, ownMs: 100 }, {}, 'stuck'],
  ['the judge beats its own', { silentMs: 200, ownMs: 100 }, { silentMs: 300 }, 'active_run'],
  ['its own never ends', { silentMs: HOUR_MS, ownMs: false }, { silentMs: 0 }, 'active_run'],
  ['only its coordinator is patient', { silentMs: 100 }, { silentMs: 50 }, 'stuck'],
];

const DECLARED: readonly Row[] = [
  ['it declared more', { silentMs: 59_999, declaredMs: [60_000] }, {}, 'active_run'],
  ['what it declared is over', { silentMs: 60_000, declaredMs: [60_000] }, {}, 'stuck'],
  ['the judge has less', { silentMs: 9, declaredMs: [10] }, { silentMs: 1 }, 'active_run'],
  ['the judge has more', { silentMs: 11, declaredMs: [10] }, { silentMs: 12 }, 'active_run'],
  ['it declared less than its limit', { silentMs: 4_999, declaredMs: [10] }, {}, 'active_run'],
  ['the longest counts, first', { silentMs: 7_000, declaredMs: [8_000, 6_000] }, {}, 'active_run'],
  ['the longest counts, last', { silentMs: 7_000, declaredMs: [6_000, 8_000] }, {}, 'active_run'],
  ['all that was declared is over', { silentMs: 8_000, declaredMs: [8_000, 6_000] }, {}, 'stuck'],
  ['it declared no end', { silentMs: HOUR_MS, declaredMs: [Infinity] }, {}, 'active_run'],
  ['it declared nothing', { silentMs: 5_000, declaredMs: [0] }, {}, 'stuck'],
];

const FINISHING: readonly Row[] = [
  [
    'it ends',
    { phase: 'finishing', finishingMs: 999, silentMs: 999 },
    { silentMs: 1 },
    'active_run',
  ],
  [
    'it ends too slowly',
    { phase: 'finishing', finishingMs: 1_000, silentMs: 1_000 },
    { silentMs: 1 },
    'stuck',
  ],
  [
    'it ends, settles longer',
    { phase: 'finishing', finishingMs: 7_000, silentMs: 7_000, settleMs: 8_000 },
    {},
    'active_run',
  ],
  [
    'it has just begun to end',
    { phase: 'finishing', finishingMs: 1, silentMs: 6_000 },
    {},
    'active_run',
  ],
  ['only who ends has time to settle', { silentMs: 999 }, { silentMs: 1 }, 'stuck'],
];

const STALLED: readonly Row[] = [
  ['stuck, just after a stall', { silentMs: HOUR_MS }, CALM, 'event_loop_stalled'],
  ['to go, just after a stall', {}, { ...FORCE, ...CALM }, 'event_loop_stalled'],
  ['nothing allowed, just after', {}, { silentMs: 0, ...CALM }, 'event_loop_stalled'],
  ['prompts, just after', { phase: 'prompting', silentMs: 9_000 }, CALM, 'event_loop_stalled'],
  ['at the very moment', { silentMs: 9_000 }, { stalledAtMs: NOW_MS }, 'event_loop_stalled'],
  ['stuck, one interval after', { silentMs: HOUR_MS }, OVER_CALM, 'stuck'],
  ['healthy, one interval after', {}, OVER_CALM, 'active_run'],
  ['to go, one interval after', {}, { ...FORCE, ...OVER_CALM }, 'requested'],
  ['no calm wanted', { silentMs: 9_000 }, { stalledAtMs: NOW_MS, calmMs: 0 }, 'stuck'],
  ['it never stood still, whatever the calm', { silentMs: 9_000 }, { calmMs: Infinity }, 'stuck'],
];

const REQUESTED: readonly Row[] = [
  ['it moves, and is to go', {}, FORCE, 'requested'],
  ['it prompts, and is to go', { phase: 'prompting' }, FORCE, 'requested'],
  ['it ends, and is to go', { phase: 'finishing', finishingMs: 0 }, FORCE, 'requested'],
  ['it is stuck, and is to go', { silentMs: 5_000 }, FORCE, 'stuck'],
  ['it declared silence, is to go', { silentMs: 9, declaredMs: [99] }, FORCE, 'requested'],
  ['its own never ends, is to go', { silentMs: 9, ownMs: false }, FORCE, 'requested'],
  ['no limit, and is to go', { silentMs: 9, stuckAfterMs: false }, FORCE, 'requested'],
];

describe.each([
  ['that has another clock', '[R10] [T6] ', HAS_OTHER_CLOCKS],
  ['by its silence', '', SILENCE],
  ['with a process that stood still in between', '[S3] ', EXCUSED],
  ['with a patience of its own', '[S3] ', OWN],
  ['with silence that was declared', '[S3] [T6] ', DECLARED],
  ['while it ends', '[T6] ', FINISHING],
  ['after a stall', '[S3] ', STALLED],
  ['whatever it does', '', REQUESTED],
] as const)('detect() of a run %s', (_of, id, rows) => {
  it.each(rows)(`${id}%s`, (_name, situation, measure, reason) => {
    const verdict = detect(judgedIn(situation), NOW_MS, measureOf(measure));

    const isCondemned = reason === 'stuck' || reason === 'requested';
    expect(verdict).toEqual({ isCondemned, reason });
  });
});
