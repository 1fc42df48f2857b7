import type { AdmissionMode, RunKind } from '../../../../src/types.js';
import type { Driver } from './driver.js';
import type { Operation } from './plan.js';

/** What the code of a lane does next with its message, or with its turn. */
export type Move =
  | 'claim'
  | 'run'
  | 'prompt'
  | 'end prompt'
  | 'park'
  | 'come back'
  | 'finish'
  | 'cancel'
  | 'abort'
  | 'taken'
  | 'not taken'
  | 'stop the first';

/** One message from its call to its end: what its lane does, one after another. */
export interface Lane {
  readonly mode: AdmissionMode;
  readonly kind?: RunKind;
  readonly force?: boolean;
  readonly moves: readonly Move[];
}

/** Carries the lanes of one test on, and says which of them can go on now. */
export class LaneRunner {
  readonly #lanes: readonly Lane[];
  readonly #driver: Driver;
  readonly #left: (readonly ['admit' | Move, Lane, number])[][];

  constructor(lanes: readonly Lane[], driver: Driver) {
    this.#lanes = lanes;
    this.#driver = driver;
    this.#left = this.#lanes.map((lane, index) =>
      (['admit', ...lane.moves] as const).map((move) => [move, lane, index] as const),
    );
  }

  /** What each lane that is not blocked would do. */
  next(): { readonly operation: Operation; take(): void }[] {
    return this.#left.flatMap((moves) => {
      this.#dropDead(moves);
      const [next] = moves;
      const operation = next && this.#operation(...next);
      return operation ? [{ operation, take: () => void moves.shift() }] : [];
    });
  }

  /** A message that is over does nothing more; only its holder may still answer. */
  #dropDead(moves: (readonly ['admit' | Move, Lane, number])[]): void {
    for (let [next] = moves; next; [next] = moves) {
      const [move, , index] = next;
      const call = this.#driver.calls.find(({ id }) => id === String(index));
      if (move === 'admit' || move === 'abort' || move === 'stop the first') return;
      const isOpen = this.#isInHands(index);
      const isLate = move === 'taken' || move === 'not taken';
      if (isLate ? isOpen || call?.model.admission === undefined : call?.model.isAlive) return;
      if (move === 'finish' && call?.model.isTask && !call.model.isTaskOver) return;
      moves.shift();
    }
  }

  #isInHands(index: number): boolean {
    const { steers } = this.#driver;
    return steers.some(({ message, gate }) => message === String(index) && !gate.isOpen);
  }

  #operation(move: 'admit' | Move, lane: Lane, index: number): Operation | undefined {
    const who = String(index);
    const run = this.#driver.calls.find(({ id }) => id === who)?.model;
    if (move === 'admit') {
      const { mode, kind = 'person', force = false } = lane;
      const usual = { file: 0, alias: index, waitMs: undefined, hasSteer: true, joins: false };
      return { do: move, id: who, lane: index, mode, kind, force, signal: index, ...usual };
    }
    if (move === 'abort') return { do: move, signal: index };
    if (move === 'taken' || move === 'not taken') {
      if (!this.#isInHands(index)) return undefined;
      return { do: 'answer', who, how: move === 'taken' ? 'true' : 'false' };
    }
    if (move === 'stop the first') {
      return { do: 'interrupt', who: '0', isByFile: false, settleMs: undefined };
    }
    if (move === 'claim' || move === 'run') {
      return run?.hasTicket ? { do: 'claim', who, isTask: move === 'run' } : undefined;
    }
    if (move === 'cancel') return run?.hasTicket ? { do: move, who } : undefined;
    return run?.isStarted ? use(move, who, run.phase, run.isTask, run.why) : undefined;
  }
}

type Use = 'prompt' | 'end prompt' | 'park' | 'come back' | 'finish';

function use(
  move: Use,
  who: string,
  phase: string,
  isTask: boolean,
  why: string | undefined,
): Operation | undefined {
  if (move === 'prompt') {
    return phase === 'active' && why === undefined ? { do: move, who } : undefined;
  }
  if (move === 'end prompt') return phase === 'prompting' ? { do: move, who } : undefined;
  if (move === 'park') return phase === 'active' ? { do: move, who, waitMs: 50_021 } : undefined;
  if (move === 'come back') return phase === 'parked' ? { do: move, who } : undefined;
  return isTask ? { do: move, who, how: 'value' } : { do: 'release', who };
}
