import { describeHolder } from '../support/wording.js';
import { BROKEN, BUSY, named, SessionError, type SessionErrorFacts } from './session-error.js';

/** A synchronous write met an open section: it cannot wait for its end. Nothing was written. */
export class GateBusyError extends SessionError {
  static {
    named(this.prototype, 'GateBusyError');
  }
  readonly code = 'ERR_SESSION_GATE_BUSY';
  readonly runId: string;
  /** What the open section is for. */
  readonly openSection: string;

  constructor(facts: SessionErrorFacts & { runId: string; openSection: string }) {
    super(facts, {
      message:
        `Cannot write ${JSON.stringify(facts.sessionFile)} synchronously: ${facts.openSection} of ` +
        `run ${facts.runId} is open, and a synchronous write cannot wait for its end; ` +
        'await it first, or write inside it',
      retry: 'wait',
      userMessage: BUSY,
    });
    this.runId = facts.runId;
    this.openSection = facts.openSection;
  }
}

/** The file ends inside a record: it is never extended. `dropTornTail()` cuts it. */
export class TornTranscriptError extends SessionError {
  static {
    named(this.prototype, 'TornTranscriptError');
  }
  readonly code = 'ERR_SESSION_TORN_TAIL';
  /** Where the torn record begins. */
  readonly offsetBytes: number;
  readonly lengthBytes: number;

  constructor(facts: SessionErrorFacts & { offsetBytes: number; lengthBytes: number }) {
    super(facts, {
      message:
        `Cannot append to ${JSON.stringify(facts.sessionFile)}: its last ${facts.lengthBytes} bytes, ` +
        `from offset ${facts.offsetBytes}, are a torn record, whole lines are wanted; ` +
        'cut them with dropTornTail()',
      retry: 'never',
      userMessage: BROKEN,
    });
    this.offsetBytes = facts.offsetBytes;
    this.lengthBytes = facts.lengthBytes;
  }
}

/** The turn cannot move to that file. It stays where it is. */
export class RotateRefusedError extends SessionError {
  static {
    named(this.prototype, 'RotateRefusedError');
  }
  readonly code = 'ERR_SESSION_ROTATE_REFUSED';
  readonly reason: 'owned' | 'waited-for' | 'same';
  readonly nextFile: string;

  constructor(
    facts: SessionErrorFacts & { reason: 'owned' | 'waited-for' | 'same'; nextFile: string },
  ) {
    const state = {
      same: 'both names are the same file',
      owned: 'it is in use',
      'waited-for': 'it is waited for',
    }[facts.reason];
    super(facts, {
      message:
        `Cannot move the turn on ${JSON.stringify(facts.sessionFile)} to ` +
        `${JSON.stringify(facts.nextFile)}: ${state}, a file that nobody uses is wanted` +
        (facts.holder ? `; held by ${describeHolder(facts.holder)}` : ''),
      retry: facts.reason === 'same' ? 'never' : 'wait',
      userMessage: BUSY,
    });
    this.reason = facts.reason;
    this.nextFile = facts.nextFile;
  }
}

/** What a failed use of the file left behind. */
export type ContentLeft = 'old' | 'new' | 'torn' | 'unknown';

const LEFT: Readonly<Record<ContentLeft, string>> = {
  old: 'its content is as before',
  new: 'the new content is in it, but may not survive a crash',
  torn: 'a part of the record is in it and could not be taken back',
  unknown: 'what is in it could not be looked at',
};

/** The file system refused to read or write the session file: full, gone, read-only, broken. */
export class TranscriptIoError extends SessionError {
  static {
    named(this.prototype, 'TranscriptIoError');
  }
  readonly code = 'ERR_SESSION_IO';
  /** What is in the file now: all of the write, or nothing of it; `torn` where neither is so. */
  readonly content: ContentLeft;
  /** `ENOSPC`, `EIO`, `EROFS`, ... */
  declare readonly systemCode?: string;

  constructor(
    facts: SessionErrorFacts & {
      action: string;
      content: ContentLeft;
      systemCode?: string | undefined;
    },
  ) {
    const why = facts.cause instanceof Error ? facts.cause.message : String(facts.cause);
    super(facts, {
      message: `Cannot ${facts.action} ${JSON.stringify(facts.sessionFile)}: ${LEFT[facts.content]} (${why})`,
      retry: facts.content === 'old' ? 'wait' : 'never',
      userMessage: 'This conversation could not be saved.',
    });
    this.content = facts.content;
    if (facts.systemCode !== undefined) this.systemCode = facts.systemCode;
  }
}
