import { type Command, readArguments } from './arguments.js';
import { doctor } from './doctor.js';
import { CouldNotLook, EXIT, UsageError } from './exit-codes.js';
import { ls } from './ls.js';
import type { Output } from './output.js';
import { USAGE } from './usage.js';
import { who } from './who.js';

export interface Cli extends Output {
  /** Of this package. */
  version(): string;
}

/** Does what the words on the command line say. The exit code. */
export async function runCli(args: readonly string[], cli: Cli): Promise<number> {
  try {
    return await perform(readArguments(args), cli);
  } catch (error) {
    if (error instanceof UsageError) {
      cli.err(`penholder: ${error.message}\npenholder --help tells more.\n`);
      return EXIT.usage;
    }
    if (error instanceof CouldNotLook) {
      cli.err(`penholder: ${error.message}\n`);
      return EXIT.couldNotLook;
    }
    throw error;
  }
}

async function perform(command: Command, cli: Cli): Promise<number> {
  if (command.name === 'doctor') return await doctor(command, cli);
  if (command.name === 'ls') {
    const problems = await ls(command, cli);
    return problems.length > 0 ? EXIT.couldNotLook : EXIT.fine;
  }
  if (command.name === 'who') await who(command.file, command.isJson, cli);
  else await cli.out(command.name === 'help' ? USAGE : `${cli.version()}\n`);
  return EXIT.fine;
}
