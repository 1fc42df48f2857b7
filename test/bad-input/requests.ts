import type { RunRequest } from '../../src/index.js';
import type { Row, Scene } from './scene.js';

function request(
  name: keyof RunRequest,
  bad: (scene: Scene) => unknown,
  type: 'TypeError' | 'RangeError',
  rest: string,
): Row {
  return {
    name: `request ${name}: ${rest}`,
    act: (scene) => scene.coordinator.acquire({ sessionFile: scene.good, [name]: bad(scene) }),
    type,
    message: () => `Invalid ${name}: ${rest}`,
  };
}

function call(
  name: string,
  act: (scene: Scene) => unknown,
  message: string,
  type = 'TypeError',
): Row {
  return { name, act, type, message: () => message };
}

const TIME = 'expected a number of milliseconds, got';
const LEAST = 'expected 0 or more milliseconds, got';
const KINDS = 'expected one of person, command, child, cron, heartbeat, maintenance, got';
const REENTRY = 'expected one of refuse, join, queue, got';
const SIGNAL = 'expected an AbortSignal, got';
const RUN = 'expected a run of this package, got';
const NOT_EMPTY = 'expected a string that is not empty, got ""';
const none = (): undefined => undefined;

export const REQUESTS: readonly Row[] = [
  request('waitMs', () => -1, 'RangeError', `${LEAST} -1`),
  request('waitMs', () => Number.NaN, 'RangeError', `${LEAST} NaN`),
  request('waitMs', () => '1', 'TypeError', `${TIME} "1"`),
  request('waitMs', () => 1n, 'TypeError', `${TIME} 1n`),
  request('maxHoldMs', () => null, 'TypeError', `${TIME} null`),
  request('maxHoldMs', () => -5, 'RangeError', `${LEAST} -5`),
  request('stuckAfterMs', () => true, 'TypeError', `${TIME} true`),
  request('stuckAfterMs', () => Number.NaN, 'RangeError', `${LEAST} NaN`),
  request('runId', () => '', 'RangeError', NOT_EMPTY),
  request('runId', () => 7, 'TypeError', 'expected a string, got 7'),
  request('runId', () => null, 'TypeError', 'expected a string, got null'),
  request('sessionKey', () => '', 'RangeError', NOT_EMPTY),
  request('sessionKey', () => Symbol('k'), 'TypeError', 'expected a string, got Symbol(k)'),
  request('sessionId', () => ({}), 'TypeError', 'expected a string, got an instance of Object'),
  request('kind', () => 'boss', 'RangeError', `${KINDS} "boss"`),
  request('kind', () => 'Person', 'RangeError', `${KINDS} "Person"`),
  request('kind', () => null, 'TypeError', `${KINDS} null`),
  request('kind', () => 0, 'TypeError', `${KINDS} 0`),
  request('signal', () => ({ aborted: false }), 'TypeError', `${SIGNAL} an instance of Object`),
  request(
    'signal',
    () => new AbortController(),
    'TypeError',
    `${SIGNAL} an instance of AbortController`,
  ),
  request('signal', () => null, 'TypeError', `${SIGNAL} null`),
  request('signal', () => 5_000, 'TypeError', `${SIGNAL} 5000`),
  request('parent', () => ({}), 'TypeError', `${RUN} an instance of Object`),
  {
    ...request(
      'parent',
      ({ active }) => active.toJSON(),
      'TypeError',
      `${RUN} an instance of Object`,
    ),
    name: 'request parent: the view of a run',
  },
  request('parent', () => 'active', 'TypeError', `${RUN} "active"`),
  request('parent', () => null, 'TypeError', `${RUN} null`),
  request('onReentry', () => 'maybe', 'RangeError', `${REENTRY} "maybe"`),
  request('onReentry', () => true, 'TypeError', `${REENTRY} true`),
  request('rescue', () => 'later', 'TypeError', 'expected a function, got "later"'),
  call(
    'no request',
    ({ coordinator }) => coordinator.acquire(undefined as never),
    'Invalid request: expected an object, got undefined',
  ),
  call(
    'a path as request',
    ({ coordinator, good }) => coordinator.acquire(good as never),
    'Invalid request: expected an object, got "@good"',
  ),
  call(
    'null as request of run()',
    ({ coordinator }) => coordinator.run(null as never, none),
    'Invalid request: expected an object, got null',
  ),
  call(
    'an array as request',
    ({ coordinator }) => coordinator.acquire([] as never),
    'Cannot resolve a session file from undefined: a path, a URL or a SessionFile is wanted',
  ),
  call(
    'run() without a task',
    ({ coordinator, good }) => coordinator.run({ sessionFile: good }, undefined as never),
    'Invalid task: expected a function, got undefined',
  ),
  call(
    'run() with a promise as task',
    ({ coordinator, good }) => coordinator.run({ sessionFile: good }, Promise.resolve() as never),
    'Invalid task: expected a function, got an instance of Promise',
  ),
  call(
    'openOnce() of nothing',
    ({ coordinator }) => coordinator.openOnce('', none),
    `Invalid sessionKey: ${NOT_EMPTY}`,
    'RangeError',
  ),
  call(
    'openOnce() of a number',
    ({ coordinator }) => coordinator.openOnce(1 as never, none),
    'Invalid sessionKey: expected a string, got 1',
  ),
  call(
    'openOnce() without a creation',
    ({ coordinator }) => coordinator.openOnce('k', undefined as never),
    'Invalid create: expected a function, got undefined',
  ),
  call(
    'openOnce() with a controller as signal',
    ({ coordinator }) =>
      coordinator.openOnce('k', none, { signal: new AbortController() as never }),
    `Invalid signal: ${SIGNAL} an instance of AbortController`,
  ),
  call(
    'openOnce() with null as options',
    ({ coordinator }) => coordinator.openOnce('k', none, null as never),
    'Invalid options: expected an object, got null',
  ),
  call(
    'close() with NaN',
    ({ coordinator }) => coordinator.close({ waitMs: Number.NaN }),
    `Invalid waitMs: ${LEAST} NaN`,
    'RangeError',
  ),
  call(
    'close() with a string',
    ({ coordinator }) => coordinator.close({ waitMs: '1' as never }),
    `Invalid waitMs: ${TIME} "1"`,
  ),
  call(
    'close() with null as options',
    ({ coordinator }) => coordinator.close(null as never),
    'Invalid options: expected an object, got null',
  ),
  call(
    'bySessionKey() of nothing',
    ({ coordinator }) => coordinator.runs.bySessionKey(''),
    `Invalid sessionKey: ${NOT_EMPTY}`,
    'RangeError',
  ),
  call(
    'bySessionId() of null',
    ({ coordinator }) => coordinator.runs.bySessionId(null as never),
    'Invalid sessionId: expected a string, got null',
  ),
  call(
    'byRunId() of a run',
    ({ coordinator, active }) => coordinator.runs.byRunId(active as never),
    'Invalid runId: expected a string, got an instance of RunHandle',
  ),
  call(
    'whenEnded() of nothing',
    ({ coordinator }) => coordinator.runs.whenEnded(''),
    `Invalid run: ${NOT_EMPTY}`,
    'RangeError',
  ),
  call(
    'whenEnded() of null',
    ({ coordinator }) => coordinator.runs.whenEnded(null as never),
    'Invalid run: expected a run or its id, got null',
  ),
  call(
    'whenEnded() of a number',
    ({ coordinator }) => coordinator.runs.whenEnded(42 as never),
    'Invalid run: expected a run or its id, got 42',
  ),
  call(
    'whenEnded() with a negative wait',
    ({ coordinator }) => coordinator.runs.whenEnded('active', { waitMs: -1 }),
    `Invalid waitMs: ${LEAST} -1`,
    'RangeError',
  ),
  call(
    'whenEnded() with null as options',
    ({ coordinator }) => coordinator.runs.whenEnded('active', null as never),
    'Invalid options: expected an object, got null',
  ),
  call(
    'whenIdle() with no signal as signal',
    ({ coordinator }) => coordinator.runs.whenIdle({ signal: true as never }),
    `Invalid signal: ${SIGNAL} true`,
  ),
  call(
    'whenIdle() with a string as wait',
    ({ coordinator }) => coordinator.runs.whenIdle({ waitMs: '9' as never }),
    `Invalid waitMs: ${TIME} "9"`,
  ),
];
