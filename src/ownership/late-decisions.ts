import type { HolderInfo } from '../types.js';
import type { FileQueue } from './file-queue.js';
import { asHolder } from './holder.js';
import { howToWait } from './how-to-wait.js';
import type { RequestParts } from './places.js';
import { queueFull, waitTimeout } from './refusals.js';
import type { RunRecord } from './run-record.js';
import type { TableState } from './table-state.js';

/**
 * Decisions about requests that came while nobody could tell yet whether the file is free: another
 * process might have had it.
 */
export class LateDecisions {
  readonly #state: TableState;
  readonly #parts: RequestParts;

  constructor(state: TableState, parts: RequestParts) {
    this.#state = state;
    this.#parts = parts;
  }

  /** The file is this thread's: whoever did not get the turn is decided about as if it came now. */
  afterGrant(queue: FileQueue): void {
    for (const record of queue.inOrder()) {
      const { owner } = queue;
      if (owner === undefined) return;
      if (record.phase !== 'waiting' || !record.isUndecided) continue;
      if (record.terms.admission?.mode === 'skip') {
        this.#parts.departures.turnAway(record, asHolder(owner), 'held');
      } else if (record.waitLimitMs === 0) {
        this.#parts.departures.stopWaiting(record, waitTimeout(record));
      } else this.#wait(queue, record, owner);
    }
  }

  #wait(queue: FileQueue, record: RunRecord, owner: RunRecord): void {
    const outcome = howToWait(record, owner);
    record.isUndecided = false;
    if (outcome === 'interrupting') {
      queue.remove(record);
      queue.enqueueInterrupt(record);
    }
    this.#state.emit('queued', record, { waiting: queue.waiting });
    record.waiter?.decided?.({ outcome, owner, holder: asHolder(owner) });
    if (outcome === 'interrupting') this.#parts.pressure.supersede(owner, record);
  }

  /** Another process has it: whoever came for now or never is told, the others wait. */
  heldElsewhere(queue: FileQueue, holder: HolderInfo): void {
    const latestFirst = [...queue.inOrder(), ...(queue.guests ?? [])].sort(
      (one, other) => other.sequence - one.sequence,
    );
    for (const record of latestFirst) {
      if (record.list !== undefined) this.arrivedElsewhere(queue, record, holder);
    }
  }

  /** Known to be with another process when this one came, or since. */
  arrivedElsewhere(queue: FileQueue, record: RunRecord, holder: HolderInfo): void {
    if (this.#isTurnedAway(queue, record, holder)) return;
    if (record.phase !== 'waiting' || !record.isUndecided) return;
    record.isUndecided = false;
    this.#state.emit('queued', record, { waiting: queue.waiting });
    record.waiter?.decided?.({ outcome: 'queued', owner: undefined, holder });
  }

  #isTurnedAway(queue: FileQueue, record: RunRecord, holder: HolderInfo): boolean {
    const { departures } = this.#parts;
    const { admission, isGuest } = record.terms;
    if (admission?.mode === 'skip') {
      departures.turnAway(record, holder, 'held-elsewhere');
    } else if (record.waitLimitMs === 0) {
      departures.stopWaiting(record, waitTimeout(record, queue));
    } else if (isGuest || record.phase === 'parked' || queue.waiting <= record.origin.maxWaiting) {
      return false;
    } else if (admission) {
      departures.turnAway(record, holder, 'queue-full');
    } else departures.stopWaiting(record, queueFull(record, queue));
    return true;
  }
}
