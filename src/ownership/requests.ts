import { CoordinatorClosedError, DuplicateRunError } from '../errors/wait-errors.js';
import { resolvePath } from '../identity/resolve.js';
import type { ParsedInput } from '../identity/parse-input.js';
import { monotonicMs } from '../support/clock.js';
import { Arrivals } from './arrivals.js';
import type { FileQueue } from './file-queue.js';
import type { Gate } from './gate.js';
import { asHolder } from './holder.js';
import { checkStillSame, identify } from './identify.js';
import { type Origin, type Resolution, RunRecord, type RunTerms } from './run-record.js';
import type { TableState } from './table-state.js';
import type { Pressure } from './pressure.js';
import { openSectionOf, type Section, sectionOf } from './section.js';
import type { Scope } from './scope.js';
import type { SessionFile } from '../types.js';
import type { Turns } from './turns.js';
import {
  endless,
  insideSection,
  queueFull,
  reentered,
  waitAborted,
  waitTimeout,
} from './refusals.js';
import { endlessWait, nearestAlive, ownerAround } from './wait-graph.js';

/** The parts that a request goes through. */
export interface RequestParts {
  readonly turns: Turns;
  readonly pressure: Pressure;
  /** The caller's signal, if there is one, reaches the run from now on. Idempotent. */
  watchCaller(record: RunRecord): void;
  /** The gate of a file in use. */
  gateOf(queue: FileQueue): Gate;
}

/**
 * From the call to the grant.
 *
 * Invariants: number, arrival and deadline are taken in the call; requests with the same spelling
 * are decided in the order of their calls; the decision is one synchronous step; a request that is
 * refused has changed nothing.
 */
export class Requests {
  /** Requests whose path is still being resolved; not listed, since their file is not known yet. */
  readonly arrivals: Arrivals;
  readonly #state: TableState;
  readonly #parts: RequestParts;
  #sequence = 0;

  constructor(state: TableState, parts: RequestParts) {
    this.#state = state;
    this.#parts = parts;
    this.arrivals = new Arrivals(
      (record, resolution) => {
        this.#arrive(record, resolution);
      },
      () => {
        state.tellIdle();
      },
    );
  }

  /**
   * Takes a call. The answer is the record of the request, which owns or waits, or the record of
   * the run around whose turn it joined. Where it waits the caller sets `waiter` in the same step.
   *
   * @throws SessionError where the request is refused in the call
   */
  submit(
    origin: Origin,
    terms: RunTerms,
    input: ParsedInput,
    signal: AbortSignal | undefined,
    scope: Scope,
  ): RunRecord {
    const arrivedMs = monotonicMs();
    const isMarker = input.type === 'marker';
    const record = new RunRecord(
      origin,
      terms,
      isMarker ? input.file.path : input.path,
      ++this.#sequence,
      arrivedMs,
      signal,
      { run: nearestAlive(scope.run), section: openSectionOf(scope) },
      this.#state.liveIds,
    );
    if (signal?.aborted === true) {
      const error = waitAborted(record, signal.reason);
      this.#parts.turns.stopWaiting(record, error);
      this.#state.outbox.flush();
      throw error;
    }
    if (!isMarker) return this.#resolve(record, input.path);
    record.isMarker = true;
    return this.#decideNow(record, input.file);
  }

