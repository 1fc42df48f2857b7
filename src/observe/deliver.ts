import type { InterruptCause, Logger } from '../types.js';
import type { OwnershipEvent, OwnershipEventType } from './events.js';

type Level = 'debug' | 'info' | 'warn';

const LEVELS: Partial<Record<OwnershipEventType, Level>> = {
  'timed-out': 'warn',
  refused: 'warn',
  'resume-failed': 'warn',
  aborted: 'info',
  cancelled: 'info',
  takeover: 'warn',
  'lease-lost': 'warn',
  rotated: 'info',
  revoked: 'warn',
};

/** Somebody wanted these: nothing is wrong. */
const WANTED: readonly InterruptCause[] = ['caller', 'user', 'superseded', 'shutdown'];

/** How much a person has to know of it. */
function levelOf(event: OwnershipEvent): Level {
  if (event.type === 'signalled') return WANTED.includes(event.why) ? 'info' : 'warn';
  // Now or never was what its caller asked.
  if (event.type === 'timed-out' && event.isProbe === true) return 'debug';
  if (event.type === 'busy') return event.reason === 'queue-full' ? 'warn' : 'debug';
  if (event.type === 'granted' && event.diedRunId !== undefined) return 'warn';
  // A host that takes no turn that it was given loses messages.
  if (event.type === 'ended' && event.end === 'unclaimed') return 'warn';
  return LEVELS[event.type] ?? 'debug';
}

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
  log(logger, levelOf(event), event, `session ${event.type}`);
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
