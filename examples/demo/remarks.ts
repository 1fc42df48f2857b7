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
