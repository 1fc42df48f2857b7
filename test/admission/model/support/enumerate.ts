import { type Lane, LaneRunner } from './lanes.js';
import { runPlan } from './run-steps.js';

const MARKER = { isMarker: true, spellings: [['memory:a']] };

/** What a scheduler chose, each time out of those who could go on. */
type Choices = { readonly taken: number; readonly of: number }[];

/** Carries the lanes on as the prefix says, and from there on always the first that can go on. */
async function runOnce(lanes: readonly Lane[], prefix: readonly number[]): Promise<Choices> {
  const choices: Choices = [];
  const plan: Parameters<typeof runPlan>[1] = (driver) => {
    const runner = new LaneRunner(lanes, driver);
    return () => {
      const moves = runner.next();
      const taken = prefix[choices.length] ?? 0;
      const move = moves[taken];
      if (move === undefined) return undefined;
      choices.push({ taken, of: moves.length });
      move.take();
      return [move.operation];
    };
  };
  // What comes before the last choice of the prefix was compared in another order already.
  await runPlan(MARKER, plan, Math.max(0, prefix.length - 1));
  return choices;
}

/** The order after this one: its last choice that has an alternative is made otherwise. */
function nextPrefix(choices: Choices): readonly number[] | undefined {
  const depth = choices.findLastIndex(({ taken, of }) => taken + 1 < of);
  const last = choices[depth];
  if (last === undefined) return undefined;
  return [...choices.slice(0, depth).map(({ taken }) => taken), last.taken + 1];
}

/** Runs the lanes in every order in which their steps can come. @returns how many there are */
export async function runInEveryOrder(lanes: readonly Lane[]): Promise<number> {
  let count = 0;
  for (let prefix: readonly number[] | undefined = []; prefix; count += 1) {
    prefix = nextPrefix(await runOnce(lanes, prefix));
  }
  return count;
}
