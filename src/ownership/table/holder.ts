import { hostname } from 'node:os';
import { monotonicMs } from '../../support/clock.js';
import type { Holder, HoldingRun, RunLimits } from '../../types.js';
import type { FileQueue } from '../file/file-queue.js';
import type { RunRecord } from '../run/run-record.js';
import { declaredSilenceMs, maintenanceDueMs } from '../run/windows.js';

/** Who has the file now, with what an error has to say about it. */
export function holderOf(queue: FileQueue | undefined): Holder | undefined {
  return queue?.owner ? asHolder(queue.owner) : queue?.lease?.holder;
}

export function asHolder(record: RunRecord): HoldingRun {
  const limits = limitsOf(record);
  return Object.freeze({ ...record.view(), limits, pid: process.pid, host: hostname() });
}

/** When the turn will be over at the latest, if it goes on as it is. */
function limitsOf({ terms, origin, windows }: RunRecord): RunLimits {
  const { settleMs } = origin;
  const dueAtMs = maintenanceDueMs(windows);
  if (dueAtMs > -Infinity) {
    const leftMs = Math.max(0, Math.round(dueAtMs - monotonicMs()));
    return {
      stuckAfterMs: false,
      settleMs,
      maintenanceLeftMs: leftMs === Infinity ? false : leftMs,
    };
  }
  const stuckAfterMs = Math.max(terms.stuckAfterMs, declaredSilenceMs(windows));
  return {
    stuckAfterMs: stuckAfterMs === Infinity ? false : stuckAfterMs,
    ...(terms.maxHoldMs === Infinity ? {} : { maxHoldMs: terms.maxHoldMs }),
    settleMs,
  };
}
