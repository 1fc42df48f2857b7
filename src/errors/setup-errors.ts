import { BROKEN, named, SessionError, type SessionErrorFacts } from './session-error.js';

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
