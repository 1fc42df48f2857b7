import { monotonicMs } from '../../support/clock.js';
import { Countdown } from '../../support/countdown.js';
import type { FileQueue } from '../file/file-queue.js';
import type { RunRecord } from '../run/run-record.js';
import { NOWHERE } from '../run/scope.js';
import type { Signals } from './signals.js';
import type { TableState } from '../table/table-state.js';
import { isMoreUrgentKind, rankOf } from '../run/urgency.js';

/**
 * What a waiting run of a more urgent kind may do to the owner: ask it to give way and, where its
 * coordinator says so, interrupt it. The limits are the waiting run's.
 */
export class Pressure {
  readonly #state: TableState;
  readonly #signals: Signals;

  constructor(state: TableState, signals: Signals) {
    this.#state = state;
    this.#signals = signals;
  }

  /** A run joined the queue. */
  joined(queue: FileQueue, record: RunRecord): void {
    const { owner } = queue;
    if (owner === undefined || !isMoreUrgentKind(record.kind, owner.kind)) return;
    this.#armFor(queue, this.#press(owner, record, monotonicMs()));
  }

  /** The file has a new owner, or nobody waits any more. */
  readonly ownerChanged = (queue: FileQueue): void => {
    queue.pressure?.stop();
    queue.pressure = undefined;
    const { owner } = queue;
    if (owner === undefined || queue.waiting === 0) return;
    const nowMs = monotonicMs();
    let nextMs = Infinity;
    for (const record of queue.moreUrgentThan(rankOf(owner.kind))) {
      nextMs = Math.min(nextMs, this.#press(owner, record, nowMs));
      // Nobody had taken its turn: it has ended, and its successor is being looked after.
      if (owner.phase === 'ended') return;
    }
    this.#armFor(queue, nextMs);
  };

  /** Does what is due, and says when the next thing will be. */
  #press(owner: RunRecord, waiter: RunRecord, nowMs: number): number {
    // Its caller gave up in this very step, or it may be turned away: it is about to be gone.
    if (waiter.callerSignal?.aborted === true || waiter.isUndecided) return Infinity;
    const yieldAtMs = waiter.arrivedMs + waiter.origin.yieldAfterMs;
    const preemptAtMs = waiter.arrivedMs + waiter.origin.preemptAfterMs;
    if (nowMs >= yieldAtMs) this.askToYield(owner, waiter);
    if (nowMs >= preemptAtMs) this.supersede(owner, waiter);
    return Math.min(
      owner.hasYieldFired || nowMs >= yieldAtMs ? Infinity : yieldAtMs,
      owner.firing || nowMs >= preemptAtMs ? Infinity : preemptAtMs,
    );
  }

  /** Once in a turn. @param waiter for whom, where it is not recovery that asks */
  askToYield(owner: RunRecord, waiter?: RunRecord): void {
    if (owner.hasYieldFired) return;
    owner.hasYieldFired = true;
    this.#state.emit('yield-asked', owner, waiter ? { waiterRunId: waiter.runId } : {});
    if (owner.yieldSignal) {
      const { controller, scope = NOWHERE } = owner.yieldSignal;
      this.#state.outbox.push(() => {
        this.#state.ambient.run(scope, () => {
          controller.abort();
        });
      });
    }
  }

  /** Tells the owner to stop, for a run that does not want to wait. */
  supersede(owner: RunRecord, waiter: RunRecord): void {
    const { runId: byRunId, kind, sessionKey } = waiter;
    const label = sessionKey === undefined ? '' : ` of ${JSON.stringify(sessionKey)}`;
    const because = `by ${kind} run ${byRunId}${label}`;
    this.#signals.fire(owner, 'superseded', undefined, undefined, { because, byRunId });
  }

  #armFor(queue: FileQueue, dueAtMs: number): void {
    if (dueAtMs === Infinity || (queue.pressure && queue.pressure.dueAtMs <= dueAtMs)) return;
    queue.pressure?.stop();
    queue.pressure = new Countdown(dueAtMs, queue, this.#onDue, false);
  }

  readonly #onDue = (queue: FileQueue): void => {
    queue.pressure = undefined;
    this.ownerChanged(queue);
    this.#state.outbox.flush();
  };
}
