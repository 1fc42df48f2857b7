/** The table of all figures and the verdict. Every number in it was measured in this run. */
import colors from 'picocolors';

import type { Scene } from './scenes.js';
import type { Outcome } from './stage.js';

type Paint = (text: string) => string;

interface Column {
  readonly title: string;
  readonly value: (outcome: Outcome) => number;
  /** What the figure has to be; where a lane alone cannot do better, what that one left. */
  readonly ideal: (outcome: Outcome, alone: Outcome | undefined) => number;
}

const TURNS: readonly Column[] = [
  { title: 'sent', value: (o) => o.facts.sent, ideal: (o) => o.facts.sent },
  { title: 'on disk', value: (o) => o.facts.onDisk, ideal: (o) => o.facts.sent },
  { title: 'reached', value: (o) => o.facts.reached, ideal: (o) => o.facts.sent },
];

const TREE: readonly Column[] = [
  { title: 'headers', value: (o) => o.facts.headers, ideal: (_, one) => one?.facts.headers ?? 1 },
  { title: 'roots', value: (o) => o.facts.roots, ideal: () => 1 },
  { title: 'forks', value: (o) => o.facts.forks, ideal: () => 0 },
  { title: 'cut', value: (o) => o.facts.cutCalls, ideal: () => 0 },
];

const NAME_WIDTH = 22;

const FOOTNOTES: readonly string[] = [
  '  reached: the agent finds question and answer after it has opened the file again',
  '  cut: tool calls that are cut off from their results',
];
const ALONE_NOTE =
  '  alone: on an existing empty file this agent repeats its header, whoever is there';

const UNLEASED_NOTE =
  '  no leases: Penholder in each process, and nothing between them: turns that collide are ended';

function sum(outcomes: readonly Outcome[], figure: 'sent' | 'reached'): number {
  return outcomes.reduce((total, { facts }) => total + facts[figure], 0);
}

/** One number, or from the least to the most of all repeats. */
function range(values: readonly number[]): string {
  const [least, most] = [Math.min(...values), Math.max(...values)];
  return least === most ? `${least}` : `${least}-${most}`;
}

function cell(column: Column, outcomes: readonly Outcome[], alone: readonly Outcome[]): string {
  const values = outcomes.map((outcome) => column.value(outcome));
  const isIdeal = outcomes.every(
    (outcome, index) => column.value(outcome) === column.ideal(outcome, alone[index]),
  );
  const text = range(values).padStart(column.title.length + 2);
  return isIdeal ? text : colors.red(text);
}

function share(outcomes: readonly Outcome[]): string {
  const [reached, sent] = [sum(outcomes, 'reached'), sum(outcomes, 'sent')];
  const percent = sent === 0 ? 0 : Math.floor((100 * reached) / sent);
  const paint: Paint = reached === sent ? colors.green : colors.red;
  return paint(`${percent} %`.padStart(6));
}

function row(name: string, outcomes: readonly Outcome[], alone: readonly Outcome[]): string {
  const cells = (columns: readonly Column[]): string =>
    columns.map((column) => cell(column, outcomes, alone)).join('');
  return name.padEnd(NAME_WIDTH) + cells(TURNS) + share(outcomes) + cells(TREE);
}

function rowsOf(scenes: readonly Scene[]): string[] {
  const name = scenes[0]?.situation.name ?? '';
  const alone = scenes.flatMap((scene) => scene.alone ?? []);
  const unleased = scenes.flatMap((scene) => scene.unleased ?? []);
  const pick = (variant: 'without' | 'guarded'): Outcome[] => scenes.map((scene) => scene[variant]);
  const label = (variant: string, first = ''): string => `  ${first.padEnd(11)}${variant}`;
  return [
    row(label('without', name), pick('without'), alone),
    row(label('with'), pick('guarded'), alone),
    ...(alone.length > 0 ? [row(label('alone'), alone, alone)] : []),
    ...(unleased.length > 0 ? [row(label('no leases'), unleased, alone)] : []),
  ];
}

/** One group of rows per situation; `scenes` has all repeats of all situations. */
export function table(scenes: readonly Scene[]): string[] {
  if (scenes.length === 0) return [];
  const titles = (columns: readonly Column[]): string =>
    columns.map(({ title }) => `  ${title}`).join('');
  const names = [...new Set(scenes.map(({ situation }) => situation.name))];
  const head = `${'             Penholder'.padEnd(NAME_WIDTH)}${titles(TURNS)}      ${titles(TREE)}`;
  const groups = names.flatMap((name) =>
    rowsOf(scenes.filter(({ situation }) => situation.name === name)),
  );
  const hasAlone = scenes.some(({ alone }) => alone);
  const hasUnleased = scenes.some(({ unleased }) => unleased);
  const notes = [
    ...FOOTNOTES,
    ...(hasAlone ? [ALONE_NOTE] : []),
    ...(hasUnleased ? [UNLEASED_NOTE] : []),
  ];
  return [colors.bold(head), ...groups, ...notes.map((note) => colors.dim(note))];
}

function reachedOf(outcomes: readonly Outcome[]): string {
  return `${sum(outcomes, 'reached')} of ${sum(outcomes, 'sent')}`;
}

export function problemsIn(scenes: readonly Scene[]): string[] {
  return scenes.flatMap(({ situation, problems }) =>
    problems.map((problem) => `${situation.name}: ${problem}`),
  );
}

function reachedIn(scenes: readonly Scene[]): string[] {
  if (scenes.length === 0) return [];
  const without = reachedOf(scenes.map((scene) => scene.without));
  const guarded = reachedOf(scenes.map((scene) => scene.guarded));
  return [`The agent reaches ${without} turns without Penholder, ${guarded} with it.`];
}

/** The last word: how much was reached, and everything that is not perfect with Penholder. */
export function verdict(scenes: readonly Scene[], problems: readonly string[]): string[] {
  const reached = reachedIn(scenes);
  if (problems.length === 0)
    return [
      ...reached,
      colors.green(colors.bold('Perfect with Penholder: every figure in every situation.')),
    ];
  const found = problems.map((problem) => colors.red(`  ${problem}`));
  return [...reached, colors.red(colors.bold('Not perfect with Penholder:')), ...found];
}
