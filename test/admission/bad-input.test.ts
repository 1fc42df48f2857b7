import { describe, expect, it } from 'vitest';
import {
  type AdmitRequest,
  type Coordinator,
  createCoordinator,
  SessionError,
  type Ticket,
} from '../../src/index.js';
import { expectIdle } from '../runs/support/sessions.js';
import { useTempDir } from '../support/temp-dir.js';
import { ask } from './support/scene.js';

const TIME = 'expected a number of milliseconds, got';
const LEAST = 'expected 0 or more milliseconds, got';
const MODES = 'expected one of queue, steer, interrupt, skip, got';
const EMPTY = 'expected a string that is not empty, got ""';

type Row = readonly [field: string, value: unknown, error: TypeError | RangeError];

function wrongType(field: string, value: unknown, rest: string): Row {
  return [field, value, new TypeError(`Invalid ${field}: ${rest}`)];
}

function outOfRange(field: string, value: unknown, rest: string): Row {
  return [field, value, new RangeError(`Invalid ${field}: ${rest}`)];
}

/** One field of a request that is good else, and exactly what its caller reads. */
const FIELDS: readonly Row[] = [
  outOfRange('mode', 'wait', `${MODES} "wait"`),
  outOfRange('mode', '', `${MODES} ""`),
  outOfRange('mode', 'Queue', `${MODES} "Queue"`),
  wrongType('mode', null, `${MODES} null`),
  wrongType('mode', 1, `${MODES} 1`),
  wrongType('mode', ['steer'], `${MODES} an instance of Array`),
  wrongType('force', null, 'expected true or false, got null'),
  wrongType('force', 'yes', 'expected true or false, got "yes"'),
  wrongType('force', 1, 'expected true or false, got 1'),
  wrongType('steer', true, 'expected a function, got true'),
  wrongType('steer', null, 'expected a function, got null'),
  wrongType('steer', {}, 'expected a function, got an instance of Object'),
  wrongType('rescue', 'later', 'expected a function, got "later"'),
  outOfRange('runId', '', EMPTY),
  wrongType('runId', 7, 'expected a string, got 7'),
  outOfRange('sessionKey', '', EMPTY),
  wrongType('sessionKey', Symbol('k'), 'expected a string, got Symbol(k)'),
  outOfRange('sessionId', '', EMPTY),
  wrongType('sessionId', null, 'expected a string, got null'),
  outOfRange(
    'kind',
    'boss',
    'expected one of person, command, child, cron, heartbeat, maintenance, got "boss"',
  ),
  wrongType(
    'kind',
    0,
    'expected one of person, command, child, cron, heartbeat, maintenance, got 0',
  ),
  outOfRange('waitMs', Number.NaN, `${LEAST} NaN`),
  outOfRange('waitMs', -1, `${LEAST} -1`),
  wrongType('waitMs', '1', `${TIME} "1"`),
  wrongType('waitMs', 1n, `${TIME} 1n`),
  outOfRange('maxHoldMs', Number.NaN, `${LEAST} NaN`),
  wrongType('maxHoldMs', null, `${TIME} null`),
  outOfRange('stuckAfterMs', Number.NaN, `${LEAST} NaN`),
  wrongType('stuckAfterMs', true, `${TIME} true`),
  outOfRange('onReentry', 'maybe', 'expected one of refuse, join, queue, got "maybe"'),
  wrongType('onReentry', null, 'expected one of refuse, join, queue, got null'),
  wrongType('signal', {}, 'expected an AbortSignal, got an instance of Object'),
  wrongType('parent', {}, 'expected a run of this package, got an instance of Object'),
  outOfRange('durability', 'disk', 'expected one of os, fsync, got "disk"'),
];

/** What is no request at all. */
const REQUESTS: readonly (readonly [name: string, value: unknown, rest: string])[] = [
  ['nothing', undefined, 'got undefined'],
  ['null', null, 'got null'],
  ['a path', 'session.jsonl', 'got "session.jsonl"'],
];

