/** What a situation shows besides its figures, read from what was seen with Penholder. */
import type { Outcome } from './stage.js';
import type { Stretch } from './stretches.js';

/** A sentence about what was seen, and whether it is as it must be. */
export interface Remark {
  readonly text: string;
  readonly holds: boolean;
}

/** The nth turn of a lane, and the turn that was granted after it, whoever got it. */
export function turnAndNext(outcome: Outcome, label: string, nth: number): (Stretch | undefined)[] {
  const turns = outcome.stretches.filter(({ state }) => state === 'holding');
  const turn = turns.filter((stretch) => stretch.label === label)[nth];
  return [turn, turn && turns[turns.indexOf(turn) + 1]];
}

/** How long a turn was waited for, and the lanes that had waited longer for theirs. */
export function waitBefore(
  { stretches }: Outcome,
  { label, fromMs: grantedMs }: Stretch,
): { waitedMs: number; passed: string[] } {
  const waits = stretches.filter(
    ({ state, fromMs, toMs }) => state === 'waiting' && fromMs <= grantedMs && toMs >= grantedMs,
  );
  const own = waits.find((wait) => wait.label === label);
  const passed = waits.filter((wait) => own && wait.fromMs < own.fromMs);
  const waitedMs = Math.round(grantedMs - (own?.fromMs ?? grantedMs));
  return { waitedMs, passed: passed.map((wait) => wait.label) };
}
