import { wrongType } from '../support/checks.js';

/**
 * One whole line for each record.
 *
 * @throws TypeError where a record has no JSON
 */
export function encodeRecords(records: readonly unknown[]): Buffer {
  let text = '';
  for (const record of records) {
    const line = JSON.stringify(record) as string | undefined;
    if (line === undefined) throw wrongType('record', 'a value that has JSON', record);
    text += `${line}\n`;
  }
  return Buffer.from(text);
}

/** @throws TypeError, RangeError */
export function encodeLines(lines: readonly unknown[]): Buffer {
  let text = '';
  for (const line of lines) {
    if (typeof line !== 'string') throw wrongType('line', 'a string', line);
    if (/[\n\r]/.test(line)) {
      throw new RangeError('Invalid line: expected one line without its end, got a line break');
    }
    text += `${line}\n`;
  }
  return Buffer.from(text);
}
