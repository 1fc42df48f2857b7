import { RunInterruptedError } from '../../errors/run-errors.js';
import type { SessionError } from '../../errors/session-error.js';
import { monotonicMs } from '../../support/clock.js';
import { Countdown } from '../../support/countdown.js';
import type { InterruptCause } from '../../types.js';
import type { Departures } from '../turns/departures.js';
import { endAfter } from '../run/ends.js';
import { stalledMs } from '../limits/patience.js';
import type { OwnSignal } from '../run/own-signal.js';
import type { RunRecord } from '../run/run-record.js';
import { NOWHERE } from '../run/scope.js';
import type { TableState } from '../table/table-state.js';
import type { Turns } from '../turns/turns.js';
import { endedError } from '../table/run-guards.js';
import { waitAborted } from '../table/refusals.js';

/** What led to it, for whoever reads of it. */
export interface Background {
  readonly because?: string | undefined;
  /** The run for which it has to make way. */
  readonly byRunId?: string | undefined;
}

/**
 * The signal of a run, and what follows from it: some time to settle, then revocation.
 *
 * Invariants: a signal fires once and keeps its reason; the time to settle starts with it, a later
 * source may shorten it and never restarts it; a run that is revoked had its signal fired.
 */
export class Signals {
  readonly #state: TableState;
  readonly #turns: Turns;
  readonly #departures: Departures;

  constructor(state: TableState, turns: Turns, departures: Departures) {
    this.#state = state;
    this.#turns = turns;
    this.#departures = departures;
  }

  /** Made when somebody first looks; fired already where the reason came first. */
  signalOf(record: RunRecord): AbortSignal {
    if (record.signal === undefined) {
      record.signal = this.#makeSignal();
      if (record.firing) record.signal.controller.abort(record.firing.reason);
    }
    return record.signal.controller.signal;
  }

  /** Of the present turn: a run that gave way and came back gets a new one. */
  yieldSignalOf(record: RunRecord): AbortSignal {
    if (record.yieldSignal === undefined) {
      record.yieldSignal = this.#makeSignal();
      if (record.hasYieldFired) record.yieldSignal.controller.abort();
    }
    return record.yieldSignal.controller.signal;
  }

  #makeSignal(): OwnSignal {
    return { controller: new AbortController(), scope: this.#state.ambient.getStore() };
  }

  /** Tells a granted run to stop. False where it was told before, or has ended. */
  fire(
    record: RunRecord,
    why: InterruptCause,
    cause?: unknown,
    settleMs: number = record.origin.settleMs,
    background: Background = {},
  ): boolean {
    if (record.phase === 'ended' || record.phase === 'waiting') return false;
    const dueAtMs = monotonicMs() + settleMs;
    if (record.firing) {
      this.#shorten(record, dueAtMs, settleMs);
      return false;
    }
    const { path: sessionFile, runId } = record;
    // What happened to its file has an id already.
    const isOfFile = why === 'takeover' || why === 'lease-lost';
    const eventId = isOfFile ? (cause as SessionError).eventId : undefined;
    const reason = new RunInterruptedError({
      ...{ sessionFile, runId, why, settleMs, cause, eventId },
      because: background.because,
    });
    record.firing = {
      reason,
      countdown: this.#settle(record, dueAtMs),
      spareMs: settleMs,
      firedMs: monotonicMs(),
    };
    const { byRunId } = background;
    const by = byRunId === undefined ? {} : { byRunId };
    this.#state.emit('signalled', record, { why, settleMs, ...by }, reason.eventId);
    if (record.signal) {
      // Who listens was there when the signal was first asked for: inside the run, or its caller.
      const { controller, scope = NOWHERE } = record.signal;
      this.#state.outbox.push(() => {
        this.#state.ambient.run(scope, () => {
          controller.abort(reason);
        });
      });
    }
    if (record.phase === 'parked' && record.list) {
      this.#departures.stopWaiting(record, reason);
    }
    // Nobody has it in hands who could end it.
    if (record.isUnclaimed) this.#turns.end(record, endAfter(why));
    return true;
  }

  /** The caller's own signal fired: a waiting run is gone at once, a granted one is told to stop. */
  onCallerAbort(record: RunRecord, cause: unknown): void {
    if (record.phase === 'waiting') {
      this.#departures.stopWaiting(record, waitAborted(record, cause));
    } else {
      this.fire(record, 'caller', cause);
    }
    this.#state.outbox.flush();
  }

  /**
   * Takes the turn of a run whose signal has fired. Its task, if it still runs, owns nothing. A
   * section that is open may end first, within what is left of the time to settle; none begins.
   */
  revoke(record: RunRecord, end: 'revoked' | 'lease-lost' = 'revoked'): void {
    const { firing } = record;
    if (firing === undefined || record.phase === 'ended') return;
    const { reason } = firing;
    record.isClosing = true;
    record.queue?.gate?.refuse(record, () => endedError(record, 'wait at the gate'));
    const mayWait = monotonicMs() < firing.countdown.dueAtMs;
    if (mayWait && record.work !== undefined && record.work.sections > 0) return;
    this.#state.emit('revoked', record, { why: reason.why }, reason.eventId);
    if (record.onRevoked) this.#state.draining.add(record);
    this.#turns.end(record, end);
    record.onRevoked?.reject(reason);
    record.onRevoked = undefined;
  }

  /** Another process has the file already: there is nothing to wait for. */
  loseLease(record: RunRecord, cause: SessionError): void {
    const { fencingToken = '' } = record;
    this.#state.emit('lease-lost', record, { fencingToken }, cause.eventId);
    this.fire(record, 'lease-lost', cause, 0);
    this.revoke(record, 'lease-lost');
  }

  #settle(record: RunRecord, dueAtMs: number): Countdown<RunRecord> {
    return new Countdown(dueAtMs, record, this.#onSettled, false);
  }

  #shorten(record: RunRecord, dueAtMs: number, givenMs: number): void {
    const { firing } = record;
    if (firing === undefined || firing.countdown.dueAtMs <= dueAtMs) return;
    firing.countdown.stop();
    firing.countdown = this.#settle(record, dueAtMs);
    firing.spareMs = Math.min(firing.spareMs, givenMs);
  }

  /** The process stood still while the run settled: it gets that time back, at most what it had. */
  giveBack(record: RunRecord, lostMs: number): void {
    const { firing } = record;
    if (firing === undefined) return;
    const backMs = Math.min(lostMs, firing.spareMs);
    const dueAtMs = monotonicMs() + backMs;
    if (firing.countdown.dueAtMs >= dueAtMs) return;
    // Not for ever: a run that keeps the process busy by itself is revoked all the same.
    firing.spareMs -= backMs;
    firing.countdown.stop();
    firing.countdown = this.#settle(record, dueAtMs);
  }

  readonly #onSettled = (record: RunRecord): void => {
    const { firing } = record;
    const nowMs = monotonicMs();
    const stalled = stalledMs(firing?.countdown.dueAtMs ?? nowMs, nowMs);
    if (firing && stalled > 0 && firing.spareMs > 0) {
      this.giveBack(record, stalled);
      return;
    }
    this.revoke(record);
    this.#state.outbox.flush();
  };
}
