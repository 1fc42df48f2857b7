import { monotonicMs } from '../../support/clock.js';
import type { FileQueue } from '../file/file-queue.js';
import type { LateDecisions } from './late-decisions.js';
import type { RequestParts } from './request-parts.js';
import { PROBE_MS } from '../leasing/queue-lease.js';
import type { RunRecord } from '../run/run-record.js';
import type { TableState } from '../table/table-state.js';

/** Where a request goes that was let in: to its turn, or to its place in the queue. */
export class Places {
  readonly #state: TableState;
  readonly #parts: RequestParts;
  readonly #late: LateDecisions;

  constructor(state: TableState, parts: RequestParts, late: LateDecisions) {
    this.#state = state;
    this.#parts = parts;
    this.#late = late;
  }

  /** Nobody of this thread has the file: the turn begins, as soon as no other process has it. */
  begin(record: RunRecord, queue: FileQueue | undefined): RunRecord {
    const place = queue ?? this.#parts.turns.open(record);
    const { leasing } = this.#parts;
    if (leasing.mayPass(place)) return this.#take(record, place);
    const holder = place.lease?.holder;
    this.#state.list(record, place);
    place.enqueue(record);
    record.isUndecided = true;
    this.startDeadline(record);
    if (record.terms.admission?.mode === 'skip') this.#limitProbe(record);
    this.#parts.watchCaller(record);
    leasing.want(place);
    if (holder) this.#late.arrivedElsewhere(place, record, holder);
    return record;
  }

  /** Who does not want to wait asks for an answer soon, whatever that is. */
  #limitProbe(record: RunRecord): void {
    const { deadlines } = this.#state;
    const nowMs = monotonicMs();
    const leftMs = record.arrivedMs + (record.waitLimitMs || PROBE_MS) - nowMs;
    deadlines.stop(record);
    deadlines.start(record, nowMs, Math.min(leftMs, PROBE_MS));
  }

  #take(record: RunRecord, place: FileQueue): RunRecord {
    const { turns } = this.#parts;
    this.#state.list(record, place);
    place.exclusion?.engage();
    const nowMs = record.isMarker ? record.arrivedMs : monotonicMs();
    turns.grant(place, record, nowMs);
    this.#parts.watchCaller(record);
    return record;
  }

  /** @param isAhead served before all that did not tell the owner to stop */
  enqueue(record: RunRecord, queue: FileQueue, isAhead: boolean): void {
    this.#state.list(record, queue);
    this.#parts.turns.contend(queue);
    if (isAhead) queue.enqueueInterrupt(record);
    else queue.enqueue(record);
    this.startDeadline(record);
    this.#parts.watchCaller(record);
    this.#state.emit('queued', record, { waiting: queue.waiting });
    this.#parts.pressure.joined(queue, record);
  }

  startDeadline(record: RunRecord): void {
    if (record.deadline) return;
    // Whether another process has the file cannot be told in no time at all.
    this.#state.deadlines.start(record, record.arrivedMs, record.waitLimitMs || PROBE_MS);
  }
}
