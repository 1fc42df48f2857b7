import type { Counters } from './observe/counters.js';
import type { OwnershipEvent } from './observe/events.js';
import type { MonitorOptions } from './recovery/monitor-options.js';
import type { Monitor } from './recovery/monitor.js';
import type { RecoveryOutcome, RecoveryRequest } from './recovery/outcome.js';
import type { Admission, AdmitRequest } from './runs/admission.js';
import type { CloseReport } from './runs/close.js';
import type { GuestSection, WriteOptions } from './runs/guest-write.js';
import type { InterruptOptions, InterruptOutcome, RunTarget } from './runs/interrupt.js';
import type { RunIndex } from './runs/run-index.js';
import type { Run, RunRequest } from './runs/run.js';
import type { Ticket } from './runs/ticket.js';
import type { RunView, SessionFileLike } from './types.js';

/** All runs of the thread at one instant. Fresh, plain, safe to turn into JSON. */
export interface CoordinatorSnapshot {
  readonly held: readonly RunView[];
  readonly waiting: readonly RunView[];
  readonly parked: readonly RunView[];
  /** Runs whose turn was taken while their task goes on: they own nothing any more. */
  readonly draining: readonly RunView[];
  readonly counters: Counters;
}

/** Gives session files to one run at a time. */
export interface Coordinator extends AsyncDisposable {
  /**
   * Waits for the file, runs `task` as its owner, and ends the run as the task ends. A ticket of
   * `admit` has its place already. Resolves or rejects as the task does; once the run's signal has fired it rejects with the signal's reason,
   * at the latest when the turn is taken, and what the task still produces goes to `rescue`.
   *
   * @throws TypeError, RangeError the request is wrong
   * @throws InvalidSessionFileError `ERR_SESSION_FILE_INVALID` the path cannot name a session file
   * @throws OwnerWaitTimeoutError `ERR_SESSION_WAIT_TIMEOUT` not granted within `waitMs`
   * @throws OwnerWaitAbortedError `ERR_SESSION_WAIT_ABORTED` the caller's signal fired while it waited
   * @throws RunInterruptedError `ERR_SESSION_RUN_INTERRUPTED` the run was told to stop
   * @throws DeadlockError `ERR_SESSION_DEADLOCK` the wait could never end
   * @throws QueueFullError `ERR_SESSION_QUEUE_FULL` too many wait already
   * @throws DuplicateRunError `ERR_SESSION_RUN_DUPLICATE` a live run has this run id
   * @throws CoordinatorClosedError `ERR_SESSION_CLOSED`
   */
  run<T>(request: RunRequest | Ticket, task: (run: Run) => T | Promise<T>): Promise<T>;
  /**
   * Like `run`, for `await using`: the run owns the file until it is released or disposed of. The
   * code behind it is not in the run's ambient context; see `run.within` and `parent`.
   */
  acquire(request: RunRequest): Promise<Run>;
  /**
   * Asks how a request may run, and says what to do where somebody owns the file: wait, hand the
   * message to the run there, stop that run, or go away. The answer is one fact, decided in one step
   * in the order of the calls. From inside a run of the same file the request waits for its end.
   *
   * Until the ticket is claimed its place ends by `ticket.cancel()`, by the request's `signal`, by
   * `waitMs` and, once granted, after `settleMs`: the next in line is served then.
   *
   * @throws TypeError, RangeError the request is wrong
   * @throws InvalidSessionFileError `ERR_SESSION_FILE_INVALID` the path cannot name a session file
   * @throws OwnerWaitTimeoutError `ERR_SESSION_WAIT_TIMEOUT` `waitMs` passed before it was decided
   * @throws OwnerWaitAbortedError `ERR_SESSION_WAIT_ABORTED` the signal fired before it was decided
   * @throws DeadlockError `ERR_SESSION_DEADLOCK` the wait could never end
   * @throws DuplicateRunError `ERR_SESSION_RUN_DUPLICATE` a live run has this run id
   * @throws CoordinatorClosedError `ERR_SESSION_CLOSED`
   */
  admit(request: AdmitRequest): Promise<Admission>;
  /**
   * Writes as a guest: a mirror of deliveries, a user interface, a plugin. Where a run owns the file
   * the section is let in between two of its own, and the owner learns what was written; where
   * nobody does it is a short turn. Asked from inside a section of the same file it runs directly. It
   * may last as long as the coordinator's `settleMs`, since it keeps the owner from writing.
   *
   * @throws TypeError, RangeError an option is wrong
   * @throws InvalidSessionFileError `ERR_SESSION_FILE_INVALID` not a session file, or a marker
   * @throws OwnerWaitTimeoutError `ERR_SESSION_WAIT_TIMEOUT` not let in within `waitMs`
   * @throws OwnerWaitAbortedError `ERR_SESSION_WAIT_ABORTED` the signal fired while it waited
   * @throws DeadlockError `ERR_SESSION_DEADLOCK` the open section waits for this one
   * @throws RunInterruptedError `ERR_SESSION_RUN_INTERRUPTED` the section lasted too long
   * @throws TornTranscriptError `ERR_SESSION_TORN_TAIL`, TranscriptIoError `ERR_SESSION_IO` as `append`
   * @throws CoordinatorClosedError `ERR_SESSION_CLOSED`
   */
  write<T>(file: SessionFileLike, section: GuestSection<T>, options?: WriteOptions): Promise<T>;
  /**
   * "Resolve or create", once among concurrent calls: whoever calls while a creation for this
   * session key runs shares its outcome. The result is not kept.
   *
   * @throws OwnerWaitAbortedError `ERR_SESSION_WAIT_ABORTED` the signal fired; the creation goes on
   * @throws DeadlockError `ERR_SESSION_DEADLOCK` called from inside its own creation
   */
  openOnce<T>(
    sessionKey: string,
    create: () => T | Promise<T>,
    options?: { signal?: AbortSignal },
  ): Promise<T>;
  /** The runs alive in this thread, of all coordinators. */
  readonly runs: RunIndex;
  /**
   * Tells a run to stop and waits for exactly that run to end or, after `settleMs`, to lose its turn;
   * the next in line owns the file then. A run that waits is cancelled at once. Never waits in a
   * queue or for a file.
   *
   * @throws TypeError, RangeError target or options are wrong
   * @throws InvalidSessionFileError `ERR_SESSION_FILE_INVALID` the path cannot name a session file
   */
  interrupt(target: RunTarget, options?: InterruptOptions): Promise<InterruptOutcome>;
  /**
   * For code that finds a session stuck: judges the run that has its file and, only where that is
   * silent for too long, asks it to give way, tells it to stop, and takes its turn after `settleMs`.
   * Runs that wait keep their places. The outcome says what was observed.
   *
   * @throws TypeError, RangeError the request is wrong; everything else is an outcome
   */
  recover(request: RecoveryRequest): Promise<RecoveryOutcome>;
  /**
   * The diagnostic heartbeat. Its timer keeps no process alive; it ends with the coordinator.
   *
   * @throws TypeError, RangeError an option is wrong
   * @throws CoordinatorClosedError `ERR_SESSION_CLOSED`
   */
  monitor(options?: MonitorOptions): Monitor;
  inspect(): CoordinatorSnapshot;
  /** The last changes of one file, or of all, oldest first. */
  history(file?: SessionFileLike): readonly OwnershipEvent[];
  /**
   * Stops admission, cancels this coordinator's waiting runs, gives its owners `waitMs` to end by
   * themselves, tells the others to stop, and takes the turns of those that do not settle.
   *
   * @param options.waitMs the coordinator's `settleMs` by default
   * @throws DeadlockError `ERR_SESSION_DEADLOCK` called from inside a run that would have to end
   */
  close(options?: { waitMs?: number }): Promise<CloseReport>;
}
