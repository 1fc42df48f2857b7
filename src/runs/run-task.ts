import type { SessionError } from '../errors.js';
import { log } from '../observe/deliver.js';
import type { OwnerTable } from '../ownership/owner-table.js';
import type { RunRecord } from '../ownership/run-record.js';
import { endAfter } from '../ownership/signals.js';
import { endedError } from './run-guards.js';
import { RunHandle } from './run-handle.js';
import type { Run, RunRequest } from './run.js';

type Task<T> = (run: Run) => T | Promise<T>;

/**
 * The caller may have been told to stop between the grant and now: then nothing is started.
 *
 * @throws the reason of the run's signal
 */
export function checkNotStopped(table: OwnerTable, record: RunRecord): void {
  const reason = record.firing?.reason;
  if (reason !== undefined) {
    table.turns.finish(record, endAfter(reason.why));
    table.state.outbox.flush();
    throw reason;
  }
  if (record.phase === 'ended') throw endedError(record, 'start');
}

/** Runs a task as the owner of its file, and ends the run as the task ends. */
export function runOwned<T>(
  table: OwnerTable,
  record: RunRecord,
  task: Task<T>,
  rescue: RunRequest['rescue'],
): Promise<T> {
  checkNotStopped(table, record);
  const handle = new RunHandle(table, record, false);
  return new Promise<T>((resolve, reject) => {
    record.onRevoked = reject;
    perform(table, record, handle, task).then(
      (value) => {
        const reason = conclude(table, record, 'completed');
        if (reason === undefined) return resolve(value);
        saveResult(record, value, reason, rescue);
        return reject(reason);
      },
      (error: unknown) => {
        const reason = conclude(table, record, 'failed');
        if (reason !== undefined) logLateError(record, error, reason);
        reject(reason ?? error);
      },
    );
  });
}

/**
 * Runs a task inside the turn of `host`. It ends with the task and never ends the host; where the
 * host ends first, what the task still produces has no turn any more.
 */
export function runJoined<T>(
  table: OwnerTable,
  host: RunRecord,
  task: Task<T>,
  rescue: RunRequest['rescue'],
): Promise<T> {
  const handle = new RunHandle(table, host, true);
  return new Promise<T>((resolve, reject) => {
    let ended: SessionError | undefined;
    const onHostEnd = (): void => {
      ended = host.firing?.reason ?? endedError(host, 'go on inside a joined turn');
      void handle.release();
      reject(ended);
    };
    (host.endListeners ??= new Set()).add(onHostEnd);
    const settle = (): SessionError | undefined => {
      host.endListeners?.delete(onHostEnd);
      void handle.release();
      return ended ?? host.firing?.reason;
    };
    perform(table, host, handle, task).then(
      (value) => {
        const reason = settle();
        if (reason === undefined) return resolve(value);
        saveResult(host, value, reason, rescue);
        return reject(reason);
      },
      (error: unknown) => {
        const reason = settle();
        if (reason !== undefined) logLateError(host, error, reason);
        reject(reason ?? error);
      },
    );
  });
}

/** `async`, so that a task that throws at once is a rejection like any other. */
async function perform<T>(
  table: OwnerTable,
  record: RunRecord,
  handle: Run,
  task: Task<T>,
): Promise<T> {
  return await table.state.ambient.run(record, task, handle);
}

/** The task has settled: ends the run, and tells why its outcome does not count, if it does not. */
function conclude(
  table: OwnerTable,
  record: RunRecord,
  end: 'completed' | 'failed',
): SessionError | undefined {
  const reason = record.firing?.reason;
  record.onRevoked = undefined;
  table.state.draining.delete(record);
  table.turns.finish(record, reason === undefined ? end : endAfter(reason.why));
  table.state.outbox.flush();
  return reason;
}

/** A finished result is never thrown away without a word. */
function saveResult(
  record: RunRecord,
  value: unknown,
  reason: SessionError,
  rescue: RunRequest['rescue'],
): void {
  const { logger } = record.origin;
  const facts = { runId: record.runId, sessionFile: record.path, eventId: reason.eventId };
  if (rescue === undefined) {
    if (value !== undefined) log(logger, 'warn', facts, 'session result dropped: no rescue given');
    return;
  }
  Promise.resolve()
    .then(() => rescue(value, reason))
    .catch((error: unknown) => {
      log(logger, 'error', { ...facts, err: error }, 'a rescue callback failed');
    });
}

function logLateError(record: RunRecord, error: unknown, reason: SessionError): void {
  if (error === reason) return;
  const { runId, path: sessionFile } = record;
  const facts = { runId, sessionFile, eventId: reason.eventId, err: error };
  log(record.origin.logger, 'warn', facts, 'session task failed after its signal had fired');
}
