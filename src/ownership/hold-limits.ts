import { monotonicMs } from '../support/clock.js';
import { Countdown } from '../support/countdown.js';
import { MemberList } from './member-list.js';
import type { RunRecord } from './run-record.js';

/** A timer that comes later than this tells that the whole process stood still, not the run. */
const STALL_MS = 1_000;

/** How far past its due time a countdown came, when that means that the process stood still. */
export function stalledMs(dueAtMs: number, nowMs: number): number {
  const lateMs = nowMs - dueAtMs;
  return lateMs > STALL_MS ? lateMs : 0;
}

/**
 * Watches the owners of a table for silence and for the absolute limit of a turn.
 *
 * A turn that ends in the tick in which it was granted costs no timer: new owners are collected and
 * get theirs when the tick ends.
 */
export class HoldLimits {
  readonly #fresh = new MemberList<RunRecord>();
  readonly #onLimit: (record: RunRecord, why: 'stuck' | 'max-hold') => void;
  #isScheduled = false;

  constructor(onLimit: (record: RunRecord, why: 'stuck' | 'max-hold') => void) {
    this.#onLimit = onLimit;
  }

  track(record: RunRecord): void {
    if (record.terms.stuckAfterMs === Infinity && record.terms.maxHoldMs === Infinity) return;
    this.#fresh.push(record);
    if (this.#isScheduled) return;
    this.#isScheduled = true;
    process.nextTick(() => {
      this.#isScheduled = false;
      for (let record = this.#fresh.first; record; record = this.#fresh.first) {
        this.#fresh.remove(record);
        this.#arm(record, nextLimitMs(record));
      }
    });
  }

  untrack(record: RunRecord): void {
    this.#fresh.remove(record);
    record.limitTimer?.stop();
    record.limitTimer = undefined;
  }

  #arm(record: RunRecord, dueAtMs: number): void {
    record.limitTimer = new Countdown(dueAtMs, record, this.#check, false);
  }

  readonly #check = (record: RunRecord): void => {
    const nowMs = monotonicMs();
    const stalled = stalledMs(record.limitTimer?.dueAtMs ?? nowMs, nowMs);
    record.limitTimer = undefined;
    // While the process stood still no run could make progress: its silence starts anew.
    if (stalled > 0) record.excusedMs = nowMs - record.progressMs;
    const dueAtMs = nextLimitMs(record);
    if (nowMs < dueAtMs) this.#arm(record, dueAtMs);
    else this.#onLimit(record, nowMs >= holdLimitMs(record) ? 'max-hold' : 'stuck');
  };
}

function holdLimitMs(record: RunRecord): number {
  return record.grantedMs + record.terms.maxHoldMs;
}

function nextLimitMs(record: RunRecord): number {
  const silentMs = record.progressMs + record.terms.stuckAfterMs + record.excusedMs;
  return Math.min(silentMs, holdLimitMs(record));
}
