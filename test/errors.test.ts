import { describe, expect, it } from 'vitest';
import * as penholder from '../src/index.js';
import {
  ConfigurationError,
  CoordinatorClosedError,
  DeadlockError,
  DuplicateRunError,
  GateBusyError,
  type Holder,
  InvalidSessionFileError,
  LeaseLostError,
  LeaseUnavailableError,
  OwnerWaitAbortedError,
  OwnerWaitTimeoutError,
  QueueFullError,
  RotateRefusedError,
  RunEndedError,
  RunInterruptedError,
  RunNotOwnerError,
  RunRevokedError,
  SessionError,
  type SessionErrorCode,
  TakeoverError,
  TornTranscriptError,
  TranscriptIoError,
} from '../src/index.js';

const FILE = '/srv/state/s.jsonl';
const CAUSE = new Error('what was behind it');

const HOLDER: Holder = {
  runId: 'holder-1',
  generation: 1,
  sessionFile: FILE,
  kind: 'cron',
  phase: 'active',
  requestedAtMs: 0,
  waiting: 2,
  limits: { stuckAfterMs: 900_000, settleMs: 15_000 },
  pid: 4711,
  host: 'host-a',
};
const { limits: _limits, pid: _pid, host: _host, ...VIEW } = HOLDER;

const TAKEN_OVER = {
  expected: { exists: true, sizeBytes: 120 },
  seen: { exists: true, sizeBytes: 260 },
  writes: { count: 2, bytes: 80, endBytes: 120 },
  startBytes: 40,
} as const;

interface Row {
  readonly type: string;
  readonly name?: string;
  readonly code: SessionErrorCode;
  readonly retry: 'wait' | 'never';
  readonly begins: RegExp;
  readonly fields: object;
  readonly hasFile?: boolean;
  make(facts: {
    sessionFile: string;
    cause: unknown;
    eventId: string;
    holder: Holder;
  }): SessionError;
}

const ROWS: readonly Row[] = [
  {
    type: 'InvalidSessionFileError',
    code: 'ERR_SESSION_FILE_INVALID',
    retry: 'never',
    begins: /^Cannot use "\/srv\/state\/s\.jsonl" as a session file: it is a directory$/,
    fields: { reason: 'directory', systemCode: 'EISDIR' },
    make: (facts) =>
      new InvalidSessionFileError({
        ...facts,
        reason: 'directory',
        detail: 'it is a directory',
        systemCode: 'EISDIR',
      }),
  },
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
    type: 'RunInterruptedError',
    name: 'AbortError',
    code: 'ERR_SESSION_RUN_INTERRUPTED',
    retry: 'never',
    begins:
      /^Run r-1 on "\/srv\/state\/s\.jsonl" was told to stop \(stuck\): it has 15 s to end by /,
    fields: { why: 'stuck', runId: 'r-1' },
    make: (facts) =>
      new RunInterruptedError({ ...facts, why: 'stuck', runId: 'r-1', settleMs: 15_000 }),
  },
  {
    type: 'RunRevokedError',
    name: 'AbortError',
    code: 'ERR_SESSION_RUN_REVOKED',
    retry: 'never',
    begins: /^Cannot rebind on "\/srv\/state\/s\.jsonl": the turn of run r-1 was revoked/,
    fields: { runId: 'r-1' },
    make: (facts) => new RunRevokedError({ ...facts, runId: 'r-1', action: 'rebind' }),
  },
  {
    type: 'RunEndedError',
    code: 'ERR_SESSION_RUN_ENDED',
    retry: 'never',
    begins:
      /^Cannot park on "\/srv\/state\/s\.jsonl": run r-1 has ended \(completed\), handles serve /,
    fields: { runId: 'r-1', end: 'completed' },
    make: (facts) =>
      new RunEndedError({ ...facts, runId: 'r-1', action: 'park', end: 'completed' }),
  },
  {
    type: 'RunNotOwnerError',
    code: 'ERR_SESSION_NOT_OWNER',
    retry: 'wait',
    begins:
      /^Cannot park on "\/srv\/state\/s\.jsonl": run r-1 is parked, only the owner of the turn/,
    fields: { runId: 'r-1' },
    make: (facts) =>
      new RunNotOwnerError({ ...facts, runId: 'r-1', action: 'park', state: 'is parked' }),
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
    type: 'QueueFullError',
    code: 'ERR_SESSION_QUEUE_FULL',
    retry: 'wait',
    begins:
      /^Cannot queue for "\/srv\/state\/s\.jsonl": 100 runs wait already, as many as maxWaiting/,
    fields: { maxWaiting: 100 },
    make: (facts) => new QueueFullError({ ...facts, maxWaiting: 100 }),
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
    type: 'GateBusyError',
    code: 'ERR_SESSION_GATE_BUSY',
    retry: 'wait',
    begins:
      /^Cannot write "\/srv\/state\/s\.jsonl" synchronously: a wrapped write of run r-1 is open, and a /,
    fields: { runId: 'r-1', openSection: 'a wrapped write' },
    make: (facts) => new GateBusyError({ ...facts, runId: 'r-1', openSection: 'a wrapped write' }),
  },
  {
    type: 'TakeoverError',
    code: 'ERR_SESSION_TAKEOVER',
    retry: 'wait',
    begins:
      /^Cannot go on with "\/srv\/state\/s\.jsonl": someone appended to it without the gate while run r-1 owned it \(120 bytes expected, 260 bytes found\); 2 writes of this run \(80 bytes, up to offset 120\) had reached it$/,
    fields: { runId: 'r-1', change: 'appended', by: 'unknown', ...TAKEN_OVER },
    make: (facts) =>
      new TakeoverError({
        ...facts,
        ...TAKEN_OVER,
        runId: 'r-1',
        change: 'appended',
        by: 'unknown',
      }),
  },
  {
    type: 'TornTranscriptError',
    code: 'ERR_SESSION_TORN_TAIL',
    retry: 'never',
    begins:
      /^Cannot append to "\/srv\/state\/s\.jsonl": its last 14 bytes, from offset 120, are a torn record, .*; cut them with dropTornTail\(\)$/,
    fields: { offsetBytes: 120, lengthBytes: 14 },
    make: (facts) => new TornTranscriptError({ ...facts, offsetBytes: 120, lengthBytes: 14 }),
  },
  {
    type: 'RotateRefusedError',
    code: 'ERR_SESSION_ROTATE_REFUSED',
    retry: 'wait',
    begins:
      /^Cannot move the turn on "\/srv\/state\/s\.jsonl" to "\/srv\/state\/next\.jsonl": it is in use, .*; held by cron run holder-1/,
    fields: { reason: 'owned', nextFile: '/srv/state/next.jsonl' },
    make: (facts) =>
      new RotateRefusedError({ ...facts, reason: 'owned', nextFile: '/srv/state/next.jsonl' }),
  },
  {
    type: 'TranscriptIoError',
    code: 'ERR_SESSION_IO',
    retry: 'wait',
    begins:
      /^Cannot append to "\/srv\/state\/s\.jsonl": its content is as before \(what was behind it\)$/,
    fields: { content: 'old', systemCode: 'ENOSPC' },
    make: (facts) =>
      new TranscriptIoError({
        ...facts,
        action: 'append to',
        content: 'old',
        systemCode: 'ENOSPC',
      }),
  },
  {
    type: 'LeaseUnavailableError',
    code: 'ERR_SESSION_LEASE_UNAVAILABLE',
    retry: 'never',
    begins:
      /^Cannot lease "\/srv\/state\/s\.jsonl" \(not-writable\): its lock cannot be written; held by .*; make the folder writable or, /,
    fields: { reason: 'not-writable', lockPath: `${FILE}.lock`, systemCode: 'EROFS' },
    make: (facts) =>
      new LeaseUnavailableError({
        ...facts,
        reason: 'not-writable',
        detail: 'its lock cannot be written',
        lockPath: `${FILE}.lock`,
        systemCode: 'EROFS',
      }),
  },
  {
    type: 'LeaseLostError',
    name: 'AbortError',
    code: 'ERR_SESSION_LEASE_LOST',
    retry: 'wait',
    begins:
      /^Lost the lease of "\/srv\/state\/s\.jsonl" \(token 17\): this process gave no sign of life for too long, /,
    fields: { fencingToken: '17' },
    make: (facts) => new LeaseLostError({ ...facts, fencingToken: 17n }),
  },
  {
    type: 'CoordinatorClosedError',
    code: 'ERR_SESSION_CLOSED',
    retry: 'never',
    begins: /^Cannot admit a run on "\/srv\/state\/s\.jsonl": the coordinator was closed, make a /,
    fields: {},
    make: (facts) => new CoordinatorClosedError(facts),
  },
  {
    type: 'ConfigurationError',
    code: 'ERR_SESSION_CONFIG',
    retry: 'never',
    begins: /^Cannot create a coordinator: the parts do not fit$/,
    fields: { sessionFile: '' },
    hasFile: false,
    make: () => new ConfigurationError('the parts do not fit'),
  },
];

