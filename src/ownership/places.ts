import { monotonicMs } from '../support/clock.js';
import type { Departures } from './departures.js';
import type { FileQueue } from './file-queue.js';
import type { Gate } from './gate.js';
import type { Pressure } from './pressure.js';
import type { RunRecord } from './run-record.js';
import type { Signals } from './signals.js';
import type { TableState } from './table-state.js';
import type { Turns } from './turns.js';

/** The parts that a request goes through. */
export interface RequestParts {
  readonly turns: Turns;
  readonly departures: Departures;
  readonly signals: Signals;
  readonly pressure: Pressure;
  /** The caller's signal, if there is one, reaches the run from now on. Idempotent. */
  watchCaller(record: RunRecord): void;
  /** The gate of a file in use. */
  gateOf(queue: FileQueue): Gate;
}

/** Where a request goes that was let in: to its turn, or to its place in the queue. */
export class Places {
  readonly #state: TableState;
  readonly #parts: RequestParts;

  constructor(state: TableState, parts: RequestParts) {
    this.#state = state;
    this.#parts = parts;
  }

  /** The file is free: the turn begins. */
  take(record: RunRecord, queue: FileQueue | undefined): RunRecord {
    const { turns } = this.#parts;
    const place = queue ?? turns.open(record);
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
    this.#state.deadlines.start(record, record.arrivedMs, record.waitLimitMs);
  }
}
