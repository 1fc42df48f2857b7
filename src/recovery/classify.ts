import type { RunRecord } from '../ownership/run/run-record.js';
import { type Judged, limitOf, silenceOf } from './detect.js';
import type { SessionEntry } from './session-states.js';

/** When a session is worth a word, and when it is condemned. */
export interface Thresholds {
  readonly warnAfterMs: number;
  readonly abortAfterMs: number;
}

/**
 * - `healthy`: nothing worth a word.
 * - `waiting`: its run waits or is parked, or its host says that it waits: never judged.
 * - `long-running`: at work for `warnAfterMs`, and it moves, is silent as it declared, or
 *   maintains.
 * - `stalled`: silent for `warnAfterMs`, and for what it declared.
 * - `stuck`: silent for `abortAfterMs`, and for what it declared, or ending for `settleMs`; or
 *   reported at work, or with messages kept for it, for `warnAfterMs`, without a run.
 */
export type Health = 'healthy' | 'waiting' | 'long-running' | 'stalled' | 'stuck';

export type HealthReason =
  /** Its run makes progress, or has declared its silence. */
  | 'active_work'
  /** The same, and others wait for it. */
  | 'queued_behind_active_work'
  /** Its run is silent. */
  | 'active_work_without_progress'
  /** The same, and others wait for it. */
  | 'queued_behind_silent_work'
  /** Its host says that it works, and no run of it is alive. */
  | 'stale_session_state'
  /** Its host keeps messages for it, and no run of it is alive. */
  | 'queued_work_without_active_run';

export interface Finding {
  readonly health: Health;
  readonly reason?: HealthReason;
  /**
   * Since when, by the monotonic clock: the grant of a run that moves, the last progress of one
   * that does not, the call of one that waits, the parking of one that is parked; else the report.
   */
  readonly sinceMs: number;
  /** Of a run that owns its file: time without progress. */
  readonly silentMs?: number;
}

/** A session whose own run is alive is judged by that run, whatever was reported. */
export function classifyRun(
  run: Judged & Pick<RunRecord, 'grantedMs' | 'arrivedMs' | 'parkedMs' | 'waiting'>,
  nowMs: number,
  { warnAfterMs, abortAfterMs }: Thresholds,
): Finding {
  const { phase } = run;
  if (phase === 'waiting' || phase === 'parked') {
    return { health: 'waiting', sinceMs: phase === 'parked' ? run.parkedMs : run.arrivedMs };
  }
  const { grantedMs: sinceMs } = run;
  const silentMs = silenceOf(run, nowMs);
  const isQueued = run.waiting > 0;
  // Maintenance has a clock of its own.
  if (phase === 'maintaining' || silentMs < limitOf(run, warnAfterMs)) {
    if (nowMs - sinceMs < warnAfterMs) return { health: 'healthy', sinceMs, silentMs };
    const reason = isQueued ? 'queued_behind_active_work' : 'active_work';
    return { health: 'long-running', reason, sinceMs, silentMs };
  }
  const health = silentMs < limitOf(run, abortAfterMs) ? 'stalled' : 'stuck';
  const reason = isQueued ? 'queued_behind_silent_work' : 'active_work_without_progress';
  return { health, reason, sinceMs: run.progressMs, silentMs };
}

/** A session of which no run is alive is judged by what its host said. */
export function classifyReport(
  { state, queueDepth, reportedMs }: SessionEntry,
  nowMs: number,
  { warnAfterMs }: Thresholds,
): Finding {
  const sinceMs = reportedMs;
  if (state === 'waiting') return { health: 'waiting', sinceMs };
  const isOpen = state === 'processing' || queueDepth > 0;
  if (!isOpen || nowMs - sinceMs < warnAfterMs) return { health: 'healthy', sinceMs };
  const reason = queueDepth > 0 ? 'queued_work_without_active_run' : 'stale_session_state';
  return { health: 'stuck', reason, sinceMs };
}
