import type { SessionError } from '../errors/session-error.js';
import type { OwnerTable } from '../ownership/owner-table.js';
import type { RunRecord } from '../ownership/run/run-record.js';
import type { Scope } from '../ownership/run/scope.js';
import { endAfter } from '../ownership/run/ends.js';
import { checkOwner, endedError } from '../ownership/table/run-guards.js';
import { logLateError, saveResult } from './late-outcome.js';
import { isThenable } from '../support/thenable.js';
import { RunHandle } from './run-handle.js';
import type { Run, RunRequest } from './run.js';

/** A task, what to do with a result that came too late, and whoever waits for the outcome. */
export interface TaskCall<T> {
  readonly task: (run: Run) => T | Promise<T>;
  readonly rescue: RunRequest['rescue'];
  answer(value: T): void;
  reject(error: unknown): void;
}

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
export function runOwned<T>(table: OwnerTable, record: RunRecord, call: TaskCall<T>): void {
  try {
    checkNotStopped(table, record);
  } catch (reason) {
    call.reject(reason);
    return;
  }
  record.onRevoked = call;
  const handle = new RunHandle(table, record, false, call.rescue);
  perform(table, record, handle, call, true, (end, then) => {
    conclude(table, record, end, then);
  });
}

/**
 * Runs a task inside the turn of `host`. It ends with the task and never ends the host; where the
 * host ends first, what the task still produces has no turn any more.
 *
 * @param scope in whose context it was asked for, which may be a run inside the host: the task is
 *   part of both
 */
export function runJoined<T>(
  table: OwnerTable,
  host: RunRecord,
  scope: Scope,
  call: TaskCall<T>,
): void {
  try {
    if (host.firing) throw host.firing.reason;
    checkOwner(host, 'join');
  } catch (reason) {
    call.reject(reason);
    return;
  }
  const handle = new RunHandle(table, host, true, call.rescue);
  let ended: SessionError | undefined;
  const onHostEnd = (): void => {
    ended = host.firing?.reason ?? endedError(host, 'go on inside a joined turn');
    void handle.release();
    call.reject(ended);
  };
  (host.endListeners ??= new Set()).add(onHostEnd);
  const { run: asker = host, section } = scope;
  perform(table, { run: asker, section }, handle, call, false, (_, then) => {
    host.endListeners?.delete(onHostEnd);
    void handle.release();
    then(ended ?? host.firing?.reason);
  });
}

/**
 * Calls the task in the ambient context of its run.
 *
 * @param isOwn whether the task is that of the run, and has not only joined it
 * @param settle does what follows from the end of the task, and then tells why its outcome does not
 *   count, if it does not
 */
function perform<T>(
  table: OwnerTable,
  scope: Scope & { readonly run: RunRecord },
  handle: Run,
  call: TaskCall<T>,
  isOwn: boolean,
  settle: (end: 'completed' | 'failed', then: (reason: SessionError | undefined) => void) => void,
): void {
  const succeed = (value: T): void => {
    settle('completed', (reason) => {
      if (reason === undefined) {
        call.answer(value);
        return;
      }
      saveResult(scope.run, value, reason, call.rescue, isOwn);
      call.reject(reason);
    });
  };
  const fail = (error: unknown): void => {
    settle('failed', (reason) => {
      if (reason !== undefined) logLateError(scope.run, error, reason);
      call.reject(reason ?? error);
    });
  };
  let answer: T | Promise<T>;
  let isLater: boolean;
  try {
    answer = table.state.ambient.run(scope, call.task, handle);
    isLater = isThenable(answer);
  } catch (error) {
    fail(error);
    return;
  }
  if (isLater) Promise.resolve(answer).then(succeed, fail);
  else succeed(answer as T);
}

/**
 * The task has settled: ends the run, as soon as what it left under way has come to its end, and
 * tells why its outcome does not count, if it does not.
 */
function conclude(
  table: OwnerTable,
  record: RunRecord,
  end: 'completed' | 'failed',
  then: (reason: SessionError | undefined) => void,
): void {
  const reason = record.firing?.reason;
  record.onRevoked = undefined;
  table.state.draining.delete(record);
  const hasEnded = table.turns.finish(record, reason === undefined ? end : endAfter(reason.why));
  if (!hasEnded) (record.endListeners ??= new Set()).add(() => then(record.firing?.reason));
  table.state.outbox.flush();
  if (hasEnded) then(reason);
}
