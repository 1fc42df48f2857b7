import { describe, expect, it } from 'vitest';
import { OwnerWaitTimeoutError } from '../../src/index.js';
import { WAIT_ERRORS } from './rows/wait-errors.js';
import { describeErrors } from './support/describe-errors.js';
import { FILE } from './support/facts.js';

describeErrors(WAIT_ERRORS);

describe('an OwnerWaitTimeoutError at the gate', () => {
  it('[V1] [V2] names what was wanted, and the section that was open', () => {
    const { message } = new OwnerWaitTimeoutError({
      sessionFile: FILE,
      action: 'write as a guest to',
      openSection: 'a wrapped write',
      waitMs: 30_000,
      position: 1,
      queueLength: 2,
    });

    expect(message).toBe(
      `Cannot write as a guest to "${FILE}" within 30 s: it was number 1 of 2 waiting; ` +
        'a wrapped write is open at its gate',
    );
  });
});
