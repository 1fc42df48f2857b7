import type { TurnWindow } from '../../../src/ownership/run/windows.js';
import { readOptions } from '../../../src/options/read-options.js';
import { readTerms } from '../../../src/options/read-terms.js';
import type { Judged, Measure } from '../../../src/recovery/detect.js';
import type { RunPhase } from '../../../src/types.js';

/** When everybody is judged. */
export const NOW_MS = 50_000_000;

const SETTLE_MS = 1_000;
const STUCK_MS = 5_000;

/** What differs from a run of a coordinator with `stuckAfterMs` 5,000 and `settleMs` 1,000. */
export interface Situation {
  readonly phase?: RunPhase;
  /** Since its last progress. */
  readonly silentMs?: number;
  /** How much of that the process stood still. */
  readonly excusedMs?: number;
  /** What its coordinator says of silence. */
  readonly stuckAfterMs?: number | false;
  /** What its own request says. */
  readonly ownMs?: number | false | undefined;
  /** What its open prompts have declared. */
  readonly declaredMs?: readonly number[] | undefined;
  readonly settleMs?: number;
  /** How long it has been ending. */
  readonly finishingMs?: number;
}

export function judgedIn(situation: Situation): Judged {
  const { phase = 'active', silentMs = 0, excusedMs = 0, declaredMs, finishingMs } = situation;
  const { stuckAfterMs = STUCK_MS, settleMs = SETTLE_MS, ownMs } = situation;
  const settings = readOptions({ stuckAfterMs, settleMs, waitMs: Infinity, isolated: true });
  const request = { sessionFile: 'memory:judged', stuckAfterMs: ownMs };
  return {
    phase,
    progressMs: NOW_MS - silentMs,
    excusedMs,
    windows: declaredMs && new Set(declaredMs.map((declared) => windowOf(phase, declared))),
    finishing:
      finishingMs === undefined
        ? undefined
        : { end: 'completed', spareMs: 0, sinceMs: NOW_MS - finishingMs },
    terms: readTerms(request, settings),
    origin: settings,
  };
}

/** Nobody asked for anything special, and the process never stood still. */
export function measureOf(measure: Partial<Measure>): Measure {
  return {
    silentMs: undefined,
    allowActiveAbort: false,
    stalledAtMs: -Infinity,
    calmMs: 30_000,
    ...measure,
  };
}

function windowOf(phase: RunPhase, silentMs: number): TurnWindow {
  const kind = phase === 'maintaining' ? phase : 'prompting';
  return { phase: kind, silentMs, dueAtMs: Infinity, spareMs: 0 };
}
