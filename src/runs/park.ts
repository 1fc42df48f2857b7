import type { SessionError } from '../errors/session-error.js';
import type { OwnerTable } from '../ownership/owner-table.js';
import type { RunRecord } from '../ownership/run/run-record.js';
import { NOWHERE, type Scope } from '../ownership/run/scope.js';
import { isPending } from '../ownership/run/turn-work.js';
import { checkAlive, checkOutside, checkOwner } from '../ownership/table/run-guards.js';
import { nearestAlive, noteWait, scopeWithin } from '../ownership/table/wait-graph.js';
import { logLateError, saveResult } from './late-outcome.js';

/**
 * Gives the turn of a run up while a task runs, then waits for a new one.
 *
 * @param task in the context of the run
 * @param waitMs for the new turn
 */
export async function park<T>(
  table: OwnerTable,
  record: RunRecord,
  task: () => Promise<T>,
  waitMs: number,
): Promise<T> {
  checkOutside(table.state, record, 'park');
  if (record.finishing) checkOwner(record, 'park');
  while (isPending(record.work)) await untilIdle(record);
  if (record.phase !== 'parked' || !record.isStranded) checkOwner(record, 'park');
  table.parking.leave(record);
  return await whileWaitedFor(table, record, async (scope) => {
    const [outcome] = await Promise.allSettled([task()]);
    try {
      checkAlive(record, 'come back from park');
      await table.parking.comeBack(record, waitMs, scope);
      checkAlive(record, 'come back from park');
    } catch (error) {
      keepOutcome(record, outcome, error as SessionError);
      throw error;
    }
    if (outcome.status === 'rejected') throw outcome.reason;
    return outcome.value;
  });
}

/** Whoever called `park` waits for the turn, which may be code of another run, or of a section. */
async function whileWaitedFor<T>(
  table: OwnerTable,
  record: RunRecord,
  work: (scope: Scope) => Promise<T>,
): Promise<T> {
  const here = table.state.ambient.getStore() ?? NOWHERE;
  const scope = scopeWithin(record, here);
  const asking = nearestAlive(here.run);
  const forget = noteWait([asking === record ? undefined : asking, scope.section], () => [record]);
  try {
    return await work(scope);
  } finally {
    forget();
  }
}

/** Until sections and queued writes have ended, or the run has. */
function untilIdle(record: RunRecord): Promise<void> {
  return new Promise((done) => {
    (record.endListeners ??= new Set()).add(done);
    if (record.work) (record.work.listeners ??= []).push(done);
  });
}

/** What a task brought back that its run has no turn for any more. */
function keepOutcome(
  record: RunRecord,
  outcome: PromiseSettledResult<unknown>,
  error: SessionError,
): void {
  if (outcome.status === 'rejected') logLateError(record, outcome.reason, error);
  else saveResult(record, outcome.value, error, record.terms.rescue);
}
