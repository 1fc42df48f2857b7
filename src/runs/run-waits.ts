import { DeadlockError } from '../errors.js';
import type { OwnerTable } from '../ownership/owner-table.js';
import { endlessWait, nearestAlive } from '../ownership/wait-graph.js';
import { checkDuration, checkSignal, checkText } from '../support/checks.js';
import type { DeadlockLink, RunView, SessionFileLike } from '../types.js';
import { findQueue } from './find-queue.js';
import { untilTold, type WaitOptions } from './until-told.js';

export interface IdleOptions extends WaitOptions {
  /** @defaultValue all files */
  readonly file?: SessionFileLike | undefined;
}

export async function whenEnded(
  table: OwnerTable,
  run: RunView | string,
  options: WaitOptions = {},
): Promise<boolean> {
  const runId = typeof run === 'string' ? run : run.runId;
  checkText('run', runId);
  checkWait(options);
  const { state } = table;
  const target = state.liveIds.get(runId);
  if (target === undefined) return true;
  const asker = nearestAlive(state.ambient.getStore());
  const chain = endlessWait(state, asker, target);
  if (chain) throw refuse(target.path, `the end of run ${runId}`, chain);
  (asker ? (asker.awaited ??= new Set()) : undefined)?.add(target);
  try {
    return await untilTold(options, (tell) => {
      const listeners = (target.endListeners ??= new Set());
      listeners.add(tell);
      return () => listeners.delete(tell);
    });
  } finally {
    asker?.awaited?.delete(target);
  }
}

export async function whenIdle(table: OwnerTable, options: IdleOptions = {}): Promise<boolean> {
  checkWait(options);
  const { file } = options;
  const { state } = table;
  const key = file === undefined ? undefined : findQueue(table, file)?.key;
  const isIdle = (): boolean => {
    if (file === undefined) return state.live === 0 && table.requests.arrivals.size === 0;
    return key === undefined || !state.queues.has(key);
  };
  if (isIdle()) return true;
  refuseOwnWait(table, key);
  return await untilTold(options, (tell) => {
    const listener = (): void => {
      if (isIdle()) tell();
    };
    state.idleListeners.add(listener);
    return () => state.idleListeners.delete(listener);
  });
}

/** A run that would have to end before its own wait could. */
function refuseOwnWait(table: OwnerTable, key: string | undefined): void {
  const { state } = table;
  const asker = nearestAlive(state.ambient.getStore());
  if (asker === undefined) return;
  for (const record of state.all()) {
    if (key !== undefined && record.key !== key) continue;
    const chain = endlessWait(state, asker, record);
    if (chain)
      throw refuse(
        record.path,
        `${key === undefined ? 'every file' : record.path} to be idle`,
        chain,
      );
  }
}

function refuse(
  sessionFile: string,
  subject: string,
  chain: readonly DeadlockLink[],
): DeadlockError {
  const waysOut = ['wait outside of the run', 'ask with waitMs 0, which only looks'];
  return new DeadlockError({ sessionFile, subject, chain, waysOut });
}

function checkWait({ waitMs, signal }: WaitOptions): void {
  if (waitMs !== undefined) checkDuration('waitMs', waitMs);
  if (signal !== undefined) checkSignal('signal', signal);
}