  /** A marker needs no I/O: decided in the call. */
  #decideNow(record: RunRecord, file: SessionFile): RunRecord {
    try {
      return this.#decide(record, file);
    } catch (error) {
      this.#parts.turns.stopWaiting(record, error);
      throw error;
    } finally {
      this.#state.outbox.flush();
    }
  }

  #resolve(record: RunRecord, path: string): RunRecord {
    this.arrivals.enter(record);
    if (record.waitLimitMs > 0) this.#startDeadline(record);
    this.#parts.watchCaller(record);
    const settle = (resolution: Resolution): void => {
      this.arrivals.resolved(record, resolution);
      this.#state.outbox.flush();
    };
    resolvePath(path).then(
      (file) => {
        settle({ file });
      },
      (error: unknown) => {
        settle({ error });
      },
    );
    return record;
  }

  #arrive(record: RunRecord, resolution: Resolution): void {
    try {
      if ('error' in resolution) throw resolution.error;
      if (isOverdue(record)) throw waitTimeout(record);
      if (record.callerSignal?.aborted === true) {
        throw waitAborted(record, record.callerSignal.reason);
      }
      const owner = this.#decide(record, resolution.file);
      if (owner.phase === 'waiting') return;
      const { waiter } = record;
      record.waiter = undefined;
      const section = this.#sectionAround(record, owner);
      section?.enter();
      waiter?.resolve(owner, section);
    } catch (error) {
      this.#parts.turns.stopWaiting(record, error);
    }
  }

  /** The decision: the record owns or waits from now on, or joins the run around. */
  #decide(record: RunRecord, file: SessionFile): RunRecord {
    record.file = file;
    record.key = file.key;
    this.#checkAdmission(record);
    const queue = identify(this.#state, record);
    if (record.terms.isGuest) return this.#decideGuest(record, queue);
    // Only now is it known which file the request is for.
    this.#state.count(record);
    const around = ownerAround(record.asker, record.key);
    if (around && record.terms.onReentry !== 'queue') return this.#reenter(record, around);
    if (queue?.owner === undefined) return this.#take(record, queue);
    this.#checkOutside(record, queue);
    this.#checkWait(record, queue, queue.owner, around);
    this.#enqueue(record, queue);
    return record;
  }

  #checkAdmission(record: RunRecord): void {
    if (record.origin.isClosed) throw new CoordinatorClosedError({ sessionFile: record.path });
    const { runId } = record.terms;
    const twin = runId === undefined ? undefined : this.#state.liveIds.get(runId);
    if (twin === undefined) return;
    const holder = asHolder(twin);
    throw new DuplicateRunError({ sessionFile: record.path, runId: twin.runId, holder });
  }

  /**
   * A guest: inside a section of this very gate it goes on at once, else it waits for one of its own
   * where somebody owns the file, and gets a short turn where nobody does.
   */
  #decideGuest(record: RunRecord, queue: FileQueue | undefined): RunRecord {
    const host = queue?.owner;
    if (queue === undefined || (host === undefined && queue.gate?.open === undefined)) {
      this.#state.count(record);
      return this.#take(record, queue);
    }
    if (host !== undefined && this.#sectionAround(record, host)) {
      this.#state.count(record);
      this.#parts.turns.join(record, host);
      return host;
    }
    this.#enqueueGuest(record, queue);
    return record;
  }

  /** The section that a guest was asked for in, where it is one of this file and still open. */
  #sectionAround(record: RunRecord, owner: RunRecord): Section | undefined {
    const gate = owner.queue?.gate;
    return record.terms.isGuest && gate ? sectionOf(scopeOf(record), gate) : undefined;
  }

  #enqueueGuest(record: RunRecord, queue: FileQueue): void {
    const gate = this.#parts.gateOf(queue);
    if (gate.open) {
      if (record.waitLimitMs === 0) throw waitTimeout(record, queue);
      const chain = endlessWait(scopeOf(record), gate.open);
      if (chain) throw endless(record, queue, chain);
    }
    record.queue = queue;
    this.#state.noteAsked(record);
    queue.enqueueGuest(record);
    gate.advance();
    if (record.phase !== 'waiting' || record.list === undefined) return;
    this.#startDeadline(record);
    this.#parts.watchCaller(record);
  }

  /** A guest whose turn at the gate came when nobody owned the file: a short turn of its own. */
  giveTurn(queue: FileQueue, record: RunRecord): void {
    if (!this.isStillWanted(record)) return;
    try {
      checkStillSame(this.#state, record, queue);
      this.#state.count(record);
      this.#state.list(record, queue);
      queue.exclusion?.engage();
      this.#parts.turns.admit(queue, record, monotonicMs());
    } catch (error) {
      this.#parts.turns.stopWaiting(record, error);
    }
  }

  /** A guest keeps the owner from writing: to wait for the end of that owner would be for ever. */
  #checkOutside(record: RunRecord, queue: FileQueue): void {
    if (record.terms.onReentry === 'queue' || queue.gate === undefined) return;
    const section = sectionOf(scopeOf(record), queue.gate);
    if (section) throw insideSection(record, 'own', section, queue.owner);
  }

  /** The last look before a guest is let in: one whose time is up, or whose caller gave up, is told. */
  isStillWanted(record: RunRecord): boolean {
    const { callerSignal } = record;
    const hasGivenUp = callerSignal?.aborted === true;
    if (!hasGivenUp && !isOverdue(record)) return true;
    const error = hasGivenUp ? waitAborted(record, callerSignal.reason) : waitTimeout(record);
    this.#parts.turns.stopWaiting(record, error);
    return false;
  }

  #reenter(record: RunRecord, around: RunRecord): RunRecord {
    if (record.terms.onReentry === 'refuse') throw reentered(record, around);
    this.#parts.turns.join(record, around);
    return around;
  }

  #take(record: RunRecord, queue: FileQueue | undefined): RunRecord {
    const { turns } = this.#parts;
    const place = queue ?? turns.open(record);
    this.#state.list(record, place);
    place.exclusion?.engage();
    const nowMs = record.isMarker ? record.arrivedMs : monotonicMs();
    turns.grant(place, record, nowMs);
    this.#parts.watchCaller(record);
    return record;
  }

  #checkWait(
    record: RunRecord,
    queue: FileQueue,
    owner: RunRecord,
    around: RunRecord | undefined,
  ): void {
    if (queue.waiting >= record.origin.maxWaiting) throw queueFull(record, queue);
    if (record.waitLimitMs === 0) throw waitTimeout(record, queue);
    if (around !== undefined) return;
    const chain = endlessWait(scopeOf(record), owner);
    if (chain) throw endless(record, queue, chain);
  }

  #enqueue(record: RunRecord, queue: FileQueue): void {
    this.#state.list(record, queue);
    this.#parts.turns.contend(queue);
    queue.enqueue(record);
    this.#startDeadline(record);
    this.#parts.watchCaller(record);
    this.#state.emit('queued', record, { waiting: queue.waiting });
    this.#parts.pressure.joined(queue, record);
  }

  #startDeadline(record: RunRecord): void {
    if (record.deadline) return;
    this.#state.deadlines.start(record, record.arrivedMs, record.waitLimitMs);
  }
}

function scopeOf({ asker, askedIn }: RunRecord): Scope {
  return { run: asker, section: askedIn };
}

function isOverdue({ deadline }: RunRecord): boolean {
  return deadline !== undefined && monotonicMs() >= deadline.dueAtMs;
}
