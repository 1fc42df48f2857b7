import type { SessionError } from '../errors/session-error.js';
import type { OwnerTable } from '../ownership/owner-table.js';
import { endedError } from '../ownership/table/run-guards.js';
import type { RunRecord } from '../ownership/run/run-record.js';
import { NOWHERE } from '../ownership/run/scope.js';
import { scopeWithin } from '../ownership/table/wait-graph.js';
import type { TurnWindow } from '../ownership/run/windows.js';
import { monotonicMs } from '../support/clock.js';
import { logLateError, saveResult } from './late-outcome.js';
import type { RunRequest } from './run.js';

/** A window to be: what it says about silence, its task, and what is done behind it. */
export interface WindowCall<T> {
  readonly window: TurnWindow;
  task(): T | Promise<T>;
  /** What has to be done before the window closes, whatever the task came to. */
  close(): Promise<void>;
  /** Of the request whose handle is used. */
  readonly rescue: RunRequest['rescue'];
  /** Why the outcome of the task does not count, if it does not. */
  stopped(): SessionError | undefined;
}

/**
 * Runs a task as a window of a turn. Rejects once the run is over, whatever the task does; what it
 * still brings goes to `rescue`, or to the log.
 */
export function inWindow<T>(table: OwnerTable, record: RunRecord, call: WindowCall<T>): Promise<T> {
  return new Promise((answer, reject) => {
    let over: SessionError | undefined;
    const onEnd = (): void => {
      over = record.firing?.reason ?? endedError(record, 'go on');
      reject(over);
    };
    (record.endListeners ??= new Set()).add(onEnd);
    open(table, record, call.window);
    const settle = async (): Promise<T> => {
      try {
        return await conclude(table, record, call, () => over ?? call.stopped());
      } finally {
        record.endListeners?.delete(onEnd);
        shut(table, record, call.window);
      }
    };
    settle().then(answer, reject);
  });
}

async function conclude<T>(
  table: OwnerTable,
  record: RunRecord,
  call: WindowCall<T>,
  stopped: () => SessionError | undefined,
): Promise<T> {
  let value: T;
  try {
    const { ambient } = table.state;
    const scope = scopeWithin(record, ambient.getStore() ?? NOWHERE);
    value = await ambient.run(scope, async () => await call.task());
  } catch (error) {
    // The error of the task wins over what is found when the window closes.
    const reason = stopped();
    if (reason === undefined) await call.close();
    else logLateError(record, error, reason);
    throw reason ?? error;
  }
  if (stopped() === undefined) await call.close();
  const reason = stopped();
  if (reason === undefined) return value;
  saveResult(record, value, reason, call.rescue);
  throw reason;
}

function open(table: OwnerTable, record: RunRecord, window: TurnWindow): void {
  (record.windows ??= new Set()).add(window);
  changed(table, record);
}

function shut(table: OwnerTable, record: RunRecord, window: TurnWindow): void {
  if (record.windows?.delete(window) === true && record.isOwner) changed(table, record);
}

/** Opening and closing are signs of life. */
function changed(table: OwnerTable, record: RunRecord): void {
  record.noteProgress(monotonicMs());
  record.notePhase();
  table.limits.retime(record);
}
