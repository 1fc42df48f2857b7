import { DeadlockError } from '../errors/wait-errors.js';
import type { OwnerTable } from '../ownership/owner-table.js';
import type { RunRecord } from '../ownership/run/run-record.js';
import { NOWHERE } from '../ownership/run/scope.js';
import { openSectionOf } from '../ownership/file/section.js';
import { endlessWait, nearestAlive, noteWait } from '../ownership/table/wait-graph.js';
import { checkText, wrongType } from '../support/checks.js';
import type { RunView, SessionFileLike } from '../types.js';
import { findQueue, spellingOf } from './find-queue.js';
import { checkWait, untilTold, type WaitOptions } from './until-told.js';

export interface IdleOptions extends WaitOptions {
  /** @defaultValue all files */
  readonly file?: SessionFileLike | undefined;
}

export async function whenEnded(
  table: OwnerTable,
  run: RunView | string,
  options: WaitOptions = {},
): Promise<boolean> {
  const runId: unknown = typeof run === 'object' ? (run as RunView | null)?.runId : run;
  if (typeof runId !== 'string') throw wrongType('run', 'a run or its id', run);
  checkText('run', runId);
  checkWait(options);
  const target = table.state.liveIds.get(runId);
  if (target === undefined) return true;
  if (options.waitMs === 0) return false;
  return await wait(
    table,
    options,
    `the end of run ${runId}`,
    () => [target],
    (tell) => {
      const listeners = (target.endListeners ??= new Set());
      listeners.add(tell);
      return () => listeners.delete(tell);
    },
  );
}

export async function whenIdle(table: OwnerTable, options: IdleOptions = {}): Promise<boolean> {
  checkWait(options);
  const { file } = options;
  const { state, requests } = table;
  const path = file === undefined ? undefined : spellingOf(table, file);
  const queue = () => (file === undefined ? undefined : findQueue(table, file));
  const isIdle = (): boolean => {
    if (path === undefined) return state.live === 0 && requests.arrivals.size === 0;
    return queue() === undefined && !requests.arrivals.has(path);
  };
  if (isIdle()) return true;
  if (options.waitMs === 0) return false;
  // What names no session file any more, since a folder has taken its place, has no run either.
  const isIdleOrGone = (): boolean => {
    try {
      return isIdle();
    } catch {
      return true;
    }
  };
  const running = (): Iterable<RunRecord> =>
    file === undefined ? state.all() : (queue()?.all() ?? []);
  return await wait(table, options, `${path ?? 'every file'} to be idle`, running, (tell) => {
    const listener = (): void => {
      if (isIdleOrGone()) tell();
    };
    state.idleListeners.add(listener);
    return () => state.idleListeners.delete(listener);
  });
}

/**
 * Waits for runs to end. A wait from inside one of them, or of one that waits for the asker, could
 * never end and is refused; so is whatever would close such a circle while this wait lasts.
 */
export async function wait(
  table: OwnerTable,
  options: WaitOptions,
  subject: string,
  targets: () => Iterable<RunRecord>,
  subscribe: (tell: () => void, giveUp: () => void) => () => unknown,
): Promise<boolean> {
  const ambient = table.state.ambient.getStore() ?? NOWHERE;
  const scope = { run: nearestAlive(ambient.run), section: openSectionOf(ambient) };
  for (const target of targets()) {
    const chain = endlessWait(scope, target);
    if (chain === undefined) continue;
    const waysOut = ['wait outside of the run', 'ask with waitMs 0, which only looks'];
    throw new DeadlockError({ sessionFile: target.path, subject, chain, waysOut });
  }
  // A wait with a limit ends by itself: it may disappoint, but nobody hangs in a circle with it.
  const isEndless = options.waitMs === undefined || options.waitMs === Infinity;
  const forget = noteWait(isEndless ? [scope.run, scope.section] : [], targets);
  try {
    return await untilTold(table.callerSignals, options, subscribe);
  } finally {
    forget();
  }
}
