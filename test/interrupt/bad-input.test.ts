import { describe, expect, it } from 'vitest';
import { InvalidSessionFileError, type RunTarget } from '../../src/index.js';
import { useStage } from '../ownership/support/stage.js';
import { useFakeTime } from '../support/fake-time.js';

const FILE = 'memory:a';
const NAMES = 'expected runId, sessionFile, sessionKey or sessionId, got';
const WHYS = 'expected one of user, superseded, timeout, shutdown, got';

describe('an interrupt with a wrong', () => {
  useFakeTime();
  const stage = useStage();

  it.each<[string, unknown, string, string]>([
    ['target: nothing', undefined, 'TypeError', 'target: expected an object, got undefined'],
    ['target: null', null, 'TypeError', 'target: expected an object, got null'],
    ['target: a text', 'run-1', 'TypeError', 'target: expected an object, got "run-1"'],
    ['target: empty', {}, 'TypeError', `target: ${NAMES} an instance of Object`],
    ['target: a list', [], 'TypeError', `target: ${NAMES} an instance of Array`],
    ['target: a URL', new URL('file:///a'), 'TypeError', `target: ${NAMES} an instance of URL`],
    [
      'target: a generation alone',
      { generation: 1 },
      'TypeError',
      `target: ${NAMES} an instance of Object`,
    ],
    [
      'target: names that are not there',
      { runId: undefined, sessionKey: undefined },
      'TypeError',
      `target: ${NAMES} an instance of Object`,
    ],
    ['runId', { runId: 7 }, 'TypeError', 'runId: expected a string, got 7'],
    ['runId: null', { runId: null }, 'TypeError', 'runId: expected a string, got null'],
    [
      'runId: empty',
      { runId: '' },
      'RangeError',
      'runId: expected a string that is not empty, got ""',
    ],
    ['sessionKey', { sessionKey: {} }, 'TypeError', 'sessionKey: expected a string, got'],
    ['sessionKey: empty', { sessionKey: '' }, 'RangeError', 'sessionKey: expected a string that'],
    ['sessionId', { sessionId: Symbol('s') }, 'TypeError', 'sessionId: expected a string, got'],
    ['sessionId: empty', { sessionId: '' }, 'RangeError', 'sessionId: expected a string that is'],
    ['sessionFile', { sessionFile: 7 }, 'TypeError', 'Cannot resolve a session file'],
    ['sessionFile: null', { sessionFile: null }, 'TypeError', 'Cannot resolve a session file'],
    [
      'name beside a good one',
      { runId: 'owner', sessionKey: 7 },
      'TypeError',
      'sessionKey: expected a string, got 7',
    ],
    [
      'sessionFile beside a good run id',
      { runId: 'owner', sessionFile: 7 },
      'TypeError',
      'Cannot resolve a session file',
    ],
    [
      'generation',
      { runId: 'owner', generation: '1' },
      'TypeError',
      'generation: expected a number, got "1"',
    ],
    [
      'generation: below 0',
      { runId: 'owner', generation: -1 },
      'RangeError',
      'generation: expected a whole number from 0, got -1',
    ],
    [
      'generation: a fraction',
      { runId: 'owner', generation: 0.5 },
      'RangeError',
      'generation: expected a whole number from 0, got 0.5',
    ],
    [
      'generation: NaN',
      { runId: 'owner', generation: Number.NaN },
      'RangeError',
      'generation: expected a whole number from 0, got NaN',
    ],
  ])('%s is refused, says so, and stops nobody', async (_, target, name, message) => {
    const sessions = stage.open();
    const run = await sessions.acquire({ sessionFile: FILE, runId: 'owner' });
    const refused = sessions.interrupt(target as RunTarget);
    await expect(refused).rejects.toMatchObject({
      name,
      message: expect.stringContaining(message),
    });
    expect(run.signal.aborted).toBe(false);
    await run.release();
  });

  it.each<[string, unknown, string, string]>([
    ['options: null', null, 'TypeError', 'options: expected an object, got null'],
    ['options: a text', 'user', 'TypeError', 'options: expected an object, got "user"'],
    ['why', { why: 'boredom' }, 'RangeError', `why: ${WHYS} "boredom"`],
    ['why: recovery', { why: 'recovery' }, 'RangeError', `why: ${WHYS} "recovery"`],
    ['why: caller', { why: 'caller' }, 'RangeError', `why: ${WHYS} "caller"`],
    ['why: null', { why: null }, 'TypeError', `why: ${WHYS} null`],
    ['settleMs: a text', { settleMs: '1' }, 'TypeError', 'settleMs: expected a number of'],
    ['settleMs: null', { settleMs: null }, 'TypeError', 'settleMs: expected a number of'],
    ['settleMs: a bigint', { settleMs: 1n }, 'TypeError', 'settleMs: expected a number of'],
    ['settleMs: false', { settleMs: false }, 'TypeError', 'settleMs: expected a number of'],
    [
      'settleMs: below 0',
      { settleMs: -1 },
      'RangeError',
      'settleMs: expected 0 or more milliseconds, got -1',
    ],
    [
      'settleMs: NaN',
      { settleMs: Number.NaN },
      'RangeError',
      'settleMs: expected 0 or more milliseconds, got NaN',
    ],
    [
      'settleMs: -Infinity',
      { settleMs: -Infinity },
      'RangeError',
      'settleMs: expected 0 or more milliseconds, got -Infinity',
    ],
  ])('%s is refused, says so, and stops nobody', async (_, options, name, message) => {
    const sessions = stage.open();
    const run = await sessions.acquire({ sessionFile: FILE });
    const refused = sessions.interrupt({ sessionFile: FILE }, options as object);
    await expect(refused).rejects.toMatchObject({
      name,
      message: expect.stringContaining(`Invalid ${message}`),
    });
    expect(run.signal.aborted).toBe(false);
    await run.release();
  });

  it('option is refused also where nobody is meant', async () => {
    const sessions = stage.open();
    const refused = sessions.interrupt({ runId: 'nobody' }, { settleMs: -1 });
    await expect(refused).rejects.toThrow(RangeError);
  });

  it.each([
    ['empty', '', 'empty'],
    ['with a nul', 'a\0b', 'nul'],
    ['that is a folder', '/', 'directory'],
  ])('file: one %s is told like in a request', async (_, sessionFile, reason) => {
    const sessions = stage.open();
    const refused = sessions.interrupt({ sessionFile });
    await expect(refused).rejects.toBeInstanceOf(InvalidSessionFileError);
    await expect(refused).rejects.toMatchObject({ reason });
  });

  it('call never throws: it rejects', () => {
    const sessions = stage.open();
    expect(() => void sessions.interrupt(undefined as never).catch(() => {})).not.toThrow();
  });
});