/** What may be asked of `whenFree`. */
const WAITS: readonly Row[] = [
  wrongType('options', null, 'expected an object, got null'),
  wrongType('options', 5, 'expected an object, got 5'),
  outOfRange('waitMs', Number.NaN, `${LEAST} NaN`),
  outOfRange('waitMs', -1, `${LEAST} -1`),
  wrongType('waitMs', '1', `${TIME} "1"`),
  wrongType('signal', {}, 'expected an AbortSignal, got an instance of Object'),
];

describe('bad input of admit()', () => {
  const dir = useTempDir();

  async function refusal(act: (sessions: Coordinator) => Promise<unknown>): Promise<unknown> {
    const sessions = createCoordinator({ isolated: true });
    const error: unknown = await act(sessions).then(
      (value) => expect.unreachable(`resolved with ${String(value)}`),
      (reason: unknown) => reason,
    );
    // A bug in a call is no state of a session, and nothing was counted or kept.
    expectIdle(sessions);
    return error;
  }

  it.each(FIELDS)('%s %s is refused with a text that names it', async (field, value, wanted) => {
    const sessionFile = dir.join('s.jsonl');

    const error = await refusal((sessions) => sessions.admit({ sessionFile, [field]: value }));

    expect(error).toEqual(wanted);
    expect((error as Error).constructor).toBe(wanted.constructor);
    expect(SessionError.is(error)).toBe(false);
  });

  it.each(REQUESTS)('%s is no request', async (_, value, rest) => {
    const error = await refusal((sessions) => sessions.admit(value as AdmitRequest));

    expect(error).toEqual(new TypeError(`Invalid request: expected an object, ${rest}`));
  });

  it('an empty path names no session file', async () => {
    const error = await refusal((sessions) => sessions.admit({ sessionFile: '' }));

    expect(error).toMatchObject({ code: 'ERR_SESSION_FILE_INVALID', reason: 'empty' });
  });

  it('a folder is no session file: the request is counted as refused', async () => {
    const error = await refusal((sessions) => sessions.admit({ sessionFile: dir.path }));

    expect(error).toMatchObject({ code: 'ERR_SESSION_FILE_INVALID', reason: 'directory' });
  });

  it.each([undefined, null, 0, '', Symbol('m'), () => {}, Promise.resolve(1)])(
    'a message may be anything: %s',
    async (message) => {
      const sessions = createCoordinator({ isolated: true });
      const got: unknown[] = [];
      const run = await sessions.acquire({
        sessionFile: 'memory:a',
        steer: (sent) => got.push(sent) > 0,
      });

      await run.prompt(() =>
        ask(sessions, { sessionFile: 'memory:a', mode: 'steer', message }, 'steered'),
      );

      expect(got).toHaveLength(1);
      expect(got[0]).toBe(message);
      await run.release();
    },
  );

  it.each(WAITS)('whenFree refuses %s %s', async (field, value, wanted) => {
    const sessions = createCoordinator({ isolated: true });
    await using _ = await sessions.acquire({ sessionFile: 'memory:a' });
    const { whenFree } = await ask(sessions, { sessionFile: 'memory:a', mode: 'skip' }, 'busy');
    const options = field === 'options' ? value : { [field]: value };

    await expect(whenFree(options as object)).rejects.toEqual(wanted);
  });

  it.each([null, undefined, 5, 'ticket', {}])('%s is no ticket', async (value) => {
    const error = await refusal((sessions) => sessions.run(value as Ticket, () => 'served'));

    expect(error).toBeInstanceOf(TypeError);
    expect((error as Error).message).toMatch(
      /^(?:Invalid request: expected an object, got|Cannot resolve a session file from) /,
    );
  });

  it('a run id that a live ticket has is refused, and says who has it', async () => {
    const sessions = createCoordinator({ isolated: true });
    const { ticket } = await ask(sessions, { sessionFile: 'memory:a', runId: 'mine' }, 'run');

    await expect(sessions.admit({ sessionFile: 'memory:b', runId: 'mine' })).rejects.toMatchObject({
      code: 'ERR_SESSION_RUN_DUPLICATE',
      message: expect.stringMatching(
        /^Cannot start run "mine" on "memory:b": run ids must be unique, and a live run on "memory:a" has this one: /,
      ) as string,
    });

    expect(ticket.state).toBe('granted');
    ticket.cancel();
    expectIdle(sessions);
  });
});
