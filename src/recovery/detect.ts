import type { RunRecord } from '../ownership/run/run-record.js';
import { declaredSilenceMs } from '../ownership/run/windows.js';

/**
 * For how long nobody is judged after the process stood still, where no interval says otherwise.
 */
export const CALM_MS = 30_000;

/** What a verdict needs to know about a run. */
export type Judged = Pick<
  RunRecord,
  'phase' | 'progressMs' | 'excusedMs' | 'windows' | 'finishing' | 'terms' | 'origin'
>;

/** By what whoever asks judges. */
export interface Measure {
  /** Silence from which on the run counts as stuck. The run's own limit by default. */
  readonly silentMs: number | undefined;
  /** The run may be stopped also where it is not stuck. */
  readonly allowActiveAbort: boolean;
  /** When the process last stood still. */
  readonly stalledAtMs: number;
  /** For how long nobody is judged after that. */
  readonly calmMs: number;
}

export type Verdict =
  | { readonly isCondemned: true; readonly reason: 'stuck' | 'requested' }
  | {
      readonly isCondemned: false;
      readonly reason: 'waiting_run' | 'maintaining' | 'event_loop_stalled' | 'active_run';
    };

/**
 * Whether a run may be told to stop because it does not move. What waits, is parked or maintains
 * has a clock of its own and is never judged by its silence; silence that the run has declared is
 * none; and nobody is judged just after the process itself stood still.
 */
export function detect(run: Judged, nowMs: number, measure: Measure): Verdict {
  const { phase } = run;
  if (phase === 'waiting' || phase === 'parked') return spared('waiting_run');
  if (phase === 'maintaining') return spared('maintaining');
  const limitMs = limitOf(run, measure.silentMs ?? run.terms.stuckAfterMs);
  const silentMs = silenceOf(run, nowMs);
  if (nowMs - measure.stalledAtMs < measure.calmMs) return spared('event_loop_stalled');
  if (silentMs >= limitMs) return condemned('stuck');
  return measure.allowActiveAbort ? condemned('requested') : spared('active_run');
}

/**
 * Time without progress in which the run could have made some; what ends has a clock of its own.
 */
export function silenceOf({ progressMs, excusedMs, finishing }: Judged, nowMs: number): number {
  if (finishing) return Math.max(0, nowMs - finishing.sinceMs);
  return Math.max(0, nowMs - progressMs - excusedMs);
}

/**
 * How long the run may be silent: nobody from outside is less patient than it has asked for itself.
 */
export function limitOf({ terms, windows, finishing, origin }: Judged, silentMs: number): number {
  // What ends drains its writes: it has the time that anybody has who was told to stop.
  if (finishing) return origin.settleMs;
  const ownMs = terms.hasOwnPatience ? terms.stuckAfterMs : 0;
  return Math.max(silentMs, ownMs, declaredSilenceMs(windows));
}

function spared(reason: (Verdict & { isCondemned: false })['reason']): Verdict {
  return { isCondemned: false, reason };
}

function condemned(reason: 'stuck' | 'requested'): Verdict {
  return { isCondemned: true, reason };
}
