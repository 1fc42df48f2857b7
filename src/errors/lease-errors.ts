import { describeElsewhere, holderClause } from '../support/wording.js';
import type { HolderInfo } from '../types.js';
import {
  BROKEN,
  BUSY,
  STOPPED,
  named,
  SessionError,
  type SessionErrorFacts,
} from './session-error.js';

/**
 * - `held`: somebody else has the file, and the request would not wait.
 * - `not-writable`: its lock cannot be written.
 * - `unsafe-file-system`: its volume cannot make a name exactly once, so nobody can be excluded.
 * - `damaged`: something is in the place of its lock that is no lock.
 * - `io`: the system, or the provider, failed in another way; see `systemCode` and `cause`.
 * - `closed`: the provider was closed.
 */
export type LeaseUnavailableReason =
  'held' | 'not-writable' | 'unsafe-file-system' | 'damaged' | 'io' | 'closed';

const WAYS_ON: Readonly<Record<LeaseUnavailableReason, string>> = {
  held: 'wait for its end, or stop that process: a lock of a process that is gone is followed by itself',
  'not-writable':
    "make the folder writable or, if no other process uses these files, set onUnwritable: 'in-process'",
  'unsafe-file-system': 'keep the session files on a volume that can exclude other processes',
  damaged: 'look at what is there, and move it away if no other program needs it',
  io: 'see the cause; the same call may succeed once it is mended',
  closed: 'make a new provider',
};

/**
 * Ownership towards other processes cannot be had. Nothing was started; the next request asks again.
 */
export class LeaseUnavailableError extends SessionError {
  static {
    named(this.prototype, 'LeaseUnavailableError');
  }
  readonly code = 'ERR_SESSION_LEASE_UNAVAILABLE';
  readonly reason: LeaseUnavailableReason;
  /** What is so, in words. */
  readonly detail: string;
  /** Where the lease is kept, where that is a place. */
  declare readonly lockPath?: string;
  /** `EROFS`, `ENOSPC`, ... where a system call failed. */
  declare readonly systemCode?: string;

  /** @param facts.detail what is so */
  constructor(
    facts: SessionErrorFacts & {
      reason: LeaseUnavailableReason;
      detail: string;
      lockPath?: string | undefined;
      systemCode?: string | undefined;
    },
  ) {
    const { reason, detail } = facts;
    super(facts, {
      message:
        `Cannot lease ${JSON.stringify(facts.sessionFile)} (${reason}): ${detail}` +
        `${holderClause(facts.holder)}; ${WAYS_ON[reason]}`,
      retry: reason === 'held' || reason === 'io' ? 'wait' : 'never',
      userMessage: reason === 'held' ? BUSY : BROKEN,
    });
    this.reason = reason;
    this.detail = detail;
    if (facts.lockPath !== undefined) this.lockPath = facts.lockPath;
    if (facts.systemCode !== undefined) this.systemCode = facts.systemCode;
  }
}

/**
 * Another process has taken the file over. What this one has not written yet, it may not write. The
 * `cause` of the reason of the run's signal, or thrown by the write that finds it.
 */
export class LeaseLostError extends SessionError {
  static {
    named(this.prototype, 'AbortError');
  }
  readonly code = 'ERR_SESSION_LEASE_LOST';
  /** Decimal: of the lease that was lost. */
  readonly fencingToken: string;

  /** @param facts.by who has it now, as far as that can be read */
  constructor(facts: SessionErrorFacts & { fencingToken: bigint; by?: HolderInfo | undefined }) {
    const { by } = facts;
    const now = by === undefined ? '' : `; the file is now with ${describeElsewhere(by)}`;
    super(
      { ...facts, holder: facts.holder ?? by },
      {
        message:
          `Lost the lease of ${JSON.stringify(facts.sessionFile)} (token ${facts.fencingToken}): ` +
          `this process gave no sign of life for too long, its lock was removed, or its provider was closed${now}; acquire the file again and read it anew`,
        retry: 'wait',
        userMessage: STOPPED,
      },
    );
    this.fencingToken = String(facts.fencingToken);
  }
}
