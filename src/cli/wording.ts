import { describeMs } from '../support/wording.js';

/** What would move the cursor, end the line, turn the text round or not be seen at all. */
const UNSEEN = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}\uFFFD]/gu;
const WIDTH = 100;

/** A name from outside, in one line and harmless to a terminal: in quotes where it is not plain. */
export function shown(name: unknown): string {
  if (typeof name !== 'string') return quoted(name);
  UNSEEN.lastIndex = 0;
  const isPlain = name !== '' && name.trim() === name && !name.startsWith('"');
  return isPlain && !UNSEEN.test(name) ? name : quoted(name);
}

/** In quotes in any case; records of other versions may hold anything. */
export function quoted(text: unknown): string {
  return JSON.stringify(text ?? null).replace(UNSEEN, escaped);
}

function escaped(text: string): string {
  const units = Array.from({ length: text.length }, (_, index) => text.charCodeAt(index));
  return units.map((unit) => `\\u${unit.toString(16).padStart(4, '0')}`).join('');
}

/** `less than 1 s`, `12 s`, `2 min 30 s`, `3 days`. */
export function forMs(ms: number): string {
  if (ms < 1_000) return 'less than 1 s';
  if (ms < 10_000) return `${Math.floor(ms / 1_000)} s`;
  const hours = Math.floor(ms / 3_600_000);
  return hours < 48 ? describeMs(ms) : `${Math.floor(hours / 24)} days`;
}

/** In at most six characters: `12 s`, `4 min`, `3 h`, `12 d`. */
export function shortly(ms: number): string {
  const seconds = Math.max(0, Math.floor(ms / 1_000));
  if (seconds < 60) return `${seconds} s`;
  if (seconds < 3_600) return `${Math.floor(seconds / 60)} min`;
  if (seconds < 172_800) return `${Math.floor(seconds / 3_600)} h`;
  return `${Math.floor(seconds / 86_400)} d`;
}

/** `2026-11-23 06:05:35 UTC`; of a time that no calendar has, the number. */
export function atTime(ms: number): string {
  const date = new Date(ms);
  if (Number.isNaN(date.getTime())) return `${ms} ms`;
  return `${date.toISOString().slice(0, -5).replace('T', ' ')} UTC`;
}

/** How long ago. The wall clocks of two machines may differ. */
export function ago(nowMs: number, atMs: number): string {
  if (atMs > nowMs + 2_000) return `${forMs(atMs - nowMs)} ahead of the clock of this machine`;
  return `${forMs(nowMs - atMs)} ago`;
}

/** `12,031 bytes`. */
export function bytes(count: number): string {
  return `${count.toLocaleString('en-US')} ${count === 1 ? 'byte' : 'bytes'}`;
}

/** From a clause. */
export function sentence(clause: string): string {
  return `${clause.charAt(0).toUpperCase()}${clause.slice(1)}.`;
}

/** `1 lock`, `12 locks`. */
export function counted(count: number, one: string, many = `${one}s`): string {
  return `${count.toLocaleString('en-US')} ${count === 1 ? one : many}`;
}

/** Breaks at spaces, each line after the first behind so many spaces; long names stay whole. */
export function wrapped(text: string, indent: number, first: string = ' '.repeat(indent)): string {
  const lines: string[] = [];
  let line = first.padEnd(indent);
  let isEmpty = true;
  for (const word of text.split(' ')) {
    if (!isEmpty && line.length + 1 + word.length > WIDTH) {
      lines.push(line);
      line = ' '.repeat(indent);
      isEmpty = true;
    }
    line += isEmpty ? word : ` ${word}`;
    isEmpty = false;
  }
  return `${[...lines, line].join('\n')}\n`;
}
