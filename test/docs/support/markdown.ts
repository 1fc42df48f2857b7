import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

export const ROOT = fileURLToPath(new URL('../../../', import.meta.url));

export function textOf(name: string): string {
  return readFileSync(`${ROOT}${name}`, 'utf8');
}

/** The code blocks of one language, without their fences; `''` is the language of plain ones. */
export function codeBlocks(text: string, language: string): string[] {
  const blocks = text.matchAll(/^```(\w*)\n([\s\S]*?)^```$/gm);
  return [...blocks].filter(([, of]) => of === language).map(([, , code = '']) => code);
}

function withoutBlocks(text: string): string {
  return text.replaceAll(/^```[\s\S]*?^```$/gm, '');
}

/** Everything in backticks outside of code blocks. */
export function codeSpans(text: string): string[] {
  return Array.from(withoutBlocks(text).matchAll(/`([^`]+)`/g), ([, code = '']) => code);
}

/** The targets of all links, without those to other hosts. */
export function relativeLinks(text: string): string[] {
  const targets = Array.from(withoutBlocks(text).matchAll(/\]\(([^)]+)\)/g), ([, to = '']) => to);
  return targets.filter((target) => !/^[a-z]+:/.test(target));
}

/** What a link inside the text may point at: its headings, as GitHub names them. */
export function anchorsIn(text: string): string[] {
  const headings = withoutBlocks(text).matchAll(/^#+ (.+)$/gm);
  return Array.from(headings, ([, heading = '']) => {
    const words = heading.toLowerCase().replaceAll(/[^\p{L}\p{N} -]/gu, '');
    return `#${words.replaceAll(' ', '-')}`;
  });
}

function cellsOf(line: string): string[] {
  const cells = line.split('|').slice(1, -1);
  return cells.map((cell) => cell.trim().replaceAll('`', ''));
}

/** The cells of the tables whose first column has this title, row by row, without backticks. */
export function tableRows(text: string, firstTitle: string): string[][] {
  const rows: string[][] = [];
  const tables = withoutBlocks(text).matchAll(/^\|.*\n\|[ :|-]+\n(?:\|.*\n)*/gm);
  for (const [table] of tables) {
    const [titles = [], , ...body] = table.trimEnd().split('\n').map(cellsOf);
    if (titles[0] === firstTitle) rows.push(...body);
  }
  return rows;
}

/** The names in one column of such tables; a cell may hold several. */
export function tableColumn(text: string, firstTitle: string, index = 0): string[] {
  return tableRows(text, firstTitle).flatMap((cells) => (cells[index] ?? '').split(', '));
}

/** The text from one heading to the next of the same depth. */
export function section(text: string, heading: string): string {
  const [, after = ''] = text.split(`\n${heading}\n`);
  const depth = heading.split(' ', 1)[0] ?? '';
  return after.split(new RegExp(`^${depth} `, 'm'), 1)[0] ?? '';
}

/** All ids of guarantees in a text; `A1 to A7` stands for all seven. */
export function idsIn(text: string): string[] {
  const found = text.matchAll(/\b([A-Z])(\d+)(?: to \1(\d+))?\b/g);
  return Array.from(found, ([, group = '', first = '', last = first]) => {
    const count = Number(last) - Number(first) + 1;
    return Array.from({ length: count }, (_, index) => `${group}${Number(first) + index}`);
  }).flat();
}
