import { inspect } from 'node:util';
import { describe, expect, it, vi } from 'vitest';
import {
  InvalidSessionFileError,
  OwnerWaitTimeoutError,
  RunEndedError,
  RunInterruptedError,
  SessionError,
} from '../../src/index.js';

const FILE = '/srv/s.jsonl';

describe('SessionError.is()', () => {
  it('[V4] knows the errors of another copy of the package', async () => {
    // Given a second copy, with classes of its own
    vi.resetModules();
    const other = await import('../../src/index.js');
    const foreign = new other.RunEndedError({ sessionFile: FILE, runId: 'r', action: 'park' });
    expect(other.SessionError).not.toBe(SessionError);
    expect(foreign).not.toBeInstanceOf(SessionError);
    // Then each copy knows the errors of the other
    expect(SessionError.is(foreign)).toBe(true);
    const own = new RunEndedError({ sessionFile: FILE, runId: 'r', action: 'park' });
    expect(other.SessionError.is(own)).toBe(true);
  });

  it('[V4] knows an error by its brand, whichever version made it', () => {
    const branded = Object.assign(new Error('older'), { [Symbol.for('penholder.error')]: true });
    expect(SessionError.is(branded)).toBe(true);
  });

  it.each([
    undefined,
    null,
    'ERR_SESSION_CLOSED',
    42,
    {},
    new Error('other'),
    { [Symbol.for('penholder.error')]: true },
    Object.assign(new Error('lookalike'), { code: 'ERR_SESSION_CLOSED', retry: 'wait' }),
  ])('[V4] knows %o is none', (value) => {
    expect(SessionError.is(value)).toBe(false);
  });
});

describe('InvalidSessionFileError', () => {
  it.each([
    ['empty', 'never'],
    ['nul', 'never'],
    ['directory', 'never'],
    ['not-regular', 'never'],
    ['loop', 'never'],
    ['too-long', 'never'],
    ['marker', 'never'],
    ['unreachable', 'wait'],
    ['alias', 'wait'],
  ] as const)('[V3] with reason %s says that waiting: %s', (reason, retry) => {
    const error = new InvalidSessionFileError({ sessionFile: FILE, reason, detail: 'x' });
    expect(error.retry).toBe(retry);
  });
});

describe('OwnerWaitTimeoutError', () => {
  it.each([
    [0, 0, 'its path was still being resolved'],
    [1, 0, 'it would have been number 1'],
    [1, 1, 'it was number 1 of 1 waiting'],
    [3, 7, 'it was number 3 of 7 waiting'],
  ])('[V1] says at place %i of %i: %s', (position, queueLength, text) => {
    const error = new OwnerWaitTimeoutError({
      sessionFile: FILE,
      waitMs: 950,
      position,
      queueLength,
    });
    expect(error.message).toContain(`within 950 ms: ${text}`);
  });
});

describe('RunInterruptedError', () => {
  it('reads as a sentence where the run may take as long as it likes', () => {
    const error = new RunInterruptedError({
      sessionFile: FILE,
      why: 'caller',
      runId: 'r',
      settleMs: Infinity,
    });
    expect(error.message).not.toContain('has no limit to end by itself, then its turn is taken');
  });
});

describe('SessionError', () => {
  it('shows no empty fields when it is printed', () => {
    const errors = [
      new RunEndedError({ sessionFile: FILE, runId: 'r', action: 'park' }),
      new InvalidSessionFileError({ sessionFile: FILE, reason: 'empty', detail: 'x' }),
    ];
    for (const error of errors) expect(inspect(error)).not.toContain('undefined');
  });
});

describe('RunEndedError', () => {
  it('of a joined handle has no end, since its run goes on', () => {
    const error = new RunEndedError({ sessionFile: FILE, runId: 'r', action: 'park' });
    expect(error.end).toBeUndefined();
    expect(error.message).toContain('this handle of run r was released');
  });
});
