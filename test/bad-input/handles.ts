import type { Row, Scene } from './scene.js';

type State = 'ended' | 'revoked' | 'parked' | 'joined' | 'left';

const WHY: Readonly<
  Record<State, readonly [type: string, code: string, runId: string, why: string]>
> = {
  ended: [
    'RunEndedError',
    'ERR_SESSION_RUN_ENDED',
    'ended',
    'run ended has ended (released), handles serve one turn only',
  ],
  revoked: [
    'RunRevokedError',
    'ERR_SESSION_RUN_REVOKED',
    'revoked',
    'the turn of run revoked was revoked, only a live owner may',
  ],
  parked: [
    'RunNotOwnerError',
    'ERR_SESSION_NOT_OWNER',
    'parked',
    'run parked is parked, only the owner of the turn may',
  ],
  joined: [
    'RunNotOwnerError',
    'ERR_SESSION_NOT_OWNER',
    'active',
    'run active lent its turn to this joined handle, only the owner of the turn may',
  ],
  left: [
    'RunEndedError',
    'ERR_SESSION_RUN_ENDED',
    'active',
    'this handle of run active was released, handles serve one turn only',
  ],
};

/** A method of a handle whose turn is over, or not its own. */
function used(state: State, action: 'park' | 'rebind'): Row {
  const [type, code, runId, why] = WHY[state];
  return {
    name: `${action}() of a handle that is ${state}`,
    act: ({ [state]: run }) =>
      action === 'park' ? run.park(() => undefined) : run.rebind({ sessionKey: 'other' }),
    type,
    has: { code, runId },
    message: () => `Cannot ${action} on "memory:${runId}": ${why}`,
  };
}

function wrong(
  name: string,
  act: (scene: Scene) => unknown,
  message: string,
  type = 'TypeError',
): Row {
  return { name, act, type, message: () => message };
}

const none = (): undefined => undefined;

export const HANDLES: readonly Row[] = [
  used('ended', 'park'),
  used('ended', 'rebind'),
  used('revoked', 'park'),
  used('revoked', 'rebind'),
  used('parked', 'park'),
  used('joined', 'park'),
  used('left', 'park'),
  used('left', 'rebind'),
  {
    name: 'the run id of an active run again',
    act: ({ coordinator, good }) => coordinator.acquire({ sessionFile: good, runId: 'active' }),
    type: 'DuplicateRunError',
    has: { code: 'ERR_SESSION_RUN_DUPLICATE', runId: 'active' },
    message: () =>
      /^Cannot start run "active" on ".*good\.jsonl": run ids must be unique, and a live run on "memory:active" has this one: /,
  },
  {
    name: 'the run id of a parked run again',
    act: ({ coordinator, good }) => coordinator.acquire({ sessionFile: good, runId: 'parked' }),
    type: 'DuplicateRunError',
    has: { code: 'ERR_SESSION_RUN_DUPLICATE', runId: 'parked' },
    message: () =>
      /^Cannot start run "parked" on ".*good\.jsonl": run ids must be unique, and a live run on .* has this one: /,
  },
  {
    name: 'the same file from inside of its run',
    act: ({ coordinator, active }) =>
      coordinator.acquire({ sessionFile: 'memory:active', parent: active }),
    type: 'DeadlockError',
    has: { code: 'ERR_SESSION_DEADLOCK' },
    message: () =>
      /^Cannot wait for "memory:active": the wait could never end \(run active\).*; ways out: /,
  },
  {
    name: 'the end of a run from inside of it',
    act: ({ coordinator, active }) => active.within(() => coordinator.runs.whenEnded(active)),
    type: 'DeadlockError',
    has: { code: 'ERR_SESSION_DEADLOCK' },
    message: () =>
      /^Cannot wait for the end of run active: the wait could never end \(run active\)/,
  },
  {
    name: 'close() from inside of a run',
    act: ({ coordinator, active }) => active.within(() => coordinator.close()),
    type: 'DeadlockError',
    has: { code: 'ERR_SESSION_DEADLOCK' },
    message: () =>
      /^Cannot wait for the coordinator to close: the wait could never end \(run active\)/,
  },
  wrong(
    'park() without a task',
    ({ active }) => active.park(undefined as never),
    'Invalid task: expected a function, got undefined',
  ),
  wrong(
    'park() with NaN',
    ({ active }) => active.park(none, { waitMs: Number.NaN }),
    'Invalid waitMs: expected 0 or more milliseconds, got NaN',
    'RangeError',
  ),
  wrong(
    'park() with a string',
    ({ active }) => active.park(none, { waitMs: '1' as never }),
    'Invalid waitMs: expected a number of milliseconds, got "1"',
  ),
  wrong(
    'park() with null as options',
    ({ active }) => active.park(none, null as never),
    'Invalid options: expected an object, got null',
  ),
  wrong(
    'rebind() without names',
    ({ active }) => active.rebind(undefined as never),
    'Invalid names: expected an object, got undefined',
  ),
  wrong(
    'rebind() to nothing',
    ({ active }) => active.rebind({ sessionKey: '' }),
    'Invalid sessionKey: expected a string that is not empty, got ""',
    'RangeError',
  ),
  wrong(
    'rebind() to a number',
    ({ active }) => active.rebind({ sessionId: 5 as never }),
    'Invalid sessionId: expected a string, got 5',
  ),
  wrong(
    'within() without a task',
    ({ active }) => active.within(undefined as never),
    'Invalid task: expected a function, got undefined',
  ),
  wrong(
    'release() with null',
    ({ active }) => active.release(null as never),
    'Invalid end: expected an object, got null',
  ),
];
