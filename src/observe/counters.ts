import { RUN_ENDS, type RunEnd } from '../types.js';

/**
 * What happened since the owner table was made. At every instant
 * `requests = granted + timedOut + aborted + cancelled + refused + busy + steered + joined + waiting`
 * and `granted = held + parked + the sum of ends`.
 */
export interface Counters {
  requests: number;
  granted: number;
  /** Parked runs that got their turn back; not part of either sum. */
  resumed: number;
  timedOut: number;
  aborted: number;
  cancelled: number;
  refused: number;
  busy: number;
  steered: number;
  joined: number;
  ends: Record<RunEnd, number>;
}

export function createCounters(): Counters {
  return {
    requests: 0,
    granted: 0,
    resumed: 0,
    timedOut: 0,
    aborted: 0,
    cancelled: 0,
    refused: 0,
    busy: 0,
    steered: 0,
    joined: 0,
    ends: Object.fromEntries(RUN_ENDS.map((end) => [end, 0])) as Record<RunEnd, number>,
  };
}

export function copyCounters(counters: Counters): Counters {
  return { ...counters, ends: { ...counters.ends } };
}
