import { describe, expect, it } from 'vitest';
import { RunInterruptedError } from '../../src/index.js';
import { RUN_ERRORS } from './rows/run-errors.js';
import { describeErrors } from './support/describe-errors.js';
import { FILE } from './support/facts.js';
import { takeover } from './support/takeover.js';

describeErrors(RUN_ERRORS);

describe('a RunInterruptedError', () => {
  it('[V2] [V3] after a takeover tells all of it, to developers and to persons', () => {
    const cause = takeover();

    const error = new RunInterruptedError({
      sessionFile: FILE,
      runId: 'r-1',
      why: 'takeover',
      settleMs: 15_000,
      cause,
    });

    expect(error.message).toContain('was told to stop (takeover)');
    expect(error.message).toContain(cause.message);
    expect(error.userMessage).toBe(cause.userMessage);
  });

  it('[V2] of a window names the window and says what follows from it', () => {
    const { message } = new RunInterruptedError({
      sessionFile: FILE,
      runId: 'r-1',
      why: 'timeout',
      settleMs: 15_000,
      subject: 'Maintenance of run r-1',
      detail: 'its deadline of 20 s has passed',
    });

    expect(message).toBe(
      `Maintenance of run r-1 on "${FILE}" was told to stop (timeout): its deadline of 20 s has passed`,
    );
  });
});
