import { describeHolder, describeMs, elsewhereClause, holderClause } from '../support/wording.js';
import type { DeadlockLink, Holder, HoldingRun } from '../types.js';
import {
  BROKEN,
  BUSY,
  STOPPED,
  named,
  SessionError,
  type SessionErrorFacts,
} from './session-error.js';

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
    facts: SessionErrorFacts & {
      /** What it waited to do. */
      action?: string | undefined;
      /** The section that is open at the gate, where that is what it waited for. */
      openSection?: string | undefined;
      waitMs: number;
      position: number;
      queueLength: number;
    },
  ) {
    const place =
      facts.position === 0
        ? 'its path was still being resolved'
        : facts.position > facts.queueLength
          ? `it would have been number ${facts.position}`
          : `it was number ${facts.position} of ${facts.queueLength} waiting`;
    super(facts, {
      message:
        `Cannot ${facts.action ?? 'own'} ${JSON.stringify(facts.sessionFile)} ` +
        `${facts.waitMs === 0 ? 'now' : `within ${describeMs(facts.waitMs)}`}: ` +
        `${place}${facts.openSection === undefined ? '' : `; ${facts.openSection} is open at its gate`}` +
        holderClause(facts.holder) +
        elsewhereClause(facts.holder),
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

  /** @param facts.subject what was waited for, where it is not a turn on the file */
  constructor(
    facts: SessionErrorFacts & { subject?: string | undefined; wasGranted?: boolean | undefined },
  ) {
    const { subject, wasGranted = false } = facts;
    const file = JSON.stringify(facts.sessionFile);
    super(facts, {
      message: wasGranted
        ? `Gave the turn on ${file} up: its ticket was cancelled before anybody had taken it`
        : subject === undefined
          ? `Stopped waiting for ${file}: ` +
            `${whoStopped(facts.cause)} before the run was granted${holderClause(facts.holder)}`
          : `Stopped waiting for ${subject}: the caller gave up before it was there`,
      retry: 'never',
      userMessage: STOPPED,
    });
  }
}

function whoStopped(cause: unknown): string {
  const isInterrupt = SessionError.is(cause) && cause.code === 'ERR_SESSION_RUN_INTERRUPTED';
  if (!isInterrupt) return 'the caller gave up';
  return `it was told to stop (${(cause as SessionError & { why?: string }).why})`;
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
        (facts.maxWaiting === 0
          ? 'maxWaiting is 0, so no run may wait'
          : `${facts.maxWaiting} runs wait already, as many as maxWaiting allows`) +
        holderClause(facts.holder),
      retry: 'wait',
      userMessage: BUSY,
    });
    this.maxWaiting = facts.maxWaiting;
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
        `run ids must be unique, and a live run${isHere(facts.holder) ? ` on ${JSON.stringify(facts.holder.sessionFile)}` : ''} ` +
        `has this one${facts.holder ? `: ${describeHolder(facts.holder)}` : ''}`,
      retry: 'never',
      userMessage: BUSY,
    });
    this.runId = facts.runId;
  }
}

function isHere(holder: Holder | undefined): holder is HoldingRun {
  return holder !== undefined && 'phase' in holder;
}

/**
 * The wait could never end. In `chain` each run waits for the next; the last one is the run that
 * asks, or one around it.
 */
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

  constructor(facts: SessionErrorFacts & { subject?: string | undefined }) {
    const subject = facts.subject ?? `a run on ${JSON.stringify(facts.sessionFile)}`;
    super(facts, {
      message:
        `Cannot admit ${subject}: the coordinator was closed, ` +
        `make a new one${holderClause(facts.holder)}`,
      retry: 'never',
      userMessage: 'The service is shutting down. Please try again in a moment.',
    });
  }
}
