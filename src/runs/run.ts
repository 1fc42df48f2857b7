import type { RunKind, RunView, SessionFileLike } from '../types.js';
import type { SessionError } from '../errors/session-error.js';

/** What a caller asks for. */
export interface RunRequest {
  readonly sessionFile: SessionFileLike;
  /** The name of the lane. A label: it never decides who owns the file. */
  readonly sessionKey?: string | undefined;
  /** The name of the conversation. A label: it never decides who owns the file. */
  readonly sessionId?: string | undefined;
  /** @defaultValue a random UUID; the id of another run alive is refused */
  readonly runId?: string | undefined;
  /** @defaultValue `'person'` */
  readonly kind?: RunKind | undefined;
  /**
   * Ends the wait while the run waits, fires `run.signal` from the grant on. A request that joins
   * has its host's signal from then on; its own counts no more.
   */
  readonly signal?: AbortSignal | undefined;
  /**
   * Measured from the call: one deadline for resolving the path and for queueing together. 0 takes
   * the file now or never, `Infinity` waits without limit.
   * @defaultValue the coordinator's
   */
  readonly waitMs?: number | undefined;
  /** The absolute limit of the turn, measured from its grant. @defaultValue the coordinator's */
  readonly maxHoldMs?: number | undefined;
  /**
   * Silence after which the run counts as stuck and is told to stop, measured from its last
   * `progress()`. @defaultValue the coordinator's
   */
  readonly stuckAfterMs?: number | false | undefined;
  /** The run that asks, where the ambient context does not show it. */
  readonly parent?: Run | undefined;
  /**
   * What happens to a request from inside a run of the same file: `refuse` throws, `join` shares
   * that run's turn, `queue` waits for its end (and must then not be awaited inside it).
   * @defaultValue `'refuse'`
   */
  readonly onReentry?: 'refuse' | 'join' | 'queue' | undefined;
  /** Gets a finished result that ownership no longer covers. What it throws is logged. */
  readonly rescue?: ((payload: unknown, error: SessionError) => void | Promise<void>) | undefined;
}

/** One turn on a session file. Shows the run as it is now; looking at it never throws. */
export interface Run extends RunView, AsyncDisposable {
  /**
   * Fires once, when the run should stop: its caller's signal, a stuck or too long turn, a more
   * urgent run, `close()`. Its reason is a `RunInterruptedError` that says why. From then on the
   * run has the coordinator's `settleMs` to end by itself; after that its turn is taken.
   */
  readonly signal: AbortSignal;
  /** Fires when a run of a more urgent kind waits: give way when convenient. */
  readonly yieldSignal: AbortSignal;

  /**
   * Gives the turn up, runs `task`, and waits for a new turn on the same file, before all requests
   * that wait. Resolves or rejects as `task` does. While it lasts the run owns nothing, so what it
   * waits for may use the file.
   *
   * Where the turn does not come back the run stays parked: it may end, or call `park` again.
   *
   * @param options.waitMs how long to wait for the turn once `task` has settled; the request's by default
   * @throws OwnerWaitTimeoutError `ERR_SESSION_WAIT_TIMEOUT` no turn within `waitMs`
   * @throws DeadlockError `ERR_SESSION_DEADLOCK` whoever owns the file now waits for this run
   * @throws RunInterruptedError `ERR_SESSION_RUN_INTERRUPTED` the run's signal fired meanwhile
   * @throws RunNotOwnerError `ERR_SESSION_NOT_OWNER` parked already, or a joined handle
   * @throws RunEndedError, RunRevokedError the run has ended
   */
  park<T>(task: () => T | Promise<T>, options?: { waitMs?: number }): Promise<T>;

  /** Runs `task` in this run's ambient context, as `run()` does by itself. */
  within<T>(task: () => T): T;

  /** The run is alive and moves: its silence starts anew. Never throws. */
  progress(note?: string): void;

  /**
   * Gives the run other labels, in all views at once. Names left out stay.
   *
   * @throws RunEndedError, RunRevokedError the run has ended
   */
  rebind(names: { sessionKey?: string; sessionId?: string }): void;

  /**
   * Ends the run as `released`, or as `failed` where an `error` is given; the most urgent waiting
   * run owns the file when this returns. Idempotent. A joined handle ends only itself.
   */
  release(end?: { error?: unknown }): Promise<void>;

  toJSON(): RunView;
}
