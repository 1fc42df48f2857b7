/** The scene of the recoveries in the terminal: told while it happens, then what it comes to. */
import { performance } from 'node:perf_hooks';

import colors from 'picocolors';

import type { AgentFolder } from './agent-folder.js';
import { wrap } from './lines.js';
import { lineOf, problemsWith, type RecoveryFacts, type RecoveryLine } from './recovery-facts.js';
import type { Narrator } from './recovery-story.js';
import { HEARTBEAT, playRecovery, SETTLE_MS } from './recovery-scene.js';

export const RECOVERY = 'recovery';
const TITLE = 'a heartbeat finds a session stuck whose file another run has';

/** `1587 ms  cron:nightly      ` */
const TIME_WIDTH = 7;
const WHO_WIDTH = 18;
const INDENT = TIME_WIDTH + 2 + WHO_WIDTH;

function tellLine(atMs: number, who: string, what: string): string {
  const time = `${Math.round(atMs)} ms`.padStart(TIME_WIDTH);
  const [first = '', ...others] = wrap(`${time}  ${who.padEnd(WHO_WIDTH)}${what}`, INDENT);
  return [colors.dim(first.slice(0, TIME_WIDTH)) + first.slice(TIME_WIDTH), ...others].join('\n');
}

/** Where the file is does not matter, and is long. */
function lateText({ lateWrite, first }: RecoveryFacts): string {
  const folder = (first.outcome.sessionFile ?? '').replace(/[/\\][^/\\]*$/, '');
  return String(lateWrite).replaceAll(folder, '...');
}

async function show(place: string, folder: AgentFolder): Promise<RecoveryFacts> {
  const { intervalMs, warnAfterMs, abortAfterMs } = HEARTBEAT;
  const clocks =
    `every ${intervalMs} ms the heartbeat looks for reports older than ${warnAfterMs} ms and runs ` +
    `silent for ${abortAfterMs} ms; who is told to stop has ${SETTLE_MS} ms`;
  const lines = ['', colors.bold(`${place} ${TITLE}`), ...wrap(`  ${clocks}`, 2)];
  process.stdout.write(`${lines.join('\n')}\n`);
  const startedMs = performance.now();
  const facts = await playRecovery(folder, {
    chapter: (title) => process.stdout.write(`  ${title}\n`),
    tell: (who, what) => {
      process.stdout.write(`${tellLine(performance.now() - startedMs, who, what)}\n`);
    },
  });
  const late = wrap(`  > the late write got: ${lateText(facts)}`, 4).join('\n');
  process.stdout.write(`${late.replace('>', colors.green('>'))}\n`);
  return facts;
}

const SILENT: Narrator = { chapter: () => {}, tell: () => {} };

export interface RecoveryResult {
  readonly line: RecoveryLine;
  readonly problems: readonly string[];
}

/** @param place of the scene among all; without one nothing is told */
export async function recoverOnce(folder: AgentFolder, place?: string): Promise<RecoveryResult> {
  const facts =
    place === undefined ? await playRecovery(folder, SILENT) : await show(place, folder);
  const line = lineOf(facts);
  return { line, problems: problemsWith(line) };
}
