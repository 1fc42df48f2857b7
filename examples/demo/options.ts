/** The command line of the demo. */
import { parseArgs } from 'node:util';

import { RECOVERY } from './recovery-show.js';
import { SITUATIONS, type Situation } from './situations.js';

export interface DemoOptions {
  readonly situations: readonly Situation[];
  /** Whether the scene of the recoveries is played, too. */
  readonly recovery: boolean;
  readonly repeat: number;
  readonly quiet: boolean;
}

const NAMES = [...SITUATIONS.map(({ name }) => name), RECOVERY].join(', ');

export const HELP = `The real pi agent, several lanes, one transcript: without Penholder and with it.

  npm run demo -- [options]

  --only <name>   only this situation (may be given several times):
                  ${NAMES}
  --repeat <n>    all of it n times in a row; pictures only the first time
  --quiet         no pictures: the table and the verdict
  --help          this text

The last line is JSON: what the recoveries and the situations with two processes came to.
Ends with 1 if any figure with Penholder is not perfect, with 2 if an option is wrong.`;

function situationNamed(name: string): Situation {
  const found = SITUATIONS.find((situation) => situation.name === name);
  if (found) return found;
  throw new RangeError(`There is no situation ${JSON.stringify(name)}; known are ${NAMES}`);
}

function repeatCount(text: string): number {
  const count = Number(text);
  if (Number.isSafeInteger(count) && count >= 1) return count;
  throw new RangeError(`--repeat takes a whole number from 1 on, not ${JSON.stringify(text)}`);
}

/** Undefined where only help was asked for; throws where an option makes no sense. */
export function readOptions(args: readonly string[]): DemoOptions | undefined {
  const { values } = parseArgs({
    args: [...args],
    options: {
      only: { type: 'string', multiple: true },
      repeat: { type: 'string', default: '1' },
      quiet: { type: 'boolean', default: false },
      help: { type: 'boolean', default: false },
    },
  });
  if (values.help) return undefined;
  const { only } = values;
  const situations = only?.filter((name) => name !== RECOVERY).map(situationNamed) ?? SITUATIONS;
  const recovery = only?.includes(RECOVERY) ?? true;
  return { situations, recovery, repeat: repeatCount(values.repeat), quiet: values.quiet };
}
