import type { Run } from '../../src/index.js';
import type { Row, Scene } from './scene.js';

function wrong(
  name: string,
  act: (scene: Scene) => unknown,
  message: string,
  type = 'TypeError',
): Row {
  return { name, act, type, message: () => message };
}

type State = 'ended' | 'revoked' | 'parked' | 'left';

const WHY: Readonly<Record<State, readonly [type: string, code: string, why: string]>> = {
  ended: [
    'RunEndedError',
    'ERR_SESSION_RUN_ENDED',
    'run ended has ended (released), handles serve one turn only',
  ],
  revoked: [
    'RunRevokedError',
    'ERR_SESSION_RUN_REVOKED',
    'the turn of run revoked was revoked, only a live owner may',
  ],
  parked: [
    'RunNotOwnerError',
    'ERR_SESSION_NOT_OWNER',
    'run parked is parked, only the owner of the turn may',
  ],
  left: [
    'RunEndedError',
    'ERR_SESSION_RUN_ENDED',
    'this handle of run active was released, handles serve one turn only',
  ],
};

const none = (): undefined => undefined;
const prompt = (run: Run): unknown => run.prompt(none);
const maintain = (run: Run): unknown => run.maintain(none, { deadlineMs: 1_000 });

/** A window of a handle whose turn is over, or not its own. */
function used(state: State): Row[] {
  const [type, code, why] = WHY[state];
  const runId = state === 'left' ? 'active' : state;
  return Object.entries({ prompt, maintain }).map(([method, act]) => ({
    name: `${method}() of a handle that is ${state}`,
    act: ({ [state]: run }) => act(run),
    type,
    has: { code, runId },
    message: () => `Cannot ${method} on "memory:${runId}": ${why}`,
  }));
}

const TIME = 'expected a number of milliseconds, got';
const LEAST = 'expected 0 or more milliseconds, got';
const FUNCTION = 'Invalid task: expected a function, got';
const OBJECT = 'Invalid options: expected an object, got';

export const WINDOWS: readonly Row[] = [
  ...used('ended'),
  ...used('revoked'),
  ...used('parked'),
  ...used('left'),
  wrong(
    'prompt() without a task',
    ({ active }) => active.prompt(undefined as never),
    `${FUNCTION} undefined`,
  ),
  wrong(
    'prompt() of a promise',
    ({ active }) => active.prompt(Promise.resolve() as never),
    `${FUNCTION} an instance of Promise`,
  ),
  wrong(
    'prompt() with null as options',
    ({ active }) => active.prompt(none, null as never),
    `${OBJECT} null`,
  ),
  wrong(
    'prompt() with a number as options',
    ({ active }) => active.prompt(none, 5 as never),
    `${OBJECT} 5`,
  ),
  wrong(
    'prompt() with NaN as silence',
    ({ active }) => active.prompt(none, { silentMs: Number.NaN }),
    `Invalid silentMs: ${LEAST} NaN`,
    'RangeError',
  ),
  wrong(
    'prompt() with negative silence',
    ({ active }) => active.prompt(none, { silentMs: -1 }),
    `Invalid silentMs: ${LEAST} -1`,
    'RangeError',
  ),
  wrong(
    'prompt() with false as silence',
    ({ active }) => active.prompt(none, { silentMs: false as never }),
    `Invalid silentMs: ${TIME} false`,
  ),
  wrong(
    'prompt() that does something else with foreign bytes',
    ({ active }) => active.prompt(none, { onForeignAppend: 'ignore' as never }),
    'Invalid onForeignAppend: expected one of takeover, adopt, got "ignore"',
    'RangeError',
  ),
  wrong(
    'prompt() that adopts true',
    ({ active }) => active.prompt(none, { onForeignAppend: true as never }),
    'Invalid onForeignAppend: expected one of takeover, adopt, got true',
  ),
  wrong(
    'maintain() without a task',
    ({ active }) => active.maintain(undefined as never, { deadlineMs: 1 }),
    `${FUNCTION} undefined`,
  ),
  wrong(
    'maintain() without options',
    ({ active }) => active.maintain(none, undefined as never),
    `${OBJECT} undefined`,
  ),
  wrong(
    'maintain() without a deadline',
    ({ active }) => active.maintain(none, {} as never),
    `Invalid deadlineMs: ${TIME} undefined`,
  ),
  wrong(
    'maintain() with NaN',
    ({ active }) => active.maintain(none, { deadlineMs: Number.NaN }),
    `Invalid deadlineMs: ${LEAST} NaN`,
    'RangeError',
  ),
  wrong(
    'maintain() with a negative deadline',
    ({ active }) => active.maintain(none, { deadlineMs: -5 }),
    `Invalid deadlineMs: ${LEAST} -5`,
    'RangeError',
  ),
  wrong(
    'maintain() with a string',
    ({ active }) => active.maintain(none, { deadlineMs: '60000' as never }),
    `Invalid deadlineMs: ${TIME} "60000"`,
  ),
];
