/** The command line of the bench. */
import { parseArgs } from 'node:util';
import type { Scenario } from './figures.js';

export interface BenchOptions {
  readonly scenarios: readonly Scenario[];
  readonly rounds: number;
  readonly isJson: boolean;
  /** This process is the one that plays the scenario and hands its report to its parent. */
  readonly isChild: boolean;
}

const DEFAULT_ROUNDS = 15;

export function help(scenarios: readonly Scenario[]): string {
  const list = scenarios.map(({ id, title }) => `                ${id}  ${title}`).join('\n');
  return `What Penholder costs, side by side with other locks and queues.

  npm run bench -- [options]

  --only <ids>  only these scenarios, separated by commas:
${list}
  --rounds <n>  samples of each contestant, ${DEFAULT_ROUNDS} by default; slow scenarios take fewer
  --json        the figures as JSON
  --help        this text

Each scenario has a process of its own. A slow figure is reported, never an error; ends with 1
where a scenario did not finish, with 2 where an option is wrong.`;
}

/** Undefined where only help was asked for; throws where an option makes no sense. */
export function readOptions(
  args: readonly string[],
  known: readonly Scenario[],
): BenchOptions | undefined {
  const { values } = parseArgs({
    args: [...args],
    options: {
      only: { type: 'string' },
      rounds: { type: 'string', default: String(DEFAULT_ROUNDS) },
      json: { type: 'boolean', default: false },
      child: { type: 'boolean', default: false },
      help: { type: 'boolean', default: false },
    },
  });
  if (values.help) return undefined;
  return {
    scenarios: values.only === undefined ? known : named(values.only, known),
    rounds: roundCount(values.rounds),
    isJson: values.json,
    isChild: values.child,
  };
}

function named(list: string, known: readonly Scenario[]): Scenario[] {
  return list.split(',').map((text) => {
    const id = text.trim();
    const found = known.find((scenario) => scenario.id === id);
    if (found) return found;
    const ids = known.map((scenario) => scenario.id).join(', ');
    throw new RangeError(`There is no scenario ${JSON.stringify(id)}; known are ${ids}`);
  });
}

function roundCount(text: string): number {
  const count = Number(text);
  if (Number.isSafeInteger(count) && count >= 1) return count;
  throw new RangeError(`--rounds takes a whole number from 1 on, not ${JSON.stringify(text)}`);
}
