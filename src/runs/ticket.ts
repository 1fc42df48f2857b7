import type { Run } from './run.js';

/**
 * A place that `admit` gave: a turn, or one to come. Whoever claims it, by `acquire()` or
 * `coordinator.run(ticket, task)`, becomes the run; it serves once. A turn that nobody claims
 * within the coordinator's `settleMs` of its grant ends as `unclaimed`, one that is told to stop
 * meanwhile ends at once; the file passes on in that step. Its disposal cancels it; a run that was
 * handed over is not ended by that.
 *
 * Whoever claims is the one who waits, wherever `admit` was called: a wait that could never end is
 * refused there, and the ticket keeps its place.
 */
export interface Ticket extends AsyncDisposable {
  /** Of the run that it becomes; with `onReentry: 'join'`, of the run around. */
  readonly runId: string;
  /**
   * `granted`: it has the turn, and nobody has claimed it; `claimed`: the run is in somebody's
   * hands; `ended`: that run is over, or will never be.
   */
  readonly state: 'waiting' | 'granted' | 'claimed' | 'ended';
  /**
   * Claims it: the run, now or once it is granted. Waiting counts as the claim, so that the turn
   * cannot end as `unclaimed`.
   *
   * @throws OwnerWaitTimeoutError `ERR_SESSION_WAIT_TIMEOUT` not granted within `waitMs`
   * @throws OwnerWaitAbortedError `ERR_SESSION_WAIT_ABORTED` cancelled, interrupted, or given up by
   *   its signal
   * @throws RunInterruptedError `ERR_SESSION_RUN_INTERRUPTED` told to stop before it was claimed
   * @throws RunEndedError `ERR_SESSION_RUN_ENDED` claimed before, or its turn has ended
   * @throws RunRevokedError `ERR_SESSION_RUN_REVOKED` the turn that it joined was taken
   * @throws DeadlockError `ERR_SESSION_DEADLOCK` the wait could never end here: nothing was claimed
   * @throws InvalidSessionFileError `ERR_SESSION_FILE_INVALID` the path names no session file any
   *   more
   * @throws CoordinatorClosedError `ERR_SESSION_CLOSED`
   */
  acquire(): Promise<Run>;
  /**
   * Gives the place, or the turn that nobody has claimed, up in the call, and the next in line is
   * served: an `acquire()` under way rejects with `OwnerWaitAbortedError`
   * (`ERR_SESSION_WAIT_ABORTED`), whose `cause` is the reason. A waiting request is counted as
   * cancelled, a granted one ends as `aborted`; a turn that it only joined goes on. False, and
   * nothing done, once the run was handed to somebody or is over: use `interrupt` then.
   */
  cancel(reason?: unknown): boolean;
}
