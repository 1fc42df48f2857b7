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
   * Waits for the file, runs `task` as its owner, and ends the run as the task ends. Given a ticket
   * of `admit`, it claims that: the place is there already, and only its turn is waited for.
   *
   * Resolves or rejects as the task does. Once the run's signal has fired it rejects with the
   * signal's reason, at the latest when the turn is taken; the task may go on then, without the
   * file, and what it still produces goes to `rescue`. Where the wait ends without a turn, the task
   * was not started and nothing of the request is left. A ticket whose claim could never be served
   * keeps its place, and may be claimed elsewhere.
   *
   * @throws TypeError, RangeError the request is wrong
   * @throws InvalidSessionFileError `ERR_SESSION_FILE_INVALID` the path cannot name a session file
   * @throws OwnerWaitTimeoutError `ERR_SESSION_WAIT_TIMEOUT` not granted within `waitMs`
   * @throws OwnerWaitAbortedError `ERR_SESSION_WAIT_ABORTED` its signal fired while it waited, it
   *   was interrupted, or its ticket was cancelled
   * @throws RunInterruptedError `ERR_SESSION_RUN_INTERRUPTED` the run was told to stop
   * @throws RunEndedError `ERR_SESSION_RUN_ENDED` the ticket was claimed before, or not in time;
   *   the run whose turn the request had joined has ended
   * @throws DeadlockError `ERR_SESSION_DEADLOCK` the wait could never end
   * @throws QueueFullError `ERR_SESSION_QUEUE_FULL` too many wait already (a request; `admit`
   *   answers `busy`)
   * @throws DuplicateRunError `ERR_SESSION_RUN_DUPLICATE` a live run has this run id
   * @throws CoordinatorClosedError `ERR_SESSION_CLOSED`
   */
  run<T>(request: RunRequest | Ticket, task: (run: Run) => T | Promise<T>): Promise<T>;
  /**
   * Like `run`, for `await using`: the run owns the file until it is released or disposed of, told
   * to stop or not; `settleMs` after its signal has fired its turn is taken. Rejects where `run`
   * does before its task starts. The code behind it is not in the run's ambient context; see
   * `run.within` and `parent`.
   */
  acquire(request: RunRequest): Promise<Run>;
  /**
   * Asks how a request may run, and says what to do where somebody owns the file: wait, hand the
   * message to the run there, stop that run, or go away. The answer is one fact, decided in one
   * step in the order of the calls; only for `steer` it comes later, once the holder has said
   * whether it takes the message. It rejects where it could not be decided; what happens to a place
   * after the answer is told by its ticket. From inside a run of the same file the request waits
   * for its end (`onReentry` is `'queue'` here). A place is no wait yet: circles are refused to
   * whoever claims the ticket.
   *
   * A ticket that nobody claims keeps its place until `ticket.cancel()`, its disposal, the
   * request's `signal`, an interrupt, `waitMs` or `close()` ends it; its turn ends as `unclaimed`
   * `settleMs` after the grant. The next in line is served in that step, and no rejection goes
   * unobserved.
   *
   * @throws TypeError, RangeError the request is wrong
   * @throws InvalidSessionFileError `ERR_SESSION_FILE_INVALID` the path cannot name a session file
   * @throws OwnerWaitTimeoutError `ERR_SESSION_WAIT_TIMEOUT` `waitMs` passed before it was decided;
   *   with `waitMs: 0` also where somebody owns the file (mode `skip` answers `busy` instead)
   * @throws OwnerWaitAbortedError `ERR_SESSION_WAIT_ABORTED` its signal fired, or it was
   *   interrupted, before it was decided
   * @throws DeadlockError `ERR_SESSION_DEADLOCK` asked with `onReentry: 'refuse'` from inside a run
   *   of the file, or with another one than `'queue'` from inside a guest's section of it
   * @throws DuplicateRunError `ERR_SESSION_RUN_DUPLICATE` a live run has this run id
   * @throws CoordinatorClosedError `ERR_SESSION_CLOSED`
   */
  admit(request: AdmitRequest): Promise<Admission>;
  /**
   * Writes as a guest: a mirror of deliveries, a user interface, a plugin. Where a run owns the
   * file the section is let in between two of its own, and the owner learns what was written; where
   * nobody does it is a short turn. Asked from inside a section of the same file it runs directly.
   * It may last as long as the coordinator's `settleMs`, since it keeps the owner from writing.
   *
   * @throws TypeError, RangeError an option is wrong
   * @throws InvalidSessionFileError `ERR_SESSION_FILE_INVALID` not a session file, or a marker
   * @throws OwnerWaitTimeoutError `ERR_SESSION_WAIT_TIMEOUT` not let in within `waitMs`
   * @throws OwnerWaitAbortedError `ERR_SESSION_WAIT_ABORTED` the signal fired while it waited
   * @throws DeadlockError `ERR_SESSION_DEADLOCK` the open section waits for this one
   * @throws RunInterruptedError `ERR_SESSION_RUN_INTERRUPTED` the section lasted too long
   * @throws TornTranscriptError `ERR_SESSION_TORN_TAIL`, TranscriptIoError `ERR_SESSION_IO` as
   *   `append`
   * @throws CoordinatorClosedError `ERR_SESSION_CLOSED`
   */
  write<T>(file: SessionFileLike, section: GuestSection<T>, options?: WriteOptions): Promise<T>;
  /**
   * "Resolve or create", once among concurrent calls: whoever calls while a creation for this
   * session key runs shares its outcome. The result is not kept.
   *
   * @throws TypeError the session key, the creation or the signal is wrong
   * @throws OwnerWaitAbortedError `ERR_SESSION_WAIT_ABORTED` the signal fired; the creation goes on
   * @throws DeadlockError `ERR_SESSION_DEADLOCK` called from inside its own creation
   * @throws CoordinatorClosedError `ERR_SESSION_CLOSED`
   */
  openOnce<T>(
    sessionKey: string,
    create: () => T | Promise<T>,
    options?: { signal?: AbortSignal },
  ): Promise<T>;
  /** The runs alive in this thread, of all coordinators. */
  readonly runs: RunIndex;
  /**
   * Tells a run to stop and waits for exactly that run to end by itself or, `settleMs` after its
   * signal fired, to lose its turn; when this resolves the next in line owns the file. A run that
   * waits is gone in the call, and its caller's error has the `RunInterruptedError` as its `cause`.
   * Never waits in a queue or for a file, and needs no turn.
   *
   * A run that was told to stop before keeps its first reason, and its time can only become
   * shorter. A task that ignores its signal goes on after that: it is refused at the gate, and
   * listed in `inspect().draining`. Asked from inside the run that is meant, or from one that it
   * waits for, the answer comes at once (`still-running`): the run was told, and is not waited for.
   *
   * @throws TypeError, RangeError target or options are wrong
   * @throws InvalidSessionFileError `ERR_SESSION_FILE_INVALID` the path cannot name a session file
   */
  interrupt(target: RunTarget, options?: InterruptOptions): Promise<InterruptOutcome>;
  /**
   * For code that finds a session stuck: judges the run that has its file, under whatever key, and,
   * only where that has been silent for too long, asks it to give way, tells it to stop (`why` is
   * `recovery`), and takes its turn after `settleMs`. Nobody is judged within 30 s after the
   * process itself stood still; a file is recovered by one call at a time. Runs that wait keep
   * their places: the first of them is granted as at any other end. The outcome says what was
   * observed after that.
   *
   * @throws TypeError, RangeError the request is wrong; everything else is an outcome
   */
  recover(request: RecoveryRequest): Promise<RecoveryOutcome>;
  /**
   * Starts the diagnostic heartbeat, over all owners of the thread and over the sessions that are
   * reported to it. Its timer keeps no process alive; it ends with its disposal or with `close()`.
   * Several of them do not recover one file at the same time.
   *
   * @throws TypeError, RangeError an option is wrong
   * @throws CoordinatorClosedError `ERR_SESSION_CLOSED`
   */
  monitor(options?: MonitorOptions): Monitor;
  /**
   * All runs of the thread, of all its coordinators, at this instant. Never waits, locks or opens a
   * file.
   */
  inspect(): CoordinatorSnapshot;
  /**
   * The last changes of one file, or of all, oldest first, as far as `historySize` reaches.
   *
   * @throws TypeError the file is none by its type
   * @throws InvalidSessionFileError `ERR_SESSION_FILE_INVALID` the path cannot name a session file
   */
  history(file?: SessionFileLike): readonly OwnershipEvent[];
  /**
   * Stops admission, ends this coordinator's monitors, cancels its waiting runs, gives its owners
   * `waitMs` to end by themselves, tells the others to stop, and takes the turns of those that do
   * not settle within `settleMs`. Other coordinators of the thread go on. A second call gets the
   * report of the first.
   *
   * @param options.waitMs measured from the call; the coordinator's `settleMs` by default
   * @throws TypeError, RangeError an option is wrong
   * @throws DeadlockError `ERR_SESSION_DEADLOCK` called from inside a run that would have to end
   */
  close(options?: { waitMs?: number }): Promise<CloseReport>;
}
