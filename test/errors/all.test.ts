import { describe, expect, it } from 'vitest';
import * as penholder from '../../src/index.js';
import type { SessionErrorCode } from '../../src/index.js';
import { LEASE_ERRORS } from './rows/lease-errors.js';
import { RUN_ERRORS } from './rows/run-errors.js';
import { SETUP_ERRORS } from './rows/setup-errors.js';
import { TRANSCRIPT_ERRORS } from './rows/transcript-errors.js';
import { WAIT_ERRORS } from './rows/wait-errors.js';

const ROWS = [
  ...SETUP_ERRORS,
  ...WAIT_ERRORS,
  ...RUN_ERRORS,
  ...TRANSCRIPT_ERRORS,
  ...LEASE_ERRORS,
];

describe('the error classes', () => {
  const exported = Object.entries(penholder).filter(
    ([name, value]) =>
      typeof value === 'function' && value.prototype instanceof Error && name !== 'SessionError',
  );

  it('[V2] are all in this table, each once', () => {
    expect(ROWS.map(({ type }) => type).sort()).toEqual(exported.map(([name]) => name).sort());
  });

  it('[V2] have one code each, and no two the same', () => {
    const codes: Record<SessionErrorCode, true> = {
      ERR_SESSION_FILE_INVALID: true,
      ERR_SESSION_WAIT_TIMEOUT: true,
      ERR_SESSION_WAIT_ABORTED: true,
      ERR_SESSION_RUN_INTERRUPTED: true,
      ERR_SESSION_RUN_REVOKED: true,
      ERR_SESSION_RUN_ENDED: true,
      ERR_SESSION_NOT_OWNER: true,
      ERR_SESSION_RUN_DUPLICATE: true,
      ERR_SESSION_QUEUE_FULL: true,
      ERR_SESSION_DEADLOCK: true,
      ERR_SESSION_GATE_BUSY: true,
      ERR_SESSION_TAKEOVER: true,
      ERR_SESSION_TORN_TAIL: true,
      ERR_SESSION_ROTATE_REFUSED: true,
      ERR_SESSION_IO: true,
      ERR_SESSION_CLOSED: true,
      ERR_SESSION_LEASE_UNAVAILABLE: true,
      ERR_SESSION_LEASE_LOST: true,
      ERR_SESSION_CONFIG: true,
    };
    expect(ROWS.map(({ code }) => code).sort()).toEqual(Object.keys(codes).sort());
  });
});
