import { pino } from 'pino';
import type { Logger } from '../types.js';

/** pino, on standard output, at the level in `PENHOLDER_LOG`; without that variable nothing. */
export function defaultLogger(): Logger | undefined {
  const level = process.env['PENHOLDER_LOG'];
  if (level === undefined || level === '' || level === 'silent') return undefined;
  if (!Object.hasOwn(pino.levels.values, level)) {
    throw new RangeError(
      `Invalid PENHOLDER_LOG: expected silent or one of ${Object.keys(pino.levels.values).join(', ')}, got ${JSON.stringify(level)}`,
    );
  }
  return pino({ name: 'penholder', level });
}
