import type { Holder, HolderInfo } from '../../types.js';
import type { FileQueue } from '../file/file-queue.js';
import { asHolder } from '../table/holder.js';
import { howToWait } from './how-to-wait.js';
import type { RequestParts } from './request-parts.js';
import { endless, queueFull, waitTimeout } from '../table/refusals.js';
import type { RunRecord } from '../run/run-record.js';
import type { TableState } from '../table/table-state.js';
import { endlessWait, ownerAround } from '../table/wait-graph.js';

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
      if (record.phase === 'parked' && record.waitLimitMs === 0) this.#timeOut(queue, record);
    }
    let waiting = decidedOf(queue);
    for (const record of undecidedOf(queue)) {
      const { owner } = queue;
      if (owner === undefined) return;
      if (record.phase !== 'waiting') continue;
      if (this.#isTurnedAway(queue, record, waiting, asHolder(owner), 'held')) continue;
      this.#wait(queue, record, owner);
      // To wait may end a turn that nobody had claimed, and begin that of one who waited.
      waiting = queue.owner === owner ? waiting + 1 : decidedOf(queue);
    }
    this.refuseCircles(queue);
    this.#timeOutGuests(queue);
  }

  /** Whoever could be let in now was. */
  #timeOutGuests(queue: FileQueue): void {
    if (queue.owner === undefined) return;
    for (const guest of [...(queue.guests ?? [])]) {
      if (guest.waitLimitMs === 0) this.#timeOut(queue, guest);
    }
  }

  /**
   * A grant may close a circle: when these came there was no owner to wait for, or another one. A
   * place in the queue is no wait yet.
   */
  refuseCircles(queue: FileQueue): void {
    for (const record of queue.inOrder()) {
      const { owner } = queue;
      if (owner === undefined || record.list === undefined || record.isUnclaimed) continue;
      if (record.phase === 'waiting' && ownerAround(record.asker, queue.key)) continue;
      const chain = endlessWait(record.waiter?.scope ?? record.scope, owner);
      if (chain) this.#parts.departures.stopWaiting(record, endless(record, queue, chain));
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
    this.#parts.pressure.joined(queue, record);
    if (outcome === 'interrupting') this.#parts.pressure.supersede(owner, record);
  }

  /** Another process has it: whoever came for now or never is told, the others wait. */
  heldElsewhere(queue: FileQueue, holder: HolderInfo): void {
    const others = [...queue.inOrder(), ...(queue.guests ?? [])];
    for (const record of others) {
      if (!record.isUndecided && record.waitLimitMs === 0) this.#timeOut(queue, record);
    }
    let waiting = decidedOf(queue);
    for (const record of undecidedOf(queue)) {
      if (this.#isTurnedAway(queue, record, waiting, holder, 'held-elsewhere')) continue;
      this.#waitElsewhere(queue, record, holder);
      waiting += 1;
    }
  }

  /** Known to be with another process when this one came. */
  arrivedElsewhere(queue: FileQueue, record: RunRecord, holder: HolderInfo): void {
    if (!record.isUndecided) {
      if (record.waitLimitMs === 0) this.#timeOut(queue, record);
      return;
    }
    const waiting = queue.waiting - 1;
    if (this.#isTurnedAway(queue, record, waiting, holder, 'held-elsewhere')) return;
    this.#waitElsewhere(queue, record, holder);
  }

  #waitElsewhere(queue: FileQueue, record: RunRecord, holder: HolderInfo): void {
    record.isUndecided = false;
    this.#state.emit('queued', record, { waiting: queue.waiting });
    record.waiter?.decided?.({ outcome: 'queued', owner: undefined, holder });
  }

  /** @param waiting how many wait that were there before */
  #isTurnedAway(
    queue: FileQueue,
    record: RunRecord,
    waiting: number,
    holder: Holder,
    held: 'held' | 'held-elsewhere',
  ): boolean {
    const { departures } = this.#parts;
    const { admission } = record.terms;
    const isFull = waiting >= record.origin.maxWaiting;
    if (admission?.mode === 'skip') departures.turnAway(record, holder, held);
    else if (isFull && admission) departures.turnAway(record, holder, 'queue-full');
    else if (isFull) departures.stopWaiting(record, queueFull(record, queue));
    else if (record.waitLimitMs === 0) this.#timeOut(queue, record);
    else return false;
    return true;
  }

  /** It came for now or never. */
  #timeOut(queue: FileQueue, record: RunRecord): void {
    if (record.list !== undefined) {
      this.#parts.departures.stopWaiting(record, waitTimeout(record, queue));
    }
  }
}

function decidedOf(queue: FileQueue): number {
  return queue.inOrder().filter(({ phase, isUndecided }) => phase === 'waiting' && !isUndecided)
    .length;
}

/** In the order in which they came. */
function undecidedOf(queue: FileQueue): readonly RunRecord[] {
  const undecided = queue.inOrder().filter(({ isUndecided }) => isUndecided);
  return undecided.sort((one, other) => one.sequence - other.sequence);
}
