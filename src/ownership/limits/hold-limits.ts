import { monotonicMs } from '../../support/clock.js';
import { Countdown } from '../../support/countdown.js';
import { LoopWatch } from './loop-watch.js';
import { MemberList } from '../file/member-list.js';
import { stalledMs } from './patience.js';
import type { Excuse } from '../run/excuse.js';
import type { RunRecord } from '../run/run-record.js';
import { declaredSilenceMs, maintenanceDueMs } from '../run/windows.js';

/**
 * Watches the owners of a table for silence and for the absolute limit of a turn.
 *
 * A turn that ends in the tick in which it was granted costs no timer: new owners are collected and
 * get theirs when the tick ends.
 */
export class HoldLimits {
  /** Whether the process stood still, as long as there are owners. */
  readonly loop: LoopWatch = new LoopWatch((lostMs) => {
    for (const record of [...this.#watched, ...this.#fresh]) {
      lose(record, lostMs);
      this.#onLost(record, lostMs);
    }
  });
  readonly #fresh = new MemberList<RunRecord>();
  readonly #watched = new MemberList<RunRecord>();
  readonly #onLimit: (record: RunRecord, why: 'stuck' | 'max-hold') => void;
  readonly #onLost: (record: RunRecord, lostMs: number) => void;
  #isScheduled = false;

  /** @param onLost told of each owner when the process stood still */
  constructor(
    onLimit: (record: RunRecord, why: 'stuck' | 'max-hold') => void,
    onLost: (record: RunRecord, lostMs: number) => void,
  ) {
    this.#onLimit = onLimit;
    this.#onLost = onLost;
  }

  track(record: RunRecord): void {
    this.#fresh.push(record);
    this.#schedule(record.grantedMs);
  }

  #schedule(nowMs: number): void {
    if (this.#isScheduled) return;
    this.#isScheduled = true;
    this.loop.expectTick(nowMs);
    process.nextTick(this.#onTick);
  }

  readonly #onTick = (): void => {
    this.#isScheduled = false;
    for (let record = this.#fresh.first; record; record = this.#fresh.first) {
      this.#fresh.remove(record);
      this.#watched.push(record);
      this.#arm(record, nextLimitMs(record));
    }
    if (this.#watched.size > 0) this.loop.start();
    else this.loop.endTick();
  };

  /** Another limit counts from now on: a window opened or closed, or the run is ending. */
  retime(record: RunRecord): void {
    this.#disarm(record);
    this.#fresh.push(record);
    this.#schedule(monotonicMs());
  }

  untrack(record: RunRecord): void {
    this.#disarm(record);
    if (this.#watched.size + this.#fresh.size === 0) this.loop.stop();
  }

  #disarm(record: RunRecord): void {
    this.#fresh.remove(record);
    this.#watched.remove(record);
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
    if (stalled > 0) {
      startAnew(record, nowMs);
      shiftClocks(record, nowMs, stalled);
    }
    const dueAtMs = nextLimitMs(record);
    if (nowMs < dueAtMs) this.#arm(record, dueAtMs);
    else this.#onLimit(record, isHeldTooLong(record, nowMs) ? 'max-hold' : 'stuck');
  };
}

/** What is forgiven, stall by stall, to a run that may be silent for ever. */
const MOST_FORGIVEN_MS = 900_000;

/** How long the run may be silent. */
function patienceMs({ terms, windows }: RunRecord): number {
  return Math.max(terms.stuckAfterMs, declaredSilenceMs(windows));
}

function holdLimitMs(record: RunRecord): number {
  return record.grantedMs + record.terms.maxHoldMs;
}

function isHeldTooLong(record: RunRecord, nowMs: number): boolean {
  return record.phase !== 'maintaining' && !record.finishing && nowMs >= holdLimitMs(record);
}

/** What ends, and maintains, has a clock of its own; all else is told by its silence. */
function nextLimitMs(record: RunRecord): number {
  const { finishing, windows, origin } = record;
  if (finishing) return finishing.sinceMs + origin.settleMs;
  const maintenanceMs = maintenanceDueMs(windows);
  if (maintenanceMs > -Infinity) return maintenanceMs + origin.settleMs;
  const silentUntilMs = record.progressMs + patienceMs(record) + record.excusedMs;
  return Math.min(silentUntilMs, holdLimitMs(record));
}

/**
 * Time in which nothing could run is no silence of the run's, and counts for none of its clocks.
 * But not for ever: it may be this very run that keeps the process busy. Stall by stall as much is
 * forgiven as the run may be silent; one that is longer starts the silence anew, once.
 */
function lose(record: RunRecord, lostMs: number): void {
  const nowMs = monotonicMs();
  const excuse = excuseOf(record);
  const spareMs = Math.min(patienceMs(record), MOST_FORGIVEN_MS) - excuse.forgivenMs;
  // What was excused before is not excused twice.
  const silentMs = Math.min(lostMs, nowMs - record.progressMs - excuse.excusedMs);
  if (silentMs > spareMs && !excuse.hasStartedAnew) startAnew(record, nowMs);
  else {
    const forgivenMs = Math.min(silentMs, spareMs);
    excuse.forgivenMs += forgivenMs;
    excuse.excusedMs += forgivenMs;
  }
  shiftClocks(record, nowMs, lostMs);
}

function excuseOf(record: RunRecord): Excuse {
  return (record.excuse ??= { excusedMs: 0, forgivenMs: 0, hasStartedAnew: false });
}

function startAnew(record: RunRecord, nowMs: number): void {
  const excuse = excuseOf(record);
  if (excuse.hasStartedAnew) return;
  excuse.hasStartedAnew = true;
  excuse.excusedMs = nowMs - record.progressMs;
  if (record.finishing) record.finishing.sinceMs = nowMs;
}

/** What ends, or maintains, gets as much again as it has lost, in all at most `settleMs`. */
function shiftClocks({ finishing, windows }: RunRecord, nowMs: number, lostMs: number): void {
  if (finishing) {
    const backMs = Math.min(lostMs, finishing.spareMs, nowMs - finishing.sinceMs);
    finishing.spareMs -= backMs;
    finishing.sinceMs += backMs;
  }
  for (const window of windows ?? []) {
    const leastMs = nowMs + Math.min(lostMs, window.spareMs);
    if (window.spareMs <= 0 || window.dueAtMs >= leastMs) continue;
    window.spareMs -= leastMs - nowMs;
    window.dueAtMs = leastMs;
  }
}
