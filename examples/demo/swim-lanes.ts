/** Who held and who waited when: one row per lane, time from left to right, plain ASCII. */
import colors from 'picocolors';

import { WIDTH } from './lines.js';
import type { Outcome } from './stage.js';
import type { Stretch } from './stretches.js';

const INDENT = '    ';

type Paint = (text: string) => string;

/** Characters with the colour that each of them has. */
const PAINTS: Record<string, Paint> = {
  '.': colors.dim,
  '#': colors.green,
  '=': colors.yellow,
  X: colors.red,
};

function paint(cells: string): string {
  return cells.replaceAll(/\.+|#+|=+|X+/g, (run) => PAINTS[run.charAt(0)]?.(run) ?? run);
}

export const LEGEND: readonly string[] = [
  `  ${paint('[==]')} a turn    ${paint('[XX]')} a turn while another lane is inside, too`,
  `  ${paint('[##]')} a turn that Penholder granted    ${paint('....')} waiting for one`,
  '  y  the lane was asked to yield     !  it threw    a  it was aborted',
  '  g  it wrote as a guest             p  it wrote past Penholder',
  '  t  a takeover ended its turn       r  it rewrote the file',
  '  s  a turn took its message in      i  it interrupted a turn',
  '  k  its process was killed          z  it was paused, and  c  continued',
];

interface Scale {
  readonly startMs: number;
  readonly msPerColumn: number;
  readonly columns: number;
}

function columnOf(atMs: number, { startMs, msPerColumn, columns }: Scale): number {
  return Math.min(columns - 1, Math.max(0, Math.floor((atMs - startMs) / msPerColumn)));
}

/** Whether another turn is open in the middle of this column. */
function isShared(column: number, own: Stretch, turns: readonly Stretch[], scale: Scale): boolean {
  const atMs = scale.startMs + (column + 0.5) * scale.msPerColumn;
  return turns.some((turn) => turn !== own && turn.fromMs <= atMs && atMs < turn.toMs);
}

function drawTurn(row: string[], own: Stretch, outcome: Outcome, scale: Scale): void {
  const turns = outcome.stretches.filter(({ state }) => state === 'holding');
  const [first, last] = [columnOf(own.fromMs, scale), columnOf(own.toMs, scale)];
  for (let column = first; column <= last; column += 1) {
    const open = isShared(column, own, turns, scale) ? 'X' : '=';
    row[column] = outcome.guarded ? '#' : open;
  }
  if (last > first) [row[first], row[last]] = ['[', ']'];
}

function rowOf(label: string, outcome: Outcome, scale: Scale): string {
  const row = Array.from({ length: scale.columns }, () => ' ');
  const own = outcome.stretches.filter((stretch) => stretch.label === label);
  for (const { state, fromMs, toMs } of own) {
    if (state === 'waiting') {
      row.fill('.', columnOf(fromMs, scale), columnOf(toMs, scale) + 1);
    }
  }
  for (const stretch of own) {
    if (stretch.state === 'holding') drawTurn(row, stretch, outcome, scale);
  }
  for (const mark of outcome.marks) {
    if (mark.label === label) row[columnOf(mark.atMs, scale)] = mark.sign;
  }
  return paint(row.join('').trimEnd());
}

function spanMs(outcome: Outcome): number {
  return Math.max(...outcome.stretches.map(({ toMs }) => toMs)) - startMs(outcome);
}

function startMs(outcome: Outcome): number {
  return Math.min(...outcome.stretches.map(({ fromMs }) => fromMs));
}

function heading(name: string, { facts, mostInside }: Outcome): string {
  const { reached, sent } = facts;
  const lanes = mostInside > 1 ? `up to ${mostInside} lanes at once` : 'one lane at a time';
  const result = `${lanes}, the agent reaches ${reached} of ${sent} turns`;
  return `  ${colors.bold(name)}: ${reached === sent ? colors.green(result) : colors.red(result)}`;
}

function axis(columns: number, totalMs: number, margin: string): string {
  const end = `${Math.round(totalMs)} ms`;
  return colors.dim(`${margin}0${end.padStart(columns - 1)}`);
}

/** Both variants on one scale of time, so that what the waiting costs can be seen. */
export function drawSwimLanes(without: Outcome, guarded: Outcome): string[] {
  const { labels } = guarded;
  const labelWidth = Math.max(...labels.map((label) => label.length)) + 1;
  const columns = WIDTH - INDENT.length - labelWidth;
  const totalMs = Math.max(spanMs(without), spanMs(guarded), 1);
  const draw = (outcome: Outcome): string[] => {
    const scale = { startMs: startMs(outcome), msPerColumn: totalMs / columns, columns };
    return labels.map((label) => INDENT + label.padEnd(labelWidth) + rowOf(label, outcome, scale));
  };
  return [
    heading('without Penholder', without),
    ...draw(without),
    heading('with Penholder', guarded),
    ...draw(guarded),
    axis(columns, totalMs, INDENT + ' '.repeat(labelWidth)),
  ];
}
