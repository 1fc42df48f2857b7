/**
 * Every condition that a caller may want to catch: one base class, one code per condition, the
 * facts as fields. A bug in a call is a built-in `TypeError` or `RangeError` instead.
 */
import { nextEventId } from './support/event-id.js';
import { describeHolder, describeMs, holderClause } from './support/wording.js';
import type { DeadlockLink, Holder, InterruptCause, RunEnd } from './types.js';

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
  | 'ERR_SESSION_CLOSED'
  | 'ERR_SESSION_CONFIG';

/** What every error of this package knows besides its own facts. */
export interface SessionErrorFacts {
  readonly sessionFile: string;
  readonly eventId?: string | undefined;
  readonly holder?: Holder | undefined;
  readonly cause?: unknown;
}

interface Wording {
  readonly message: string;
  readonly retry: 'wait' | 'never';
  readonly userMessage: string;
}

const BRAND = Symbol.for('penholder.error');
const BUSY = 'This conversation is busy. Please try again in a moment.';
const STOPPED = 'This request was stopped before it was finished.';
const BROKEN = 'This conversation could not be opened.';

function named(prototype: object, name: string): void {
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

export type InvalidSessionFileReason =
  | 'empty'
  | 'nul'
  | 'directory'
  | 'not-regular'
  | 'loop'
  | 'too-long'
  | 'unreachable'
  | 'marker'
  | 'alias';

/** The path cannot name a session file. */
export class InvalidSessionFileError extends SessionError {
  static {
    named(this.prototype, 'InvalidSessionFileError');
  }
  readonly code = 'ERR_SESSION_FILE_INVALID';
  readonly reason: InvalidSessionFileReason;
  /** The code of the system call that failed, where one did: `EACCES`, `ENOTDIR`, ... */
  declare readonly systemCode?: string;

  constructor(
    facts: SessionErrorFacts & {
      reason: InvalidSessionFileReason;
      detail: string;
      systemCode?: string | undefined;
    },
  ) {
    super(facts, {
      message: `Cannot use ${JSON.stringify(facts.sessionFile)} as a session file: ${facts.detail}`,
      retry: facts.reason === 'unreachable' || facts.reason === 'alias' ? 'wait' : 'never',
      userMessage: BROKEN,
    });
    this.reason = facts.reason;
    if (facts.systemCode !== undefined) this.systemCode = facts.systemCode;
  }
}

/** The deadline of a request passed before its run was granted. Nothing was started. */
export class OwnerWaitTimeoutError extends SessionError {
  static {
    named(this.prototype, 'OwnerWaitTimeoutError');
  }
  readonly code = 'ERR_SESSION_WAIT_TIMEOUT';
  readonly waitMs: number;
  /** Where it stood: 1 is the next to be served; 0 while its path was still being resolved. */
  readonly position: number;
  readonly queueLength: number;

  constructor(
    facts: SessionErrorFacts & { waitMs: number; position: number; queueLength: number },
  ) {
    const place =
      facts.position === 0
        ? 'its path was still being resolved'
        : facts.position > facts.queueLength
          ? `it would have been number ${facts.position}`
          : `it was number ${facts.position} of ${facts.queueLength} waiting`;
    super(facts, {
      message:
        `Cannot own ${JSON.stringify(facts.sessionFile)} within ${describeMs(facts.waitMs)}: ` +
        `${place}${holderClause(facts.holder)}`,
      retry: 'wait',
      userMessage: BUSY,
    });
    this.waitMs = facts.waitMs;
    this.position = facts.position;
    this.queueLength = facts.queueLength;
  }
}

/** The caller's signal fired while its request waited. `cause` is the signal's reason. */
export class OwnerWaitAbortedError extends SessionError {
  static {
    named(this.prototype, 'AbortError');
  }
  readonly code = 'ERR_SESSION_WAIT_ABORTED';

  constructor(facts: SessionErrorFacts & { subject?: string | undefined }) {
    super(facts, {
      message:
        facts.subject === undefined
          ? `Stopped waiting for ${JSON.stringify(facts.sessionFile)}: ` +
            `the caller gave up before the run was granted${holderClause(facts.holder)}`
          : `Stopped waiting for ${facts.subject}: the caller gave up before it was there`,
      retry: 'never',
      userMessage: STOPPED,
    });
  }
}

/** The reason of every `run.signal`. What fired it is the `cause`. */
export class RunInterruptedError extends SessionError {
  static {
    named(this.prototype, 'AbortError');
  }
  readonly code = 'ERR_SESSION_RUN_INTERRUPTED';
  readonly why: InterruptCause;
  readonly runId: string;

  constructor(facts: SessionErrorFacts & { why: InterruptCause; runId: string; settleMs: number }) {
    super(facts, {
      message:
        `Run ${facts.runId} on ${JSON.stringify(facts.sessionFile)} was told to stop (${facts.why}): ` +
        (facts.settleMs === Infinity
          ? 'it may take any time to end by itself'
          : `it has ${describeMs(facts.settleMs)} to end by itself, then its turn is taken`),
      retry: 'never',
      userMessage: STOPPED,
    });
    this.why = facts.why;
    this.runId = facts.runId;
  }
}

/** A run whose turn was taken away was used again. Refused before anything was touched. */
export class RunRevokedError extends SessionError {
  static {
    named(this.prototype, 'AbortError');
  }
  readonly code = 'ERR_SESSION_RUN_REVOKED';
  readonly runId: string;

  constructor(facts: SessionErrorFacts & { runId: string; action: string }) {
    super(facts, {
      message:
        `Cannot ${facts.action} on ${JSON.stringify(facts.sessionFile)}: ` +
        `the turn of run ${facts.runId} was revoked, only a live owner may`,
      retry: 'never',
      userMessage: STOPPED,
    });
    this.runId = facts.runId;
  }
}

/** A run or a joined handle was used after its end. Refused before anything was touched. */
export class RunEndedError extends SessionError {
  static {
    named(this.prototype, 'RunEndedError');
  }
  readonly code = 'ERR_SESSION_RUN_ENDED';
  readonly runId: string;
  declare readonly end?: RunEnd;

  constructor(
    facts: SessionErrorFacts & { runId: string; action: string; end?: RunEnd | undefined },
  ) {
    const state = facts.end
      ? `run ${facts.runId} has ended (${facts.end})`
      : `this handle of run ${facts.runId} was released`;
    super(facts, {
      message: `Cannot ${facts.action} on ${JSON.stringify(facts.sessionFile)}: ${state}, handles serve one turn only`,
      retry: 'never',
      userMessage: STOPPED,
    });
    this.runId = facts.runId;
    if (facts.end) this.end = facts.end;
  }
}

/** The run does not own its file at the moment: it is parked, or was not granted yet. */
export class RunNotOwnerError extends SessionError {
  static {
    named(this.prototype, 'RunNotOwnerError');
  }
  readonly code = 'ERR_SESSION_NOT_OWNER';
  readonly runId: string;

  constructor(facts: SessionErrorFacts & { runId: string; action: string; state: string }) {
    super(facts, {
      message:
        `Cannot ${facts.action} on ${JSON.stringify(facts.sessionFile)}: ` +
        `run ${facts.runId} ${facts.state}, only the owner of the turn may`,
      retry: 'wait',
      userMessage: BUSY,
    });
    this.runId = facts.runId;
  }
}

/** A live run has this run id already. */
export class DuplicateRunError extends SessionError {
  static {
    named(this.prototype, 'DuplicateRunError');
  }
  readonly code = 'ERR_SESSION_RUN_DUPLICATE';
  readonly runId: string;

  constructor(facts: SessionErrorFacts & { runId: string }) {
    super(facts, {
      message:
        `Cannot start run ${JSON.stringify(facts.runId)} on ${JSON.stringify(facts.sessionFile)}: ` +
        `run ids must be unique, and a live run${facts.holder ? ` on ${JSON.stringify(facts.holder.sessionFile)}` : ''} ` +
        `has this one${facts.holder ? `: ${describeHolder(facts.holder)}` : ''}`,
      retry: 'never',
      userMessage: BUSY,
    });
    this.runId = facts.runId;
  }
}

/** As many runs wait for this file as `maxWaiting` allows. */
export class QueueFullError extends SessionError {
  static {
    named(this.prototype, 'QueueFullError');
  }
  readonly code = 'ERR_SESSION_QUEUE_FULL';
  readonly maxWaiting: number;

  constructor(facts: SessionErrorFacts & { maxWaiting: number }) {
    super(facts, {
      message:
        `Cannot queue for ${JSON.stringify(facts.sessionFile)}: ` +
        `${facts.maxWaiting} runs wait already, as many as maxWaiting allows${holderClause(facts.holder)}`,
      retry: 'wait',
      userMessage: BUSY,
    });
    this.maxWaiting = facts.maxWaiting;
  }
}

/** The wait could never end. `chain` starts with the run that asks; each link waits for the next. */
export class DeadlockError extends SessionError {
  static {
    named(this.prototype, 'DeadlockError');
  }
  readonly code = 'ERR_SESSION_DEADLOCK';
  readonly chain: readonly DeadlockLink[];
  readonly waysOut: readonly string[];

  constructor(
    facts: SessionErrorFacts & {
      subject?: string | undefined;
      chain: readonly DeadlockLink[];
      waysOut: readonly string[];
    },
  ) {
    const subject = facts.subject ?? JSON.stringify(facts.sessionFile);
    const links = facts.chain.map(({ run, waitsFor }) =>
      waitsFor === undefined ? `run ${run.runId}` : `run ${run.runId} waits for ${waitsFor}`,
    );
    super(facts, {
      message:
        `Cannot wait for ${subject}: the wait could never end` +
        `${links.length === 0 ? '' : ` (${links.join(', ')})`}${holderClause(facts.holder)}; ` +
        `ways out: ${facts.waysOut.join('; ')}`,
      retry: 'never',
      userMessage: BROKEN,
    });
    this.chain = facts.chain;
    this.waysOut = facts.waysOut;
  }
}

/** `close()` was called: nothing new is admitted, and what waited was cancelled. */
export class CoordinatorClosedError extends SessionError {
  static {
    named(this.prototype, 'CoordinatorClosedError');
  }
  readonly code = 'ERR_SESSION_CLOSED';

  constructor(facts: SessionErrorFacts) {
    super(facts, {
      message: `Cannot admit a run on ${JSON.stringify(facts.sessionFile)}: the coordinator was closed, make a new one${holderClause(facts.holder)}`,
      retry: 'never',
      userMessage: 'The service is shutting down. Please try again in a moment.',
    });
  }
}

/** Parts that cannot work together, such as two incompatible copies of this package in one thread. */
export class ConfigurationError extends SessionError {
  static {
    named(this.prototype, 'ConfigurationError');
  }
  readonly code = 'ERR_SESSION_CONFIG';

  constructor(detail: string) {
    super(
      { sessionFile: '' },
      {
        message: `Cannot create a coordinator: ${detail}`,
        retry: 'never',
        userMessage: BROKEN,
      },
    );
  }
}
