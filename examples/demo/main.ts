/** `npm run demo`: see HELP in options.ts, or run it with `--help`. */
import { performance } from 'node:perf_hooks';

import { VERSION } from '@mariozechner/pi-coding-agent';
import colors from 'picocolors';

import { configureAgent, makeAgentFolder, type AgentFolder } from './agent-folder.js';
import { wrap } from './lines.js';
import { HELP, readOptions, type DemoOptions } from './options.js';
import { RECOVERY, recoverOnce, type RecoveryResult } from './recovery-show.js';
import { problemsIn, table, verdict } from './report.js';
import { createGatewayPool } from './gateways/gateway-process.js';
import { linesOf } from './gateways/lines.js';
import { playScene, type Scene, type Theatre } from './scenes.js';
import { startScriptedModel } from './scripted-model.js';
import type { Situation } from './situations.js';
import { drawSwimLanes, LEGEND } from './swim-lanes.js';

function print(...lines: readonly string[]): void {
  process.stdout.write(`${lines.join('\n')}\n`);
}

function inSeconds(milliseconds: number): string {
  return `${(milliseconds / 1000).toFixed(1)} s`;
}

/** One situation with its picture: tells while it plays, draws when it has played. */
async function show(situation: Situation, place: string, theatre: Theatre): Promise<Scene> {
  process.stdout.write(`\n${colors.bold(`${place} ${situation.title}`)}\n  played`);
  const scene = await playScene(situation, theatre, (variant, { tookMs }) => {
    process.stdout.write(`  ${variant} ${inSeconds(tookMs)}`);
  });
  print('', ...drawSwimLanes(scene.without, scene.guarded));
  for (const { text, holds } of scene.remarks) {
    const remark = wrap(`  > ${text}`, 4).join('\n');
    print(remark.replace('>', holds ? colors.green('>') : colors.red('>')));
  }
  return scene;
}

interface Played {
  readonly scenes: readonly Scene[];
  readonly recoveries: readonly RecoveryResult[];
}

function problemsOf({ scenes, recoveries }: Played): string[] {
  return [...problemsIn(scenes), ...recoveries.flatMap(({ problems }) => problems)];
}

/** Everything with its picture. */
async function showAll({ situations, recovery }: DemoOptions, theatre: Theatre): Promise<Played> {
  const { folder } = theatre;
  print(`The pi agent ${VERSION} with a scripted model: several lanes, one transcript.`, ...LEGEND);
  const scenes: Scene[] = [];
  const count = situations.length + (recovery ? 1 : 0);
  for (const [index, situation] of situations.entries()) {
    scenes.push(await show(situation, `${index + 1}/${count}`, theatre));
  }
  return { scenes, recoveries: recovery ? [await recoverOnce(folder, `${count}/${count}`)] : [] };
}

/** Everything in one line. */
async function playRound(
  { situations, recovery }: DemoOptions,
  round: string,
  theatre: Theatre,
): Promise<Played> {
  const { folder } = theatre;
  const startedMs = performance.now();
  const scenes: Scene[] = [];
  process.stdout.write(round);
  for (const situation of situations) {
    process.stdout.write(` ${situation.name}`);
    scenes.push(await playScene(situation, theatre));
  }
  if (recovery) process.stdout.write(` ${RECOVERY}`);
  const played = { scenes, recoveries: recovery ? [await recoverOnce(folder)] : [] };
  const problems = problemsOf(played);
  const result = problems.length === 0 ? colors.green('perfect') : colors.red(problems.join('; '));
  print(`  ${inSeconds(performance.now() - startedMs)}  ${result}`);
  return played;
}

async function playRounds(options: DemoOptions, theatre: Theatre): Promise<Played> {
  const { repeat, quiet } = options;
  const rounds = quiet ? [] : [await showAll(options, theatre)];
  for (let round = quiet ? 1 : 2; round <= repeat; round += 1) {
    const title = `${`${round}`.padStart(3)} of ${repeat}:`;
    rounds.push(await playRound(options, title, theatre));
  }
  return {
    scenes: rounds.flatMap(({ scenes }) => scenes),
    recoveries: rounds.flatMap(({ recoveries }) => recoveries),
  };
}

/** Nothing stays behind, however this process ends. */
function removeAtExit(folder: AgentFolder): void {
  process.once('exit', () => folder.remove());
  const signals = { SIGHUP: 129, SIGINT: 130, SIGTERM: 143 };
  for (const [signal, code] of Object.entries(signals))
    process.once(signal, () => process.exit(code));
}

async function run(options: DemoOptions): Promise<number> {
  const startedMs = performance.now();
  const folder = makeAgentFolder();
  removeAtExit(folder);
  const model = await startScriptedModel();
  configureAgent(folder, model.baseUrl);
  const pool = createGatewayPool(folder);
  if (options.situations.some((situation) => 'gateways' in situation)) pool.prepare(2);
  const played = await playRounds(options, { folder, pool });
  await pool.close();
  await model.close();
  const { scenes, recoveries } = played;
  const problems = problemsOf(played);
  print('', ...table(scenes), ...(scenes.length > 0 ? [''] : []), ...verdict(scenes, problems));
  const rounds = options.repeat > 1 ? `${options.repeat} times in a row, ` : '';
  const took = inSeconds(performance.now() - startedMs);
  print(`Played ${rounds}${model.calls} model calls in ${took}.`);
  // Where it was played more than once: one that is not as it must be, or else the last one.
  const last = recoveries.find((recovery) => recovery.problems.length > 0) ?? recoveries.at(-1);
  const line = {
    ...(last && { recovery: last.line }),
    ...linesOf(scenes),
  };
  if (Object.keys(line).length > 0) print(JSON.stringify(line));
  return problems.length === 0 ? 0 : 1;
}

async function main(): Promise<number> {
  let options: DemoOptions | undefined;
  try {
    options = readOptions(process.argv.slice(2));
  } catch (error) {
    process.stderr.write(`${(error as Error).message} (--help tells what there is)\n`);
    return 2;
  }
  if (options) return run(options);
  print(HELP);
  return 0;
}

try {
  process.exitCode = await main();
} catch (error) {
  // A lane may still be at work, and there is nobody left to wait for it.
  process.stderr.write(`${String(error instanceof Error ? error.stack : error)}\n`);
  process.exit(1);
}
