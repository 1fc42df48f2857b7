import { wrongType } from '../support/checks.js';

const JSON_VALUE = 'a value that has JSON';

/**
 * One whole line for each record.
 *
 * @throws TypeError where a record has no JSON
 */
export function encodeRecords(records: readonly unknown[]): Buffer {
  let text = '';
  for (const record of records) {
    text += `${toJson(record)}\n`;
  }
  return Buffer.from(text);
}

function toJson(record: unknown): string {
  let line: string | undefined;
  try {
    line = JSON.stringify(record) as string | undefined;
  } catch (cause) {
    throw new TypeError(wrongType('record', JSON_VALUE, record).message, { cause });
  }
  if (line === undefined) throw wrongType('record', JSON_VALUE, record);
  return line;
}

/** @throws TypeError, RangeError */
export function encodeLines(lines: readonly unknown[]): Buffer {
  let text = '';
  for (const line of lines) {
    if (typeof line !== 'string') throw wrongType('line', 'a string', line);
    if (line.includes('\n') || line.includes('\r')) {
      throw new RangeError('Invalid line: expected one line without its end, got a line break');
    }
    text += `${line}\n`;
  }
  return Buffer.from(text);
}