const FACTS = { sessionFile: FILE, cause: CAUSE, eventId: 'event-1', holder: HOLDER };

describe.each(ROWS)(
  '$type',
  ({ type, name = type, code, retry, begins, fields, hasFile, make }) => {
    const error = make(FACTS);

    it(`[V2] has the code ${code}, its name and its facts`, () => {
      expect(error).toMatchObject({ code, name, ...fields });
      expect(error.constructor.name).toBe(type);
      expect(String(error).startsWith(`${name}: `)).toBe(true);
    });

    it('[V2] says what could not be done, on which file, and why', () => {
      expect(error.message).toMatch(begins);
      expect(error.message).not.toContain('\n');
      expect(error.message).not.toMatch(/undefined|null|NaN|Infinity|\[object/);
    });

    it.runIf(hasFile !== false)('[V2] keeps its cause, file and holder', () => {
      expect(error.cause).toBe(CAUSE);
      expect(error.sessionFile).toBe(FILE);
      expect(error.eventId).toBe('event-1');
      expect(error.holder).toBe(HOLDER);
    });

    it('[V2] has no cause and no holder where there is none', () => {
      const bare = make({ sessionFile: FILE } as typeof FACTS);
      expect('cause' in bare).toBe(false);
      expect(bare.holder).toBeUndefined();
      expect(bare.eventId).toMatch(/^[0-9a-f]{8}-[0-9a-z]+$/);
    });

    it('[V3] has a text for persons that names no path, run, process or host', () => {
      expect(error.userMessage).toMatch(/^[A-Z].*\.$/);
      expect(error.userMessage).not.toMatch(/[/\\]|jsonl|srv|r-1|holder-1|4711|host-a|ERR_|run\b/);
    });

    it('[V3] [V4] says whether waiting helps, and never more than that', () => {
      expect(error.retry).toBe(retry);
    });

    it('[V4] is a SessionError and an Error', () => {
      expect(error).toBeInstanceOf(SessionError);
      expect(error).toBeInstanceOf(Error);
      expect(SessionError.is(error)).toBe(true);
    });
  },
);

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
