import { checkDuration, checkObject, wrongType } from '../support/checks.js';
import { CALM_MS } from './detect.js';
import type { RecoveryOutcome, RecoveryRequest } from './outcome.js';

export interface MonitorOptions {
  /**
   * From one look to the next, and for how long nobody is judged after the process stood still; 1
   * or more. `Infinity` looks only when `check()` is called, and judges nobody for 30 s after a
   * stall.
   * @defaultValue `30_000`
   */
  readonly intervalMs?: number | undefined;
  /**
   * From when on a session is worth a word: since its grant where it moves, since its last progress
   * where it is silent, since its report where no run of it is alive. @defaultValue `120_000`
   */
  readonly warnAfterMs?: number | undefined;
  /**
   * Silence from which on a run is recovered, unless it has declared a longer one. At least
   * `warnAfterMs`.
   * @defaultValue three times `warnAfterMs`, at least `300_000`: `360_000`
   */
  readonly abortAfterMs?: number | undefined;
  /**
   * What is done about a stuck session. `true`: as `coordinator.recover()`; `false`: it is only
   * told, and nobody is asked to yield; a function: it is called with the request, and its outcome
   * is told; what it throws, and an answer that is no outcome, is the outcome `failed`. The
   * function must not await `check()`: its own recovery is not waited for in there, and that of
   * others would begin inside of this one.
   * @defaultValue `true`
   */
  readonly recover?:
    | boolean
    | ((request: RecoveryRequest) => RecoveryOutcome | Promise<RecoveryOutcome>)
    | undefined;
}

export interface MonitorSettings {
  readonly intervalMs: number;
  /** For how long nobody is judged after the process stood still. */
  readonly calmMs: number;
  readonly warnAfterMs: number;
  readonly abortAfterMs: number;
  readonly recover: NonNullable<MonitorOptions['recover']>;
}

const LEAST_ABORT_MS = 300_000;

/** @throws TypeError, RangeError */
export function readMonitorOptions(options: MonitorOptions): MonitorSettings {
  checkObject('options', options);
  const { intervalMs = 30_000, warnAfterMs = 120_000, recover = true } = options;
  checkDuration('intervalMs', intervalMs);
  if (intervalMs < 1) {
    throw new RangeError(`Invalid intervalMs: expected 1 ms or more, got ${intervalMs}`);
  }
  checkDuration('warnAfterMs', warnAfterMs);
  const { abortAfterMs = Math.max(LEAST_ABORT_MS, 3 * warnAfterMs) } = options;
  checkDuration('abortAfterMs', abortAfterMs);
  if (abortAfterMs < warnAfterMs) {
    throw new RangeError(
      `Invalid abortAfterMs: ${abortAfterMs} ms is shorter than warnAfterMs ${warnAfterMs} ms, ` +
        'so runs would be recovered before anybody was told of them',
    );
  }
  if (typeof recover !== 'boolean' && typeof recover !== 'function') {
    throw wrongType('recover', 'true, false or a function', recover);
  }
  const calmMs = intervalMs === Infinity ? CALM_MS : intervalMs;
  return { intervalMs, calmMs, warnAfterMs, abortAfterMs, recover };
}
