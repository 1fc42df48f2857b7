import type { Line } from '../journal.js';

/** A rule that did not hold, and what shows it. */
export interface Finding {
  readonly rule:
    | 'overlap'
    | 'token twice'
    | 'token fell'
    | 'two turns of one lease'
    | 'untold death'
    | 'lost record'
    | 'record twice'
    | 'unknown record'
    | 'slow recovery'
    | 'not acquirable'
    | 'left behind'
    | 'surprise';
  readonly file: string;
  readonly text: string;
  /** Lines of the journal around it. */
  readonly evidence: readonly string[];
}

/** How much of a journal is shown around a line. */
const AROUND = 12;

export function around(lines: readonly Line[], ...shown: readonly (Line | undefined)[]): string[] {
  const near = new Set<number>();
  for (const line of shown) {
    const index = line === undefined ? -1 : lines.indexOf(line);
    if (index === -1) continue;
    for (let at = index - AROUND; at <= index + AROUND; at += 1) near.add(at);
  }
  return [...near]
    .sort((one, other) => one - other)
    .flatMap((index) => {
      const line = lines[index];
      return line === undefined ? [] : [`${shown.includes(line) ? '> ' : '  '}${textOf(line)}`];
    });
}

function textOf({ at, ...facts }: Line): string {
  return `${(at / 1e6).toFixed(3)} ms ${JSON.stringify(facts)}`;
}
