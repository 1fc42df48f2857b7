import { nextEventId } from '../support/event-id.js';
import type { Holder } from '../types.js';

/** Closed list: a new code is a minor release, a changed or removed one a major. */
export type SessionErrorCode =
  | 'ERR_SESSION_FILE_INVALID'
  | 'ERR_SESSION_WAIT_TIMEOUT'
  | 'ERR_SESSION_WAIT_ABORTED'
  | 'ERR_SESSION_RUN_INTERRUPTED'
  | 'ERR_SESSION_RUN_REVOKED'
  | 'ERR_SESSION_RUN_ENDED'
  | 'ERR_SESSION_NOT_OWNER'
  | 'ERR_SESSION_RUN_DUPLICATE'
  | 'ERR_SESSION_QUEUE_FULL'
  | 'ERR_SESSION_DEADLOCK'
  | 'ERR_SESSION_GATE_BUSY'
  | 'ERR_SESSION_TAKEOVER'
  | 'ERR_SESSION_TORN_TAIL'
  | 'ERR_SESSION_ROTATE_REFUSED'
  | 'ERR_SESSION_IO'
  | 'ERR_SESSION_LEASE_UNAVAILABLE'
  | 'ERR_SESSION_LEASE_LOST'
  | 'ERR_SESSION_CLOSED'
  | 'ERR_SESSION_CONFIG';

/** What every error of this package knows besides its own facts. */
export interface SessionErrorFacts {
  readonly sessionFile: string;
  readonly eventId?: string | undefined;
  readonly holder?: Holder | undefined;
  readonly cause?: unknown;
}

/** How a condition is told: to developers, to programs, to a person. */
export interface Wording {
  readonly message: string;
  readonly retry: 'wait' | 'never';
  readonly userMessage: string;
}

const BRAND = Symbol.for('penholder.error');
export const BUSY = 'This conversation is busy. Please try again in a moment.';
export const STOPPED = 'This request was stopped before it was finished.';
export const BROKEN = 'This conversation could not be opened.';

/** On the prototype: it survives minifying and stays out of `Object.keys(error)`. */
export function named(prototype: object, name: string): void {
  Object.defineProperty(prototype, 'name', { value: name, configurable: true, writable: true });
}

/**
 * Base of every condition worth catching. Branch on `code`, never on the text.
 * None of these says anything about a model: they are never a reason to try another one.
 */
export abstract class SessionError extends Error {
  static {
    Object.defineProperty(this.prototype, BRAND, { value: true });
  }
  abstract readonly code: SessionErrorCode;
  /** The session file as its caller spelt it; empty where no file is concerned. */
  readonly sessionFile: string;
  /** The same on the error, the events and the log lines of one failure. */
  readonly eventId: string;
  /** Who had the file when this was decided. */
  declare readonly holder?: Holder;
  /** `wait`: the same call may succeed later. `never`: it cannot. */
  readonly retry: 'wait' | 'never';
  /** Safe to show to a person: names no path and no internals. */
  readonly userMessage: string;

  constructor(facts: SessionErrorFacts, wording: Wording) {
    super(wording.message, facts.cause === undefined ? undefined : { cause: facts.cause });
    this.sessionFile = facts.sessionFile;
    this.eventId = facts.eventId ?? nextEventId();
    if (facts.holder) this.holder = facts.holder;
    this.retry = wording.retry;
    this.userMessage = wording.userMessage;
  }

  /** Whether this is an error of this package, whichever copy of it made the error. */
  static is(value: unknown): value is SessionError {
    return value instanceof Error && (value as { [BRAND]?: unknown })[BRAND] === true;
  }
}
