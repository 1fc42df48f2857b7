import { monotonicMs } from '../support/clock.js';
import { Countdown } from '../support/countdown.js';
import { checkStillSame } from './identify.js';
import type { RunRecord } from './run-record.js';
import type { TableState } from './table-state.js';
import type { Turns } from './turns.js';
import { endless, waitTimeout } from './wait-errors.js';
import { endlessWait } from './wait-graph.js';

/**
 * Giving a turn up for a while, and getting one again.
 *
 * A parked run owns nothing. Its next turn is a new grant, before all requests that wait; where it
 * does not come, the run stays parked and may ask again.
 */
export class Parking {
  readonly #state: TableState;
  readonly #turns: Turns;

  constructor(state: TableState, turns: Turns) {
    this.#state = state;
    this.#turns = turns;
  }

  /** Gives the turn of an owner up; the file passes on in the same step. */
  leave(record: RunRecord): void {
    const queue = this.#state.queues.get(record.key);
    if (queue?.owner !== record) return;
    this.#turns.park(queue, record);
    this.#state.outbox.flush();
  }

  /** Resolves once the run owns again. */
  comeBack(record: RunRecord, waitMs: number): Promise<RunRecord> {
    return new Promise((resolve, reject) => {
      record.waiter = { resolve, reject };
      record.waitLimitMs = waitMs;
      record.parkedMs = monotonicMs();
      try {
        this.#decide(record, waitMs);
      } catch (error) {
        this.#turns.stopWaiting(record, error);
      }
      this.#state.outbox.flush();
    });
  }

  #decide(record: RunRecord, waitMs: number): void {
    const queue = this.#state.queues.get(record.key);
    if (queue === undefined) throw new Error('a parked run keeps its queue');
    if (record.firing) throw record.firing.reason;
    checkStillSame(this.#state, record, queue);
    if (queue.owner === undefined) {
      this.#turns.admit(queue, record, monotonicMs());
      return;
    }
    if (waitMs === 0) throw waitTimeout(this.#state, record);
    const chain = endlessWait(this.#state, record.asker, queue.owner);
    if (chain) throw endless(this.#state, record, chain);
    queue.enqueueResume(record);
    this.#turns.contend(queue);
    if (waitMs === Infinity) return;
    record.deadline = new Countdown(record.parkedMs + waitMs, record, this.#onDeadline, true);
  }

  readonly #onDeadline = (record: RunRecord): void => {
    this.#turns.stopWaiting(record, waitTimeout(this.#state, record));
    this.#state.outbox.flush();
  };
}
