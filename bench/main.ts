/**
 * `npm run bench`: see help() in options.ts, or run it with `--help`.
 *
 * Each scenario plays in a process of its own, so that neither the heap that one leaves nor what
 * the engine has learnt from one is seen in the figures of the next.
 */
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { freeKey } from './a-free-key.js';
import { rawPath } from './b-raw-path.js';
import { longQueue } from './c-long-queue.js';
import { abortingWaiters } from './d-aborting-waiters.js';
import { manyFiles } from './e-many-files.js';
import { manyRuns } from './f-many-runs.js';
import type { Report, Scenario } from './figures.js';
import { appending } from './g-append.js';
import { gateCheck } from './h-gate-check.js';
import { metadataNoise } from './i-metadata-noise.js';
import { firstUse } from './j-first-use.js';
import { guests } from './k-guests.js';
import { rewriting } from './l-rewrite.js';
import { wrappedWrite } from './m-wrapped-write.js';
import { admission } from './n-admission.js';
import { leases } from './o-leases.js';
import { type BenchOptions, help, readOptions } from './options.js';
import { asPlainData, asText, header, verdict } from './report.js';

const SCENARIOS = [
  freeKey,
  rawPath,
  longQueue,
  abortingWaiters,
  manyFiles,
  manyRuns,
  appending,
  gateCheck,
  metadataNoise,
  firstUse,
  guests,
  rewriting,
  wrappedWrite,
  admission,
  leases,
];
/** Far more than any scenario takes: a scenario that hangs must not hang the bench. */
const LONGEST_MS = 300_000;

function print(...lines: readonly string[]): void {
  process.stdout.write(`${lines.join('\n')}\n`);
}

/** One line that is written over and over; in a log file, one line per table. */
function progress(id: string): { tell: (what: string) => void; done: () => void } {
  const { stderr } = process;
  let last = '';
  const tell = (what: string): void => {
    const topic = what.split(':', 1)[0] ?? '';
    if (stderr.isTTY) stderr.write(`\r\u001B[K(${id}) ${what.slice(0, 90)}`);
    else if (topic !== last) stderr.write(`(${id}) ${topic}\n`);
    last = topic;
  };
  const done = (): void => {
    if (stderr.isTTY) stderr.write('\r\u001B[K');
  };
  return { tell, done };
}

async function playHere({ id, title, play }: Scenario, rounds: number): Promise<Report> {
  const { tell, done } = progress(id);
  try {
    return { id, title, ...(await play({ rounds, tell })) };
  } finally {
    done();
  }
}

/** Plays a scenario in a process of its own; undefined where that did not finish. */
async function playApart({ id }: Scenario, rounds: number): Promise<Report | undefined> {
  const args = ['--child', '--only', id, '--rounds', String(rounds)];
  const child = fork(fileURLToPath(import.meta.url), args, { timeout: LONGEST_MS });
  let report: Report | undefined;
  child.on('message', (message) => {
    report = message as Report;
  });
  await once(child, 'exit');
  return report;
}

async function beChild(scenario: Scenario, rounds: number): Promise<void> {
  process.once('disconnect', () => process.exit());
  process.send?.(await playHere(scenario, rounds));
  process.disconnect();
}

async function playAll({ scenarios, rounds, isJson }: BenchOptions): Promise<void> {
  const startedMs = performance.now();
  const reports: Report[] = [];
  if (!isJson) print(header());
  for (const scenario of scenarios) {
    const report = await playApart(scenario, rounds);
    if (report === undefined) process.exitCode = 1;
    else reports.push(report);
    if (isJson) continue;
    print(report === undefined ? `\n(${scenario.id}) did not finish` : asText(report));
  }
  if (isJson) {
    print(JSON.stringify({ host: header(), reports: reports.map(asPlainData) }, undefined, 2));
    return;
  }
  const targets = reports.flatMap((report) => report.targets);
  const open = targets.filter(({ isMet }) => !isMet);
  const tookS = ((performance.now() - startedMs) / 1000).toFixed(0);
  const count = `${targets.length - open.length} of ${targets.length} targets met, in ${tookS} s`;
  print('', open.length === 0 ? count : `${count}; not met:`, ...open.map(verdict));
}

async function main(): Promise<void> {
  let options: BenchOptions | undefined;
  try {
    options = readOptions(process.argv.slice(2), SCENARIOS);
  } catch (error) {
    process.stderr.write(`${(error as Error).message}\n\n${help(SCENARIOS)}\n`);
    process.exitCode = 2;
    return;
  }
  const [scenario] = options?.scenarios ?? [];
  if (options === undefined) print(help(SCENARIOS));
  else if (options.isChild && scenario) await beChild(scenario, options.rounds);
  else await playAll(options);
}

await main();
