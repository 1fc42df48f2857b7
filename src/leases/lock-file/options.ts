import { checkCount, checkDuration, checkObject, checkOneOf } from '../../support/checks.js';

/** Settings of `lockFileLeases`. */
export interface LockFileOptions {
  /** How often a holder gives a sign of life. From 1,000. @defaultValue `5_000` */
  readonly heartbeatMs?: number | undefined;
  /**
   * A holder that cannot be proven to live or to be dead loses the file after so long without a sign
   * of life: at least three heartbeats. @defaultValue `30_000`
   */
  readonly expireMs?: number | undefined;
  /**
   * So many turns of this thread in a row, while another process or thread waits.
   * @defaultValue `16`
   */
  readonly maxHandOvers?: number | undefined;
  /**
   * Where no lock can be written. `refuse`: no run begins. `in-process`: other processes and threads
   * are not excluded there, and only runs of this thread are.
   * @defaultValue `'refuse'`
   */
  readonly onUnwritable?: 'refuse' | 'in-process' | undefined;
}

export interface LockFileSettings {
  readonly heartbeatMs: number;
  readonly expireMs: number;
  readonly maxHandOvers: number;
  readonly onUnwritable: 'refuse' | 'in-process';
}

const LEAST_HEARTBEAT_MS = 1_000;
/** One may be late, and one may be missed. */
const LEAST_HEARTBEATS = 3;

/** @throws TypeError, RangeError */
export function readLockFileOptions(options: LockFileOptions): LockFileSettings {
  checkObject('options', options);
  const { heartbeatMs = 5_000, expireMs = 30_000, maxHandOvers = 16 } = options;
  const { onUnwritable = 'refuse' } = options;
  checkDuration('heartbeatMs', heartbeatMs);
  checkDuration('expireMs', expireMs);
  checkCount('maxHandOvers', maxHandOvers, 0);
  checkOneOf('onUnwritable', onUnwritable, ['refuse', 'in-process']);
  if (heartbeatMs < LEAST_HEARTBEAT_MS || heartbeatMs === Infinity) {
    throw new RangeError(
      `Invalid heartbeatMs: expected ${LEAST_HEARTBEAT_MS} ms or more, and a limit, got ${heartbeatMs}`,
    );
  }
  if (expireMs < heartbeatMs * LEAST_HEARTBEATS) {
    throw new RangeError(
      `Invalid expireMs: ${expireMs} ms is shorter than ${LEAST_HEARTBEATS} heartbeats of ` +
        `${heartbeatMs} ms, so a holder that is only late would lose its file`,
    );
  }
  return { heartbeatMs, expireMs, maxHandOvers, onUnwritable };
}
