import type { Holder, SessionError, SessionErrorCode } from '../../../src/index.js';

/** What holds for one error class. */
export interface Row {
  readonly type: string;
  readonly name?: string;
  readonly code: SessionErrorCode;
  readonly retry: 'wait' | 'never';
  readonly begins: RegExp;
  readonly fields: object;
  readonly hasFile?: boolean;
  make(facts: {
    sessionFile: string;
    cause: unknown;
    eventId: string;
    holder: Holder;
  }): SessionError;
}
