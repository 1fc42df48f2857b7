import type { Transcript } from '../transcript/transcript.js';
import type { PreviousRun, RunKind, RunView, SessionFileLike } from '../types.js';
import type { SessionError } from '../errors/session-error.js';
import type { PromptOptions } from './prompt.js';

/** What a caller asks for. */
export interface RunRequest {
  readonly sessionFile: SessionFileLike;
  /** The name of the lane. A label: it never decides who owns the file. */
  readonly sessionKey?: string | undefined;
  /** The name of the conversation. A label: it never decides who owns the file. */
  readonly sessionId?: string | undefined;
  /**
   * Names the run in views, errors and `interrupt`. Never used twice: the id of another run alive
   * is refused, and the view of an ended run with the same id and generation would mean its
   * successor.
   * @defaultValue a random UUID
   */
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
   * Silence after which the run counts as stuck and is told to stop, measured from its last sign of
   * life: `progress()`, a section, a window that opens or closes. @defaultValue the coordinator's
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
  /**
   * `fsync`: what a write put into the file has reached the disk when it resolves.
   * @defaultValue the coordinator's
   */
  readonly durability?: 'os' | 'fsync' | undefined;
  /**
   * What happens where somebody appends to the file without the gate: `takeover` ends the run,
   * `adopt` takes the bytes in and reports them by `takeGuestWrites()`. Any other change ends it.
   * @defaultValue the coordinator's
   */
  readonly onForeignAppend?: 'takeover' | 'adopt' | undefined;
  /**
   * How this run takes a message in while it prompts (see `admit`). `true` is binding: the message
   * is in its hands, and whoever sent it gets no turn of its own. Anything else, or an error,
   * leaves the message where it waits. It must not wait for other sessions, nor for the file of
   * whoever sends the message: nobody sees that circle, only `waitMs` ends it.
   */
  readonly steer?: ((message: unknown) => boolean | Promise<boolean>) | undefined;
  /** Gets a finished result that ownership no longer covers. What it throws is logged. */
  readonly rescue?: ((payload: unknown, error: SessionError) => void | Promise<void>) | undefined;
}

/** One turn on a session file. Shows the run as it is now; looking at it never throws. */
export interface Run extends RunView, AsyncDisposable {
  /**
   * Fires once, when the run should stop: its caller's signal, a stuck or too long turn, a more
   * urgent run, `interrupt`, recovery, `close()`. Its reason is a `RunInterruptedError` that says why. From then on the
   * run has the coordinator's `settleMs` to end by itself; after that its turn is taken. Listeners
   * are called in the context in which the signal was first asked for, whoever made it fire.
   */
  readonly signal: AbortSignal;
  /**
   * Fires when a run of a more urgent kind waits, or recovery asks: give way when convenient. Once
   * in a turn; a new turn after `park` has a new one. Its listeners are called as those of `signal`.
   */
  readonly yieldSignal: AbortSignal;
  /** The session file: all writing goes through it. */
  readonly transcript: Transcript;
  /**
   * The run that had the file before: how it ended, and which bytes its turn began and stopped at,
   * so that what an interrupted run left can be repaired or marked. Undefined where nobody knows.
   */
  readonly previous?: PreviousRun | undefined;

  /**
   * One model call with its tools. Queued writes are drained, the file is checked for writers that
   * went past the gate, `task` runs with the run's signal, then both again; opening and closing are
   * signs of life. Resolves or rejects as `task` does. Once the run's signal has fired it rejects
   * with the signal's reason, at the latest when the turn is taken; a result goes to `rescue` then,
   * and the error carries it.
   *
   * @throws RunInterruptedError `ERR_SESSION_RUN_INTERRUPTED` the run was told to stop; its `cause`
   *   is a `TakeoverError` where somebody changed the file without the gate
   * @throws DeadlockError `ERR_SESSION_DEADLOCK` called from inside a section
   * @throws RunNotOwnerError, RunEndedError, RunRevokedError no turn now, or any more
   */
  prompt<T>(task: (signal: AbortSignal) => T | Promise<T>, options?: PromptOptions): Promise<T>;

  /**
   * Work on the file that has a clock of its own, such as a compaction: while it lasts neither
   * `stuckAfterMs` nor `maxHoldMs` counts, only `deadlineMs`. When that has passed its signal fires
   * (reason `timeout`) and `maintain` rejects with it once `task` has settled; where that takes
   * longer than `settleMs`, the run is told to stop as stuck.
   *
   * @throws RunInterruptedError `ERR_SESSION_RUN_INTERRUPTED` the time was up, or the run was told
   *   to stop
   * @throws DeadlockError `ERR_SESSION_DEADLOCK` called from inside a section
   * @throws RunNotOwnerError, RunEndedError, RunRevokedError no turn now, or any more
   */
  maintain<T>(
    task: (signal: AbortSignal) => T | Promise<T>,
    options: { deadlineMs: number },
  ): Promise<T>;

  /**
   * Gives the turn up once its sections and queued writes have ended, runs `task`, and waits for a
   * new turn on the same file, before all requests that wait. Resolves or rejects as `task` does.
   * While it lasts the run owns nothing, so what it waits for may use the file.
   *
   * Where the turn does not come back the run stays parked: it may end, or call `park` again.
   *
   * @param options.waitMs how long to wait for the turn once `task` has settled; the request's by
   *   default
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
   * run owns the file when this returns, or, where sections and queued writes are under way, when
   * it resolves. From inside a section it does not wait for that section. Idempotent. A joined
   * handle ends only itself.
   */
  release(end?: { error?: unknown }): Promise<void>;

  toJSON(): RunView;
}
