import type { RunInterruptedError } from '../../errors/run-errors.js';
import { SessionError } from '../../errors/session-error.js';
import type { Counters } from '../../observe/counters.js';
import { monotonicMs, roundedMs } from '../../support/clock.js';
import type { FileQueue } from '../file/file-queue.js';
import { type GivenUp, isLeaseUnavailable, outcomeOf } from '../table/refusals.js';
import type { RunRecord } from '../run/run-record.js';
import type { Holder } from '../../types.js';
import type { TableState } from '../table/table-state.js';

const COUNTED: Readonly<Record<GivenUp, keyof Omit<Counters, 'ends'>>> = {
  'timed-out': 'timedOut',
  aborted: 'aborted',
  cancelled: 'cancelled',
  refused: 'refused',
};

/** What departures need of the parts that watch over runs. */
export interface DepartureWatchers {
  /** The turn, if there was one, is over: nothing watches it any more. */
  over(record: RunRecord): void;
  /** The file has a new owner, or nobody waits any more. */
  ownerChanged(queue: FileQueue): void;
  /** Fewer wait for a file that nobody of this thread owns. */
  fewer(queue: FileQueue): void;
  /** The run has ended: nothing of it stays. */
  gone(record: RunRecord): void;
}

/**
 * How a request ends that gets no turn of its own, and what is left of any run: nothing.
 *
 * Invariants: each way is counted and told once; the record is out of queue and index in the same
 * step.
 */
export class Departures {
  readonly #state: TableState;
  readonly #watchers: DepartureWatchers;

  constructor(state: TableState, watchers: DepartureWatchers) {
    this.#state = state;
    this.#watchers = watchers;
  }

  /**
   * Ends a wait without a grant: a request is gone at once, a parked run stays parked.
   * `error` is what the caller gets; it also says how the wait is counted, where `how` does not.
   */
  stopWaiting(
    record: RunRecord,
    error: unknown,
    how: GivenUp = outcomeOf(error, record.list !== undefined),
  ): void {
    if (record.phase === 'ended') return;
    const queue = record.queue;
    const { waiter } = record;
    queue?.remove(record);
    record.waiter = undefined;
    this.#state.deadlines.stop(record);
    if (record.phase === 'parked') {
      record.isStranded = true;
      this.#emitStop(record, 'resume-failed', error);
    } else {
      this.#state.count(record);
      this.#state.counters[COUNTED[how]] += 1;
      this.retire(record);
      this.#emitStop(record, how, error);
    }
    if (waiter) waiter.reject(error);
    else record.refusal = error;
    this.#fewerWait(queue);
  }

  /** A request from inside the turn of `host` that shares this turn: it never becomes a run. */
  join(record: RunRecord, host: RunRecord): void {
    this.retire(record);
    this.#state.counters.joined += 1;
    this.#state.emit('joined', record, { hostRunId: host.runId });
  }

  /** A request that would have to wait, and does not want to or cannot: it never becomes a run. */
  turnAway(
    record: RunRecord,
    holder: Holder,
    reason: 'held' | 'held-elsewhere' | 'queue-full',
  ): void {
    const { waiter, queue } = record;
    queue?.remove(record);
    record.waiter = undefined;
    this.retire(record);
    this.#state.counters.busy += 1;
    this.#state.emit('busy', record, { reason, holderRunId: holder.runId });
    waiter?.decided?.({ outcome: 'busy', reason, holder });
    this.#fewerWait(queue);
  }

  /** The holder took the message of a waiting request, which gives its place up. */
  steer(record: RunRecord, holder: RunRecord): void {
    const { queue } = record;
    queue?.remove(record);
    record.waiter = undefined;
    this.retire(record);
    this.#state.counters.steered += 1;
    this.#state.emit('steered', record, { holderRunId: holder.runId });
    this.#fewerWait(queue);
  }

  #fewerWait(queue: FileQueue | undefined): void {
    if (queue === undefined) return;
    this.tellFree(queue);
    if (queue.waiting === 0) this.#watchers.ownerChanged(queue);
    if (queue.owner === undefined) this.#watchers.fewer(queue);
  }

  /** Whoever was turned away from this file may ask again. */
  tellFree({ freeListeners }: FileQueue): void {
    if (freeListeners !== undefined) this.#state.outbox.pushAll(freeListeners);
  }

  #emitStop(record: RunRecord, type: GivenUp | 'resume-failed', error: unknown): void {
    const { code, holder, eventId, cause } = SessionError.is(error)
      ? error
      : { code: 'ERR_UNKNOWN', holder: undefined, eventId: undefined, cause: undefined };
    const why = isInterrupt(cause) ? cause.why : undefined;
    const sinceMs = record.phase === 'parked' ? record.parkedMs : record.arrivedMs;
    const details = {
      code,
      waitedMs: roundedMs(monotonicMs() - sinceMs),
      ...(holder === undefined ? {} : { holderRunId: holder.runId }),
      ...(why === undefined ? {} : { why }),
      ...leaseFacts(error),
      ...(type === 'timed-out' && record.waitLimitMs === 0 ? { isProbe: true as const } : {}),
    };
    this.#state.emit(type, record, details, eventId);
  }

  /** The record is out of the index, and nothing of it stays. */
  retire(record: RunRecord): void {
    record.phase = 'ended';
    record.windows = undefined;
    this.#state.unlist(record);
    this.#watchers.over(record);
    this.#watchers.gone(record);
    this.#state.deadlines.stop(record);
    if (record.endListeners === undefined) return;
    this.#state.outbox.pushAll(record.endListeners);
    record.endListeners = undefined;
  }
}

/** By its code, so that errors of another copy of this package count. */
function isInterrupt(error: unknown): error is RunInterruptedError {
  return SessionError.is(error) && error.code === 'ERR_SESSION_RUN_INTERRUPTED';
}

/** Why no lease could be had: a log that says only that tells a full disk from a locked file. */
function leaseFacts(error: unknown): { reason?: string; systemCode?: string; lockPath?: string } {
  if (!isLeaseUnavailable(error)) return {};
  const { reason, systemCode, lockPath } = error;
  return {
    reason,
    ...(systemCode === undefined ? {} : { systemCode }),
    ...(lockPath === undefined ? {} : { lockPath }),
  };
}
