/** The command line of the storm. */
import { parseArgs } from 'node:util';
import type { Through } from './settings.js';

export interface CommandLine {
  readonly minutes: number;
  readonly processes: number;
  readonly files: number;
  readonly seed: number;
  readonly through: Through;
  readonly json: boolean;
}

export const HELP = `Many processes on few session files, while they are killed, stopped and blocked; then a checker.

  npm run storm -- [minutes [processes]] [options]

  --minutes <n>     how long, 0.05 or more (1); longer ones begin anew each minute
  --processes <n>   how many at a time (16)
  --files <n>       that they share, each under several names (4)
  --seed <n>        of the first minute; the later ones count up (from the clock)
  --through <what>  coordinator, or the bare provider (coordinator)
  --json            everything that was counted and measured, as JSON
  --help            this text

Ends with 1 where anything was wrong, with 2 if an option is wrong.`;

function numberOf(name: string, text: string, least: number): number {
  const value = Number(text);
  const isWhole = Number.isSafeInteger(value) || (name === 'minutes' && Number.isFinite(value));
  if (text.trim() !== '' && isWhole && value >= least) return value;
  const wanted = name === 'minutes' ? 'a number' : 'a whole number';
  throw new RangeError(`--${name} takes ${wanted} from ${least} on, not ${JSON.stringify(text)}`);
}

function throughOf(text: string): Through {
  if (text === 'coordinator' || text === 'provider') return text;
  throw new RangeError(`--through takes coordinator or provider, not ${JSON.stringify(text)}`);
}

/**
 * Undefined where only help was asked for.
 *
 * @throws TypeError, RangeError an option makes no sense
 */
export function readCommandLine(args: readonly string[]): CommandLine | undefined {
  const { values, positionals } = parseArgs({
    args: [...args],
    allowPositionals: true,
    options: {
      minutes: { type: 'string' },
      processes: { type: 'string' },
      files: { type: 'string', default: '4' },
      seed: { type: 'string', default: String(Date.now() % 1_000_000) },
      through: { type: 'string', default: 'coordinator' },
      json: { type: 'boolean', default: false },
      help: { type: 'boolean', default: false },
    },
  });
  if (values.help) return undefined;
  const [minutes = '1', processes = '16', ...others] = positionals;
  if (others.length > 0) {
    throw new RangeError(`There is no third number, got ${JSON.stringify(others[0])}`);
  }
  return {
    minutes: numberOf('minutes', values.minutes ?? minutes, 0.05),
    processes: numberOf('processes', values.processes ?? processes, 1),
    files: numberOf('files', values.files, 1),
    seed: numberOf('seed', values.seed, 0),
    through: throughOf(values.through),
    json: values.json,
  };
}
