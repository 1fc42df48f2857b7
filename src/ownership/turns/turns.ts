import { RunEndedError } from '../../errors/run-errors.js';
import { monotonicMs } from '../../support/clock.js';
import type { RunEnd } from '../../types.js';
import type { Departures } from './departures.js';
import { endAfter } from '../run/ends.js';
import { checkStillSame } from '../table/identify.js';
import { endedError } from '../table/run-guards.js';
import { FileQueue } from '../file/file-queue.js';
import type { Gate } from '../file/gate.js';
import type { Leasing } from '../leasing/leasing.js';
import type { GrantWaiter } from '../run/decision.js';
import type { RunRecord } from '../run/run-record.js';
import type { TableState } from '../table/table-state.js';
import { emitEnd, emitGrant } from './turn-events.js';
import { TurnExclusion } from '../file/turn-exclusion.js';
import { isPending } from '../run/turn-work.js';
import { waitAborted, waitTimeout } from '../table/refusals.js';

/** What turns need of the parts that watch over them. */
export interface TurnWatchers {
  /** The turn began: its limits start. */
  granted(record: RunRecord): void;
  /** The turn was given up for a while: nothing watches it any more. */
  over(record: RunRecord): void;
  /** Another limit counts for the turn from now on. */
  limitMoved(record: RunRecord): void;
  /** A parked run has its turn again: whoever waits now waits for all that it waits for. */
  resumed(queue: FileQueue): void;
  /** The file has a new owner, or nobody waits any more. */
  ownerChanged(queue: FileQueue): void;
  /** The caller's signal of a parked run has fired, and its listener was not called yet. */
  callerAborted(record: RunRecord, reason: unknown): void;
}

/**
 * Grant, hand over, end: the only code that changes who owns a file.
 *
 * Invariants: a turn ends and the next begins in the same synchronous step; the next is the head of
 * the queue; whoever is not granted is told why.
 */
export class Turns {
  readonly #state: TableState;
  readonly #departures: Departures;
  readonly #leasing: Leasing;
  readonly #watchers: TurnWatchers;

  constructor(state: TableState, departures: Departures, leasing: Leasing, watchers: TurnWatchers) {
    this.#state = state;
    this.#departures = departures;
    this.#leasing = leasing;
    this.#watchers = watchers;
  }

  /** Makes a file that nobody uses a file in use. */
  open(record: RunRecord): FileQueue {
    const queue = new FileQueue(record.key, record.file?.realPath ?? record.key, record.isMarker);
    this.#leasing.open(queue);
    this.#state.queues.set(record.key, queue);
    if (!record.isMarker) this.#state.fileIds.note(queue, record.fileId);
    return queue;
  }

  /** The run owns from here on; whoever waits for that is told by `admit`. */
  grant(queue: FileQueue, record: RunRecord, nowMs: number): void {
    const isResumed = record.phase === 'parked';
    const sinceMs = isResumed ? record.parkedMs : record.arrivedMs;
    queue.owner = record;
    queue.parked?.delete(record);
    record.noteGrant(nowMs);
    record.grantSequence = this.#state.log.written;
    record.grantKey = record.key;
    this.#leasing.notes.granted(queue, record);
    this.#state.deadlines.stop(record);
    this.#state.counters[isResumed ? 'resumed' : 'granted'] += 1;
    emitGrant(this.#state, record, isResumed, sinceMs, nowMs);
    this.#watchers.granted(record);
  }

  /** Somebody waits for a file that is owned: from now on its turns run inside the mutex. */
  contend(queue: FileQueue): void {
    if (queue.exclusion !== undefined) return;
    queue.exclusion = new TurnExclusion();
    queue.exclusion.engage();
  }

  /** Ends the turn of a parking run; the file passes on. */
  park(queue: FileQueue, record: RunRecord): void {
    record.phase = 'parked';
    record.work?.turnOver();
    if (queue.gate) queue.gate.isSuspect = false;
    record.parkedMs = monotonicMs();
    (queue.parked ??= new Set()).add(record);
    this.#state.emit('parked', record);
    this.#leasing.notes.turnOver(queue, record);
    this.#watchers.over(record);
    this.#handOver(queue);
  }

  /**
   * Ends a run that was granted, whether it owns or is parked, as soon as its sections and queued
   * writes have. Idempotent; the first end counts. False where it has not ended yet.
   */
  finish(record: RunRecord, end: RunEnd): boolean {
    if (record.phase === 'ended') return true;
    if (!isPending(record.work)) {
      this.end(record, end);
      return true;
    }
    if (record.finishing === undefined) {
      const { settleMs: spareMs } = record.origin;
      record.finishing = { end, sinceMs: monotonicMs(), spareMs };
      record.notePhase();
      this.#watchers.limitMoved(record);
    }
    return false;
  }

  /** Something that kept a turn from ending has come to its end. */
  goOnEnding(record: RunRecord): void {
    const { finishing, firing, work } = record;
    if (isPending(work)) return;
    if (work?.listeners) this.#state.outbox.pushAll(work.listeners);
    if (work) work.listeners = undefined;
    if (finishing === undefined) return;
    this.end(record, firing ? endAfter(firing.reason.why) : finishing.end);
  }

  /** Ends a run at once, whatever is under way: what is, may not touch the file any more. */
  end(record: RunRecord, end: RunEnd): void {
    if (record.phase === 'ended') return;
    const queue = record.queue;
    const isOwner = queue?.owner === record;
    const nowMs = monotonicMs();
    queue?.remove(record);
    queue?.parked?.delete(record);
    record.end = end;
    if (record.waiter) this.#failComeBack(record, record.waiter, end);
    this.#state.counters.ends[end] += 1;
    this.#departures.retire(record);
    emitEnd(this.#state, record, end, nowMs);
    this.#state.noteEnd(record);
    if (queue === undefined) return;
    if (isOwner && queue.gate) this.#leaveGate(queue.gate, record);
    record.endBytes = record.work?.endBytes;
    record.work = undefined;
    if (queue.move?.by === record) this.#stay(queue);
    if (isOwner) {
      this.#leasing.notes.turnOver(queue, record);
      this.#handOver(queue);
    } else {
      this.#leasing.notes.parkedOver(queue, record);
      this.closeIfUnused(queue);
    }
  }

  #leaveGate(gate: Gate, record: RunRecord): void {
    gate.abandon(record, () => endedError(record, 'wait at the gate'));
  }

  /** The run that moved the file has ended: its former names are other files again. */
  #stay(queue: FileQueue): void {
    queue.move = undefined;
    this.#leasing.settleFormer(queue);
    for (const [key, moved] of this.#state.moved)
      if (moved === queue) this.#state.moved.delete(key);
  }

  /** A parked run that ends while it waits for its turn gets none. */
  #failComeBack(record: RunRecord, waiter: GrantWaiter, end: RunEnd): void {
    const action = 'come back from park';
    const { path: sessionFile, runId } = record;
    waiter.reject(new RunEndedError({ sessionFile, runId, action, end }));
    record.waiter = undefined;
  }

