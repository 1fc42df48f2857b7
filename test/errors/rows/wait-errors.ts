import {
  CoordinatorClosedError,
  DeadlockError,
  DuplicateRunError,
  OwnerWaitAbortedError,
  OwnerWaitTimeoutError,
  QueueFullError,
} from '../../../src/index.js';
import { VIEW } from '../support/facts.js';
import type { Row } from '../support/row.js';

export const WAIT_ERRORS: readonly Row[] = [
  {
    type: 'OwnerWaitTimeoutError',
    code: 'ERR_SESSION_WAIT_TIMEOUT',
    retry: 'wait',
    begins:
      /^Cannot own "\/srv\/state\/s\.jsonl" within 30 s: it was number 2 of 3 waiting; held by /,
    fields: { waitMs: 30_000, position: 2, queueLength: 3 },
    make: (facts) =>
      new OwnerWaitTimeoutError({ ...facts, waitMs: 30_000, position: 2, queueLength: 3 }),
  },
  {
    type: 'OwnerWaitAbortedError',
    name: 'AbortError',
    code: 'ERR_SESSION_WAIT_ABORTED',
    retry: 'never',
    begins: /^Stopped waiting for "\/srv\/state\/s\.jsonl": the caller gave up before/,
    fields: {},
    make: (facts) => new OwnerWaitAbortedError(facts),
  },
  {
    type: 'QueueFullError',
    code: 'ERR_SESSION_QUEUE_FULL',
    retry: 'wait',
    begins:
      /^Cannot queue for "\/srv\/state\/s\.jsonl": 100 runs wait already, as many as maxWaiting/,
    fields: { maxWaiting: 100 },
    make: (facts) => new QueueFullError({ ...facts, maxWaiting: 100 }),
  },
  {
    type: 'DuplicateRunError',
    code: 'ERR_SESSION_RUN_DUPLICATE',
    retry: 'never',
    begins:
      /^Cannot start run "r-1" on "\/srv\/state\/s\.jsonl": run ids must be unique, and a live run /,
    fields: { runId: 'r-1' },
    make: (facts) => new DuplicateRunError({ ...facts, runId: 'r-1' }),
  },
  {
    type: 'DeadlockError',
    code: 'ERR_SESSION_DEADLOCK',
    retry: 'never',
    begins:
      /^Cannot wait for "\/srv\/state\/s\.jsonl": the wait could never end \(run holder-1 waits for \/b, run holder-1\); held by .*; ways out: this; that$/,
    fields: { chain: [{ run: VIEW, waitsFor: '/b' }, { run: VIEW }], waysOut: ['this', 'that'] },
    make: (facts) =>
      new DeadlockError({
        ...facts,
        chain: [{ run: VIEW, waitsFor: '/b' }, { run: VIEW }],
        waysOut: ['this', 'that'],
      }),
  },
  {
    type: 'CoordinatorClosedError',
    code: 'ERR_SESSION_CLOSED',
    retry: 'never',
    begins: /^Cannot admit a run on "\/srv\/state\/s\.jsonl": the coordinator was closed, make a /,
    fields: {},
    make: (facts) => new CoordinatorClosedError(facts),
  },
];
