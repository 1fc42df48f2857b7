import { hostname } from 'node:os';
import { relative } from 'node:path';
import type { Problem } from './folder.js';
import { briefText } from './holder-text.js';
import type { LockReport } from './lock-report.js';
import { counted, shortly, shown } from './wording.js';

export interface Listing {
  readonly folder: string;
  readonly isRecursive: boolean;
  /** Only those that somebody has now, be it somebody of whom nothing can be proven. */
  readonly isHeldOnly: boolean;
  readonly isJson: boolean;
}

/** In the order in which they are told. */
export const STATES = ['held', 'stopped', 'dead', 'unknown', 'strange', 'free'] as const;
/** Somebody has the file, or may have it. */
export const HELD: ReadonlySet<State> = new Set(['held', 'stopped', 'unknown']);

export type Counts = Record<State, number>;

/** What `ls` calls the state of a file. */
export type State = 'free' | 'held' | 'stopped' | 'dead' | 'unknown' | 'strange';

export interface Format {
  row(report: LockReport, state: State): string;
  end(counts: Readonly<Counts>, problems: readonly Problem[]): string;
}

/** One document, and in it a line for each file: there may be very many. */
export function asJson({ folder, isHeldOnly }: Listing, nowMs: number): Format {
  const told = { format: 1, nowMs, folder, isHeldOnly };
  const head = `{\n${fieldsOf(told)},\n  "files": [`;
  let before = head;
  return {
    row: (report) => {
      const text = `${before}\n    ${JSON.stringify(report)}`;
      before = ',';
      return text;
    },
    end: (counts, problems) => {
      const close = before === head ? `${head}],\n` : '\n  ],\n';
      return `${close}${fieldsOf({ counts, notLookedAt: problems })}\n}\n`;
    },
  };
}

/** Without the brackets around them. */
function fieldsOf(fields: object): string {
  return JSON.stringify(fields, undefined, 2).slice(2, -2);
}

export function asTable({ folder, isHeldOnly }: Listing): Format {
  let head = line('STATE', 'FOR', 'WAIT', 'HOLDER', 'FILE');
  return {
    row: (report, state) => {
      const text = head + row(report, state, folder);
      head = '';
      return text;
    },
    end: (counts) => (isHeldOnly ? summaryOfHeld(counts) : summary(counts)),
  };
}

function row(report: LockReport, state: State, folder: string): string {
  const { holder, givenBackAtMs, waiting, sessionFile } = report;
  const sinceMs = holder?.acquiredAtMs ?? givenBackAtMs;
  const living = waiting.filter(({ liveness }) => liveness !== 'dead').length;
  return line(
    state,
    sinceMs === null ? '-' : shortly(Date.now() - sinceMs),
    living === 0 ? '-' : String(living),
    holder === null ? unnamed(report, state) : briefText(holder, hostname()),
    shown(relative(folder, sessionFile)) + (report.fileBytes === null ? '  (no file)' : ''),
  );
}

function unnamed({ foreign }: LockReport, state: State): string {
  if (state !== 'unknown') return '-';
  if (foreign === null) return '(cannot be read)';
  return foreign === 'empty' ? '(empty folder)' : '(another program)';
}

function line(state: string, since: string, wait: string, holder: string, file: string): string {
  return `${state.padEnd(7)} ${since.padStart(6)} ${wait.padStart(4)}  ${holder.padEnd(22)}  ${file}\n`;
}

function summary(counts: Readonly<Counts>): string {
  const sum = sumOf(counts, STATES);
  if (sum === 0) return 'No session file here has a lock.\n';
  return `\n${counted(sum, 'session file')}: ${told(counts, STATES)}\n`;
}

function summaryOfHeld(counts: Readonly<Counts>): string {
  const sum = sumOf(counts, STATES);
  if (sum === 0) return 'No session file here has a lock.\n';
  const states = STATES.filter((state) => HELD.has(state));
  const held = sumOf(counts, states);
  if (held === 0)
    return `Nobody has any of the ${counted(sum, 'session file')} here that have a lock.\n`;
  return `\n${held.toLocaleString('en-US')} of ${counted(sum, 'session file')}: ${told(counts, states)}\n`;
}

function sumOf(counts: Readonly<Counts>, states: readonly State[]): number {
  return states.reduce((sum, state) => sum + counts[state], 0);
}

function told(counts: Readonly<Counts>, states: readonly State[]): string {
  const present = states.filter((state) => counts[state] > 0);
  return present.map((state) => `${counts[state].toLocaleString('en-US')} ${state}`).join(', ');
}
