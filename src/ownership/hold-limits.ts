import { monotonicMs } from '../support/clock.js';
import { Countdown } from '../support/countdown.js';
import { MemberList } from './member-list.js';
import type { RunRecord } from './run-record.js';
import { declaredSilenceMs, maintenanceDueMs } from './windows.js';

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
    const { terms, windows } = record;
    const isLimited = terms.stuckAfterMs < Infinity || terms.maxHoldMs < Infinity;
    if (!isLimited && windows === undefined) return;
    this.#fresh.push(record);
    this.#schedule();
  }

  #schedule(): void {
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

  /** Another limit counts from now on: a window opened or closed, or the run is ending. */
  retime(record: RunRecord): void {
    this.untrack(record);
    this.#fresh.push(record);
    this.#schedule();
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
    if (stalled > 0) excuse(record, nowMs, stalled);
    const dueAtMs = nextLimitMs(record);
    if (nowMs < dueAtMs) this.#arm(record, dueAtMs);
    else this.#onLimit(record, isHeldTooLong(record, nowMs) ? 'max-hold' : 'stuck');
  };
}

function holdLimitMs(record: RunRecord): number {
  return record.grantedMs + record.terms.maxHoldMs;
}

function isHeldTooLong(record: RunRecord, nowMs: number): boolean {
  return record.phase !== 'maintaining' && !record.finishing && nowMs >= holdLimitMs(record);
}

/** What ends, and maintains, has a clock of its own; all else is told by its silence. */
function nextLimitMs(record: RunRecord): number {
  const { finishing, windows, origin, terms } = record;
  if (finishing) return finishing.sinceMs + origin.settleMs;
  const maintenanceMs = maintenanceDueMs(windows);
  if (maintenanceMs > -Infinity) return maintenanceMs + origin.settleMs;
  const patienceMs = Math.max(terms.stuckAfterMs, declaredSilenceMs(windows));
  return Math.min(record.progressMs + patienceMs + record.excusedMs, holdLimitMs(record));
}

/** What had no chance to run gets its time anew, or as much again as it has lost. */
function excuse(record: RunRecord, nowMs: number, stalledMs: number): void {
  record.excusedMs = nowMs - record.progressMs;
  if (record.finishing) record.finishing.sinceMs = nowMs;
  const leastMs = nowMs + Math.min(stalledMs, record.origin.settleMs);
  for (const window of record.windows ?? []) window.dueAtMs = Math.max(window.dueAtMs, leastMs);
}
