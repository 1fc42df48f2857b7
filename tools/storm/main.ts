/** `npm run storm`: see HELP in options.ts, or run it with `--help`. */
import pc from 'picocolors';
import { type CommandLine, HELP, readCommandLine } from './options.js';
import { printable } from './report.js';
import { runStorm } from './storm.js';

async function play({ minutes, json, ...options }: CommandLine): Promise<void> {
  const report = await runStorm({
    ...options,
    seconds: minutes * 60,
    onRound: ({ seed, findings }) => {
      if (json) return;
      const isClean = findings.length === 0;
      const verdict = isClean ? pc.green('clean') : pc.red(`${findings.length} wrong`);
      console.log(`round with seed ${seed}: ${verdict}`);
    },
  });
  const facts = { minutes, ...options, ...report };
  console.log(json ? JSON.stringify(facts, null, 2) : printable(report));
  if (report.findings.length > 0) process.exitCode = 1;
}

/** Undefined where there is nothing to play. */
function commandLine(): CommandLine | undefined {
  try {
    const options = readCommandLine(process.argv.slice(2));
    if (options === undefined) console.log(HELP);
    return options;
  } catch (error) {
    console.error(`${(error as Error).message}\n\n${HELP}`);
    process.exitCode = 2;
    return undefined;
  }
}

const options = commandLine();
if (options) await play(options);