  /**
   * The next turn begins. One that ends in the same step, since nobody has taken it and somebody
   * more urgent waits, is followed by another round, not by another level of calls.
   */
  #handOver(queue: FileQueue): void {
    queue.owner = undefined;
    queue.exclusion?.leave();
    this.begin(queue);
  }

  /** Nobody owns the file: whoever is next gets the turn, where the file is this thread's. */
  begin(queue: FileQueue): void {
    if (queue.isHandingOver) return;
    queue.isHandingOver = true;
    try {
      this.#grantNext(queue);
    } finally {
      queue.isHandingOver = false;
    }
    if (queue.owner !== undefined) {
      if (queue.length > 0) this.contend(queue);
      queue.gate?.advance();
      return;
    }
    this.#watchers.ownerChanged(queue);
    this.#departures.tellFree(queue);
    queue.gate?.advance();
    this.closeIfUnused(queue);
  }

  #grantNext(queue: FileQueue): void {
    for (let next = queue.head(); next !== undefined; next = queue.head()) {
      if (!this.#leasing.mayPass(queue)) return;
      const nowMs = monotonicMs();
      if (this.#mayBeGranted(queue, next, nowMs)) this.admit(queue, next, nowMs);
      if (queue.owner !== undefined) return;
    }
  }

  /** The last look before a grant. Whoever does not pass is told why. */
  #mayBeGranted(queue: FileQueue, record: RunRecord, nowMs: number): boolean {
    try {
      if (record.callerSignal?.aborted === true) {
        if (record.phase === 'waiting') throw waitAborted(record, record.callerSignal.reason);
        this.#watchers.callerAborted(record, record.callerSignal.reason);
        return record.list !== undefined;
      }
      if (record.deadline && nowMs >= record.deadline.dueAtMs && !record.isProbing) {
        throw waitTimeout(record);
      }
      checkStillSame(this.#state, record, queue);
      return true;
    } catch (error) {
      this.#departures.stopWaiting(record, error);
      return false;
    }
  }

  /** Grants to a run that waits, or comes back, and tells it from inside the exclusion. */
  admit(queue: FileQueue, record: RunRecord, nowMs: number): void {
    queue.remove(record);
    const waiter = record.waiter;
    record.waiter = undefined;
    const isResumed = record.phase === 'parked';
    this.grant(queue, record, nowMs);
    const enter = (): void => {
      waiter?.resolve(record);
    };
    if (queue.exclusion === undefined) enter();
    else queue.exclusion.enter(enter);
    if (isResumed) this.#watchers.resumed(queue);
    this.#departures.tellFree(queue);
    this.#watchers.ownerChanged(queue);
  }

  /** Nothing is kept for a file that nobody uses. */
  closeIfUnused(queue: FileQueue): void {
    if (queue.isHandingOver) return;
    this.#leasing.settle(queue);
    if (!queue.isUnused || !this.#state.queues.deleteIf(queue.key, queue)) return;
    this.#state.fileIds.forget(queue);
    // Contexts that outlive their section still lead to the gate.
    if (queue.gate) queue.gate.knowledge = undefined;
    this.#state.tellIdle();
  }
}
