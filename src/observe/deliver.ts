import type { Logger } from '../types.js';
import type { OwnershipEvent, OwnershipEventType } from './events.js';

type Level = 'debug' | 'info' | 'warn';

const LEVELS: Partial<Record<OwnershipEventType, Level>> = {
  'timed-out': 'warn',
  refused: 'warn',
  'resume-failed': 'warn',
  aborted: 'info',
  cancelled: 'info',
  signalled: 'warn',
  takeover: 'warn',
  rotated: 'info',
  revoked: 'warn',
};

/** Who is told of the events of a run: the coordinator that it was asked of. */
export interface Audience {
  readonly logger: Logger | undefined;
  readonly onEvent: ((event: OwnershipEvent) => void) | undefined;
}

/** Calls a logger; what it throws changes nothing and can be told to nobody. */
export function log(
  logger: Logger | undefined,
  level: keyof Logger,
  facts: object,
  message: string,
): void {
  try {
    const answer: unknown = logger?.[level](facts, message);
    if (answer instanceof Promise) answer.catch(() => undefined);
  } catch {
    // A logger that fails must not take the session with it.
  }
}

/** Tells one event. What a listener throws, or rejects with, is logged and changes nothing. */
export function deliver({ logger, onEvent }: Audience, event: OwnershipEvent): void {
  log(logger, LEVELS[event.type] ?? 'debug', event, `session ${event.type}`);
  const complain = (error: unknown): void => {
    log(logger, 'error', { err: error, event }, 'an onEvent listener failed');
  };
  try {
    const answer: unknown = onEvent?.(event);
    if (answer instanceof Promise) answer.catch(complain);
  } catch (error) {
    complain(error);
  }
}
