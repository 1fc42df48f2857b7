import { monotonicMs } from '../../support/clock.js';
import type { Departures } from './departures.js';
import type { FileQueue } from '../file/file-queue.js';
import { checkStillSame } from '../table/identify.js';
import type { Leasing } from '../leasing/leasing.js';
import { PROBE_MS } from '../leasing/queue-lease.js';
import type { RunRecord } from '../run/run-record.js';
import type { Scope } from '../run/scope.js';
import type { TableState } from '../table/table-state.js';
import type { Turns } from './turns.js';
import { endless, waitTimeout } from '../table/refusals.js';
import { endlessWait } from '../table/wait-graph.js';

/**
 * Giving a turn up for a while, and getting one again.
 *
 * A parked run owns nothing. Its next turn is a new grant, before all requests that wait; where it
 * does not come, the run stays parked and may ask again.
 */
export class Parking {
  readonly #state: TableState;
  readonly #turns: Turns;
  readonly #departures: Departures;
  readonly #leasing: Leasing;

  constructor(state: TableState, turns: Turns, departures: Departures, leasing: Leasing) {
    this.#state = state;
    this.#turns = turns;
    this.#departures = departures;
    this.#leasing = leasing;
  }

  /** Gives the turn of an owner up; the file passes on in the same step. */
  leave(record: RunRecord): void {
    record.isStranded = false;
    const { queue } = record;
    if (queue?.owner !== record) return;
    this.#turns.park(queue, record);
    this.#state.outbox.flush();
  }

  /**
   * Resolves once the run owns again.
   *
   * @param scope in whose context that is waited for
   */
  comeBack(record: RunRecord, waitMs: number, scope: Scope): Promise<RunRecord> {
    return new Promise((resolve, reject) => {
      record.waiter = { resolve, reject, scope };
      record.waitLimitMs = waitMs;
      record.parkedMs = monotonicMs();
      try {
        this.#decide(record, waitMs, scope);
      } catch (error) {
        this.#departures.stopWaiting(record, error);
      }
      this.#state.outbox.flush();
    });
  }

  #decide(record: RunRecord, waitMs: number, scope: Scope): void {
    const queue = record.queue;
    if (queue === undefined) throw new Error('a parked run keeps its queue');
    if (record.firing) throw record.firing.reason;
    checkStillSame(this.#state, record, queue);
    if (queue.owner === undefined) {
      this.#begin(queue, record, waitMs);
      return;
    }
    if (waitMs === 0) throw waitTimeout(record);
    const chain = endlessWait(scope, queue.owner);
    if (chain) throw endless(record, queue, chain);
    queue.enqueueResume(record);
    this.#turns.contend(queue);
    this.#state.deadlines.start(record, record.parkedMs, waitMs);
  }

  /** Nobody of this thread has the file: another process may have it since the turn was given up. */
  #begin(queue: FileQueue, record: RunRecord, waitMs: number): void {
    if (this.#leasing.mayPass(queue)) {
      this.#turns.admit(queue, record, monotonicMs());
      return;
    }
    if (waitMs === 0 && queue.lease?.holder) throw waitTimeout(record);
    queue.enqueueResume(record);
    this.#state.deadlines.start(record, record.parkedMs, waitMs || PROBE_MS);
    this.#leasing.want(queue);
  }
}
