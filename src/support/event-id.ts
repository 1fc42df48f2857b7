import { randomBytes } from 'node:crypto';

let prefix: string | undefined;
let issued = 0;

/**
 * An id for one thing that happened. Everything that tells of the same failure (its error, its
 * events, its log lines) carries the same one, so that nobody counts it twice.
 */
export function nextEventId(): string {
  prefix ??= randomBytes(4).toString('hex');
  issued += 1;
  return `${prefix}-${issued.toString(36)}`;
}
