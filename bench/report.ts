/** Reports as text for a terminal of 100 columns, or as plain data. */
import os from 'node:os';
import colors from 'picocolors';
import { inUnit, median, ratio, samplesOf, times } from './figures.js';
import type { Report, Row, Table, Target } from './figures.js';

const NAME_WIDTH = 54;
const FIGURE_WIDTH = 12;
const SPREAD_WIDTH = 25;
const RATIO_WIDTH = 9;
const LINE_WIDTH = 98;

export function header(): string {
  const cpu = os.cpus()[0]?.model ?? 'unknown processor';
  const load = os
    .loadavg()
    .map((value) => value.toFixed(1))
    .join(' ');
  return `Node ${process.versions.node} on ${process.platform} ${process.arch}, ${cpu}, ${os.availableParallelism()} cores, load ${load}`;
}

function factorOf(row: Row, table: Table): number | undefined {
  if (row.reference === undefined) return undefined;
  return ratio(row.samples, samplesOf(table, row.reference));
}

function line(row: Row, table: Table): string {
  const { samples, isOurs } = row;
  const show = (value: number): string => inUnit(value, table.unit);
  const spread = `${show(Math.min(...samples))} .. ${show(Math.max(...samples))}`;
  const factor = factorOf(row, table);
  const text =
    row.name.padEnd(NAME_WIDTH) +
    show(median(samples)).padStart(FIGURE_WIDTH) +
    spread.padStart(SPREAD_WIDTH) +
    (factor === undefined ? '' : times(factor)).padStart(RATIO_WIDTH);
  return isOurs === true ? colors.bold(text) : text;
}

/** Breaks a note at spaces. */
function wrapped(text: string, indent: string): string[] {
  const lines: string[] = [];
  let current = indent;
  for (const word of text.split(' ')) {
    if (current.length + word.length + 1 > LINE_WIDTH) {
      lines.push(current);
      current = `${indent} `;
    }
    current += `${current.trim() === '' ? '' : ' '}${word}`;
  }
  return [...lines, current];
}

/** Whether a target was met, in a line or two. */
export function verdict({ text, measured, isMet }: Target): string {
  const plain = `target ${text}, measured ${measured}, ${isMet ? 'met' : 'not met'}`;
  return wrapped(plain, '')
    .map(isMet ? colors.green : colors.red)
    .join('\n');
}

export function asText(report: Report): string {
  const lines = ['', colors.bold(`(${report.id}) ${report.title}`)];
  for (const table of report.tables) {
    const heading =
      table.title.padEnd(NAME_WIDTH) +
      'median'.padStart(FIGURE_WIDTH) +
      'min .. max'.padStart(SPREAD_WIDTH) +
      (table.rows.some((row) => row.reference !== undefined) ? 'ratio' : '').padStart(RATIO_WIDTH);
    lines.push('', colors.dim(heading), ...table.rows.map((row) => line(row, table)));
  }
  lines.push('', ...report.notes.flatMap((note) => wrapped(`- ${note}`, '')));
  lines.push(...report.targets.map(verdict));
  return lines.join('\n');
}

function plainRow(row: Row, table: Table): object {
  const { name, samples, reference } = row;
  const [min, max] = [Math.min(...samples), Math.max(...samples)];
  const figures = { name, median: median(samples), min, max, rounds: samples.length };
  return reference === undefined ? figures : { ...figures, reference, ratio: factorOf(row, table) };
}

export function asPlainData(report: Report): object {
  const tables = report.tables.map((table) => ({
    title: table.title,
    unit: table.unit,
    rows: table.rows.map((row) => plainRow(row, table)),
  }));
  return { ...report, tables };
}
