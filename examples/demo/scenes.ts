/** One situation from its beginning to its verdict: without Penholder, with it, where needed alone. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';

import type { AgentFolder } from './agent-folder.js';
import { oneLane } from './lanes.js';
import type { Remark } from './remarks.js';
import type { Situation } from './situations.js';
import { play, type Lane, type Outcome } from './stage.js';
import { withoutPenholder, type Variant } from './variants.js';
import { withPenholder } from './with-penholder.js';

export interface Scene {
  readonly situation: Situation;
  readonly without: Outcome;
  readonly guarded: Outcome;
  /** One lane, as many turns, one after the other: what this agent does undisturbed. */
  readonly alone?: Outcome;
  readonly remarks: readonly Remark[];
  /** What is not perfect with Penholder. */
  readonly problems: readonly string[];
}

type OnPlayed = (variant: string, outcome: Outcome) => void;

async function playOnce(
  folder: AgentFolder,
  before: Situation['before'],
  lanes: (file: string) => Lane[],
  variant: Variant,
): Promise<Outcome> {
  const file = join(folder.newSessionFolder(), 'session.jsonl');
  if (before === 'empty file') writeFileSync(file, '');
  if (before === 'two turns') {
    const { failures } = await play(oneLane(file, 2), file, folder, withoutPenholder());
    if (failures.length > 0) throw new Error(`The agent does not work: ${failures.join('; ')}`);
  }
  return play(lanes(file), file, folder, variant);
}

/** With Penholder every figure has exactly one right value. */
function problemsOf(
  guarded: Outcome,
  { turns, takeovers = 0 }: Situation,
  headersAllowed: number,
): string[] {
  const { sent, onDisk, reached, headers, roots, forks, cutCalls } = guarded.facts;
  const { delivered, deliveredReached } = guarded.facts;
  const found: [boolean, string][] = [
    [guarded.mostInside > 1, `${guarded.mostInside} lanes had the file open at once`],
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

export async function playScene(
  situation: Situation,
  folder: AgentFolder,
  onPlayed: OnPlayed = () => {},
): Promise<Scene> {
  const { before, lanes, turns } = situation;
  const playAs = async (name: string, who: typeof lanes, variant: Variant): Promise<Outcome> => {
    const outcome = await playOnce(folder, before, who, variant);
    onPlayed(name, outcome);
    return outcome;
  };
  const without = await playAs('without Penholder', lanes, withoutPenholder());
  const guarded = await playAs('with Penholder', lanes, withPenholder());
  // On an existing empty file this agent repeats its own header, whoever is there.
  const alone =
    before === 'empty file'
      ? await playAs('one lane alone', (file) => oneLane(file, turns), withoutPenholder())
      : undefined;
  const remarks = situation.remarks?.(guarded, without) ?? [];
  const doubts = remarks.filter(({ holds }) => !holds).map(({ text }) => text);
  const problems = [...problemsOf(guarded, situation, alone?.facts.headers ?? 1), ...doubts];
  return { situation, without, guarded, ...(alone && { alone }), remarks, problems };
}
