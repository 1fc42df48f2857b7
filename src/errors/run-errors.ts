import { describeMs } from '../support/wording.js';
import type { InterruptCause, RunEnd } from '../types.js';
import { BUSY, STOPPED, named, SessionError, type SessionErrorFacts } from './session-error.js';

/** The reason of every `run.signal`. What fired it is the `cause`. */
export class RunInterruptedError extends SessionError {
  static {
    named(this.prototype, 'AbortError');
  }
  readonly code = 'ERR_SESSION_RUN_INTERRUPTED';
  readonly why: InterruptCause;
  readonly runId: string;
  /** A finished result that came after it: what `rescue` got, if there is one. Not enumerable. */
  declare readonly result?: unknown;

  /**
   * @param facts.subject what was told to stop, where it is not the run
   * @param facts.because what led to it
   * @param facts.detail what follows from it, where that is not the end of the turn
   */
  constructor(
    facts: SessionErrorFacts & {
      why: InterruptCause;
      runId: string;
      settleMs: number;
      subject?: string | undefined;
      because?: string | undefined;
      detail?: string | undefined;
    },
  ) {
    const { cause, why, settleMs, because, subject = `Run ${facts.runId}` } = facts;
    const detail = facts.detail ?? settling(settleMs);
    const reason = because === undefined ? why : `${why}: ${because}`;
    const told = cause instanceof Error && cause.message !== '' ? `; ${cause.message}` : '';
    super(facts, {
      message: `${subject} on ${JSON.stringify(facts.sessionFile)} was told to stop (${reason}): ${detail}${told}`,
      retry: 'never',
      userMessage: SessionError.is(cause) ? cause.userMessage : STOPPED,
    });
    this.why = facts.why;
    this.runId = facts.runId;
  }
}

function settling(settleMs: number): string {
  if (settleMs === 0) return 'its turn is taken at once';
  return settleMs === Infinity
    ? 'it may take any time to end by itself'
    : `it has ${describeMs(settleMs)} to end by itself, then its turn is taken`;
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

  /** @param facts.handle what was used again, where that is a ticket */
  constructor(
    facts: SessionErrorFacts & {
      runId: string;
      action: string;
      end?: RunEnd | undefined;
      handle?: 'ticket' | undefined;
    },
  ) {
    const { handle = 'handle' } = facts;
    const used =
      handle === 'ticket'
        ? `the ticket of run ${facts.runId} was used before`
        : `this handle of run ${facts.runId} was released`;
    const state = facts.end ? `run ${facts.runId} has ended (${facts.end})` : used;
    super(facts, {
      message: `Cannot ${facts.action} on ${JSON.stringify(facts.sessionFile)}: ${state}, ${handle}s serve one turn only`,
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
