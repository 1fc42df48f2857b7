/** One situation from its beginning to its verdict: without Penholder, with it, where needed alone. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';

import type { AgentFolder } from './agent-folder.js';
import type { GatewayPool } from './gateways/gateway-process.js';
import { playGateways } from './gateways/play.js';
import type { Guard } from './gateways/talk.js';
import { EARLIER, oneLane } from './lanes.js';
import type { Remark } from './remarks.js';
import type { GatewaySituation, LaneSituation, Situation } from './situations.js';
import { play, type Lane, type Outcome } from './stage.js';
import { withoutPenholder, type Variant } from './variants.js';
import { withPenholder } from './with-penholder.js';

export interface Scene {
  readonly situation: Situation;
  readonly without: Outcome;
  readonly guarded: Outcome;
  /** One lane, as many turns, one after the other: what this agent does undisturbed. */
  readonly alone?: Outcome;
  /** Penholder in each process, and nothing between them. */
  readonly unleased?: Outcome;
  readonly remarks: readonly Remark[];
  /** What is not perfect with Penholder. */
  readonly problems: readonly string[];
}

type OnPlayed = (variant: string, outcome: Outcome) => void;

/** What all situations are played with. */
export interface Theatre {
  readonly folder: AgentFolder;
  readonly pool: GatewayPool;
}

async function fileFor({ before }: Situation, folder: AgentFolder): Promise<string> {
  const file = join(folder.newSessionFolder(), 'session.jsonl');
  if (before === 'empty file') writeFileSync(file, '');
  if (before === 'two turns') {
    const { failures } = await play(oneLane(file, 2, EARLIER), file, folder, withoutPenholder());
    if (failures.length > 0) throw new Error(`The agent does not work: ${failures.join('; ')}`);
  }
  return file;
}

/** With Penholder every figure has exactly one right value. */
function problemsOf(guarded: Outcome, situation: Situation, headersAllowed: number): string[] {
  const { turns } = situation;
  const takeovers = 'takeovers' in situation ? (situation.takeovers ?? 0) : 0;
  const mostInside = 'mostInside' in situation ? (situation.mostInside ?? 1) : 1;
  const { sent, onDisk, reached, headers, roots, forks, cutCalls } = guarded.facts;
  const { delivered, deliveredReached } = guarded.facts;
  const found: [boolean, string][] = [
    [guarded.mostInside > mostInside, `${guarded.mostInside} lanes had the file open at once`],
    [sent !== turns, `${sent} of ${turns} turns went well`],
    [onDisk !== sent, `${onDisk} of ${sent} sent turns are on disk`],
    [reached !== sent, `${reached} of ${sent} sent turns can be reached`],
    [
      deliveredReached !== delivered,
      `${deliveredReached} of ${delivered} records of guests can be reached`,
    ],
    [
      guarded.tally.takeovers !== takeovers,
      `${guarded.tally.takeovers} takeovers, not ${takeovers}`,
    ],
    [headers < 1 || headers > headersAllowed, `${headers} headers, not ${headersAllowed}`],
    [roots !== 1, `${roots} roots, not 1`],
    [forks !== 0, `${forks} forks`],
    [cutCalls !== 0, `${cutCalls} tool calls are cut off from their results`],
  ];
  return [...found.filter(([wrong]) => wrong).map(([, text]) => text), ...guarded.failures];
}

type PlayAs = (name: string, playIt: (file: string) => Promise<Outcome>) => Promise<Outcome>;

type Outcomes = Pick<Scene, 'without' | 'guarded' | 'alone' | 'unleased'>;

async function playLanes(
  { before, lanes, turns }: LaneSituation,
  folder: AgentFolder,
  playAs: PlayAs,
): Promise<Outcomes> {
  const playWith = (who: (file: string) => Lane[], variant: Variant) => (file: string) =>
    play(who(file), file, folder, variant);
  const without = await playAs('without Penholder', playWith(lanes, withoutPenholder()));
  const guarded = await playAs('with Penholder', playWith(lanes, withPenholder()));
  if (before !== 'empty file') return { without, guarded };
  // On an existing empty file this agent repeats its own header, whoever is there.
  const one = (file: string): Lane[] => oneLane(file, turns);
  return {
    without,
    guarded,
    alone: await playAs('one lane alone', playWith(one, withoutPenholder())),
  };
}

async function playProcesses(
  { gateways, expireMs, unleased }: GatewaySituation,
  pool: GatewayPool,
  playAs: PlayAs,
): Promise<Outcomes> {
  const playWith = (guard: Guard) => (file: string) =>
    playGateways(gateways, { file, pool, guard, expireMs });
  const without = await playAs('without Penholder', playWith('nothing'));
  const guarded = await playAs('with Penholder', playWith('leases'));
  if (!unleased) return { without, guarded };
  return { without, guarded, unleased: await playAs('without leases', playWith('no leases')) };
}

export async function playScene(
  situation: Situation,
  { folder, pool }: Theatre,
  onPlayed: OnPlayed = () => {},
): Promise<Scene> {
  const playAs: PlayAs = async (name, playIt) => {
    const outcome = await playIt(await fileFor(situation, folder));
    onPlayed(name, outcome);
    return outcome;
  };
  const outcomes =
    'gateways' in situation
      ? await playProcesses(situation, pool, playAs)
      : await playLanes(situation, folder, playAs);
  const { guarded, without, alone, unleased } = outcomes;
  const remarks = situation.remarks?.(guarded, without, unleased) ?? [];
  const doubts = remarks.filter(({ holds }) => !holds).map(({ text }) => text);
  const problems = [...problemsOf(guarded, situation, alone?.facts.headers ?? 1), ...doubts];
  return { situation, ...outcomes, remarks, problems };
}
