import { bomBytes, isWhole } from './tail.js';

const NEWLINE = 10;

/** A part of the file. */
export interface Span {
  readonly offset: number;
  readonly bytes: number;
}

/** The records of a transcript, and what in it is none. */
export interface Records {
  readonly records: unknown[];
  /** Complete lines that do not parse. They are left alone. */
  readonly invalid: Span[];
  /** A last line without an end that does not parse: a write that was cut off. */
  readonly torn?: Span;
}

/** One record for each line; blank lines are none. */
export function parseRecords(bytes: Buffer): Records {
  const records: unknown[] = [];
  const invalid: Span[] = [];
  let offset = bomBytes(bytes);
  while (offset < bytes.length) {
    const newline = bytes.indexOf(NEWLINE, offset);
    const end = newline < 0 ? bytes.length : newline;
    const line = bytes.subarray(offset, end);
    const span = { offset, bytes: line.length };
    if (newline < 0 && !isWhole(line, offset)) return { records, invalid, torn: span };
    const text = line.toString();
    if (text.trim() !== '') addRecord(text, span, records, invalid);
    offset = end + 1;
  }
  return { records, invalid };
}

function addRecord(text: string, span: Span, records: unknown[], invalid: Span[]): void {
  try {
    records.push(JSON.parse(text));
  } catch {
    invalid.push(span);
  }
}
