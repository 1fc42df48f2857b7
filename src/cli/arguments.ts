import { parseArgs } from 'node:util';
import { UsageError } from './exit-codes.js';

export type Command =
  | { readonly name: 'help' | 'version' }
  | { readonly name: 'who'; readonly file: string; readonly isJson: boolean }
  | {
      readonly name: 'ls' | 'doctor';
      readonly folder: string;
      readonly isJson: boolean;
      readonly isRecursive: boolean;
      readonly isHeldOnly: boolean;
      readonly isFixing: boolean;
    };

const OPTIONS = {
  json: { type: 'boolean' },
  recursive: { type: 'boolean', short: 'r' },
  held: { type: 'boolean' },
  fix: { type: 'boolean' },
  help: { type: 'boolean', short: 'h' },
  version: { type: 'boolean', short: 'V' },
} as const;

type Flag = keyof typeof OPTIONS;

const ALLOWED: Readonly<
  Record<string, { readonly wants: string; readonly flags: readonly Flag[] }>
> = {
  who: { wants: 'FILE', flags: ['json'] },
  ls: { wants: 'DIR', flags: ['json', 'recursive', 'held'] },
  doctor: { wants: 'DIR', flags: ['json', 'recursive', 'fix'] },
};

/** @throws UsageError */
export function readArguments(args: readonly string[]): Command {
  const { values, positionals } = parse(args);
  const [name, operand, ...more] = positionals;
  if (values.help) return { name: 'help' };
  if (values.version) return { name: 'version' };
  if (name === undefined) throw new UsageError('A command is missing: who, ls or doctor.');
  const allowed = Object.hasOwn(ALLOWED, name) ? ALLOWED[name] : undefined;
  if (allowed === undefined) {
    throw new UsageError(`There is no command ${JSON.stringify(name)}: use who, ls or doctor.`);
  }
  for (const flag of Object.keys(values) as Flag[]) {
    if (!allowed.flags.includes(flag)) throw new UsageError(`${name} has no option --${flag}.`);
  }
  if (operand === undefined || operand === '') {
    throw new UsageError(`${name} needs a ${allowed.wants}: penholder ${name} ${allowed.wants}`);
  }
  if (more.length > 0) {
    throw new UsageError(`${name} takes one ${allowed.wants}, and got ${more.length + 1}.`);
  }
  if (operand.includes('\0')) throw new UsageError('A name cannot hold a NUL character.');
  const { json: isJson = false, recursive: isRecursive = false } = values;
  if (name === 'who') return { name, file: operand, isJson };
  const { held: isHeldOnly = false, fix: isFixing = false } = values;
  const visit = { folder: operand, isJson, isRecursive, isHeldOnly, isFixing };
  return { name: name as 'ls' | 'doctor', ...visit };
}

function parse(args: readonly string[]) {
  try {
    return parseArgs({ args: [...args], options: OPTIONS, allowPositionals: true });
  } catch (error) {
    const { code = '', message } = error as NodeJS.ErrnoException;
    if (!code.startsWith('ERR_PARSE_ARGS')) throw error;
    // Its second sentence is about a way to write names that `--help` tells more plainly.
    throw new UsageError(`${message.split('. ')[0]?.replace(/\.?$/, '.')}`);
  }
}
