import type { HolderInfo, SessionFile } from '../types.js';

/** A wish for a lease. */
export interface LeaseRequest {
  /** What others can read of whoever has it. */
  readonly holder: HolderInfo;
  /** False: now or never. */
  readonly wait: boolean;
  /** Ends the wait. */
  readonly signal: AbortSignal;
  /** Called once, and never after `release`, when another process has taken the file over. */
  readonly onLost: (cause: Error) => void;
  /**
   * Called while it waits, when that begins and when somebody else has the file; undefined where
   * nobody can say who.
   */
  readonly onHeld?: ((holder: HolderInfo | undefined) => void) | undefined;
}

/** The right to a session file, for as long as nobody took it over. */
export interface Lease {
  /**
   * Higher than that of every lease on this file before; by exactly 1 where nobody was in between, so
   * that a thread knows whether what it remembers of the last run still counts.
   */
  readonly fencingToken: bigint;
  /**
   * Whose turn had not ended when its lease was taken over: it died, or was thought to have. Told
   * again to the next, where this lease is given back without an `update`.
   */
  readonly died?: HolderInfo | undefined;
  /** Set where other processes are not kept away from the file after all: why. */
  readonly unprotected?: Error | undefined;
  /**
   * Looks where the lease is kept. Synchronous, so that it can be asked right before a write.
   *
   * @throws LeaseUnavailableError `ERR_SESSION_LEASE_UNAVAILABLE` nobody can tell now
   */
  isHeld(): boolean;
  /** Who has the file since it was lost, as far as that can be read. Never throws. */
  lostTo?(): HolderInfo | undefined;
  /** Whether others wait for it. Without it they might at any time. */
  isWanted?(): boolean;
  /** A turn begins: other processes see this holder from now on. */
  update(holder: HolderInfo): Promise<void>;
  /**
   * Idempotent. A lease that was lost stays with whoever has it now.
   *
   * @param cutOff whose turn had to be taken: the next one is told, as it is told of a death
   */
  release(cutOff?: HolderInfo): Promise<void>;
}

/** Excludes other processes, and threads, from a session file. One serves the whole thread. */
export interface LeaseProvider {
  readonly name: string;
  /** So many turns of this thread in a row, while others wait, then it is theirs. @defaultValue 16 */
  readonly maxHandOvers?: number | undefined;
  /**
   * Resolves once the file is this thread's.
   *
   * @throws LeaseUnavailableError `ERR_SESSION_LEASE_UNAVAILABLE` held by another and `wait` is
   *   false, or leases cannot be kept where the file is
   * @throws the reason of the signal; nothing stays
   */
  acquire(file: SessionFile, request: LeaseRequest): Promise<Lease>;
  /**
   * Who has the file; undefined where nobody does, or somebody who is proven dead. Takes no lock
   * and changes nothing.
   */
  inspect(file: SessionFile): Promise<HolderInfo | undefined>;
  /** Gives all leases back; nothing of the provider stays. Idempotent. */
  close(): Promise<void>;
}
