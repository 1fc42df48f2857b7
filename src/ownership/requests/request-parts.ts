import type { FileQueue } from '../file/file-queue.js';
import type { Gate } from '../file/gate.js';
import type { Leasing } from '../leasing/leasing.js';
import type { RunRecord } from '../run/run-record.js';
import type { Pressure } from '../stopping/pressure.js';
import type { Signals } from '../stopping/signals.js';
import type { Departures } from '../turns/departures.js';
import type { Turns } from '../turns/turns.js';

/** The parts that a request goes through. */
export interface RequestParts {
  readonly turns: Turns;
  readonly departures: Departures;
  readonly signals: Signals;
  readonly leasing: Leasing;
  readonly pressure: Pressure;
  /** The caller's signal, if there is one, reaches the run from now on. Idempotent. */
  watchCaller(record: RunRecord): void;
  /** The gate of a file in use. */
  gateOf(queue: FileQueue): Gate;
}
