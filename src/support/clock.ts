/**
 * Time. Decisions use the monotonic clock; wall time is for people and is worked out only when
 * somebody looks. Globals are read at each call, so that tests can replace them.
 */

/** Milliseconds of a clock that never jumps. */
export function monotonicMs(): number {
  return performance.now();
}

/** A duration as it is told: exact to the microsecond, without the noise below. */
export function roundedMs(durationMs: number): number {
  return Math.round(durationMs * 1_000) / 1_000;
}

/** The wall time of a past monotonic instant, by today's setting of the clock. */
export function wallMsOf(instantMs: number): number {
  return Math.round(Date.now() - (performance.now() - instantMs));
}
