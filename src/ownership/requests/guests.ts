import { monotonicMs } from '../../support/clock.js';
import type { FileQueue } from '../file/file-queue.js';
import { checkStillSame } from '../table/identify.js';
import type { LateDecisions } from './late-decisions.js';
import type { Places } from './places.js';
import type { RequestParts } from './request-parts.js';
import { endless, waitAborted, waitTimeout } from '../table/refusals.js';
import type { RunRecord } from '../run/run-record.js';
import { type Section, sectionOf } from '../file/section.js';
import type { TableState } from '../table/table-state.js';
import { endlessWait } from '../table/wait-graph.js';

/**
 * Requests for one section. Inside a section of this very gate a guest goes on at once, else it
 * waits for one of its own where somebody owns the file, and gets a short turn where nobody does.
 */
export class Guests {
  readonly #state: TableState;
  readonly #parts: RequestParts;
  readonly #places: Places;
  readonly #late: LateDecisions;

  constructor(state: TableState, parts: RequestParts, places: Places, late: LateDecisions) {
    this.#state = state;
    this.#parts = parts;
    this.#places = places;
    this.#late = late;
  }

  decide(record: RunRecord, queue: FileQueue | undefined): RunRecord {
    const host = queue?.owner;
    const isUnused = host === undefined && queue?.gate?.open === undefined;
    if (queue === undefined || isUnused) return this.#begin(record, queue);
    if (host !== undefined && this.sectionAround(record, host)) {
      this.#state.count(record);
      this.#parts.departures.join(record, host);
      return host;
    }
    this.#enqueue(record, queue);
    return record;
  }

  #begin(record: RunRecord, queue: FileQueue | undefined): RunRecord {
    const place = queue ?? this.#parts.turns.open(record);
    if (this.#parts.leasing.mayPass(place)) {
      this.#state.count(record);
      return this.#places.begin(record, place);
    }
    this.#enqueue(record, place);
    const holder = place.lease?.holder;
    if (holder) this.#late.arrivedElsewhere(place, record, holder);
    this.#parts.leasing.want(place);
    return record;
  }

  /** The section that a guest was asked for in, where it is one of this file and still open. */
  sectionAround(record: RunRecord, owner: RunRecord): Section | undefined {
    const gate = owner.queue?.gate;
    return record.terms.isGuest && gate ? sectionOf(record.scope, gate) : undefined;
  }

  #enqueue(record: RunRecord, queue: FileQueue): void {
    const gate = this.#parts.gateOf(queue);
    if (gate.open) {
      if (record.waitLimitMs === 0) throw waitTimeout(record, queue);
      const chain = endlessWait(record.scope, gate.open);
      if (chain) throw endless(record, queue, chain);
    }
    record.queue = queue;
    this.#state.noteAsked(record);
    queue.enqueueGuest(record);
    gate.advance();
    if (record.phase !== 'waiting' || record.list === undefined) return;
    this.#places.startDeadline(record);
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
      this.#parts.departures.stopWaiting(record, error);
    }
  }

  /** The last look before a guest is let in: one whose time is up, or whose caller gave up, is told. */
  isStillWanted(record: RunRecord): boolean {
    const { callerSignal } = record;
    const hasGivenUp = callerSignal?.aborted === true;
    if (!hasGivenUp && !record.isOverdue) return true;
    const error = hasGivenUp ? waitAborted(record, callerSignal.reason) : waitTimeout(record);
    this.#parts.departures.stopWaiting(record, error);
    return false;
  }
}
