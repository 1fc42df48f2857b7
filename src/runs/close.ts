import { wasTaken } from '../ownership/run/ends.js';
import { CoordinatorClosedError, DeadlockError } from '../errors/wait-errors.js';
import { holderOf } from '../ownership/table/holder.js';
import type { OwnerTable } from '../ownership/owner-table.js';
import { insideSection } from '../ownership/table/refusals.js';
import type { RunRecord } from '../ownership/run/run-record.js';
import type { Origin } from '../ownership/run/terms.js';
import { openSectionOf, type Section, sectionsAround } from '../ownership/file/section.js';
import { endlessWait, nearestAlive } from '../ownership/table/wait-graph.js';
import type { RunView } from '../types.js';
import { untilEnded } from './until-ended.js';
import { untilTold } from './until-told.js';

/** What `close()` found and did. */
export interface CloseReport {
  /** Owners and parked runs that ended by themselves, told to stop or not. */
  readonly ended: readonly RunView[];
  /** Runs whose turn had to be taken. */
  readonly revoked: readonly RunView[];
  /** Those of `revoked` whose task goes on: it owns nothing any more. */
  readonly stillRunning: readonly RunView[];
  /** Runs that waited; their callers got a `CoordinatorClosedError`. */
  readonly cancelledWaiters: readonly RunView[];
}

export async function closeOrigin(
  table: OwnerTable,
  origin: Origin,
  waitMs: number,
): Promise<CloseReport> {
  const { state } = table;
  const own = runsOf(table, origin);
  origin.isClosed = true;
  const cancelled = cancelWaiting(table, origin, own);
  const granted = own.filter((record) => record.generation > 0);
  if (!(await untilEnded(table, granted, waitMs))) {
    for (const record of granted) table.signals.fire(record, 'shutdown');
    state.outbox.flush();
    await untilEnded(table, granted, origin.settleMs);
  }
  for (const record of granted) table.signals.revoke(record);
  state.outbox.flush();
  // A section that was open when its run was revoked has what is left of the time to settle.
  await untilEnded(table, granted, origin.settleMs);
  await untilLeft(table, openGuests(table, origin), origin.settleMs);
  await untilReturned(table, origin.settleMs);
  const revoked = granted.filter((record) => wasTaken(record.end));
  const view = (record: RunRecord): RunView => record.view();
  return {
    ended: granted.filter((record) => !wasTaken(record.end)).map(view),
    revoked: revoked.map(view),
    stillRunning: revoked.filter((record) => state.draining.has(record)).map(view),
    cancelledWaiters: cancelled.map(view),
  };
}

/** Guests that write at the gate of somebody's run: none of the runs, but work all the same. */
function openGuests({ state }: OwnerTable, origin: Origin): readonly Section[] {
  const open = [...state.queues.values()].map(({ gate }) => gate?.open);
  return open.filter(
    (section) => section?.isGuest === true && section.record.origin === origin,
  ) as Section[];
}

/** Each has at most its coordinator's `settleMs` from when it was let in. */
async function untilLeft(
  { callerSignals }: OwnerTable,
  sections: readonly Section[],
  waitMs: number,
): Promise<void> {
  const left = sections.map(async (section) => {
    if (!section.isOpen) return;
    await untilTold(callerSignals, { waitMs }, (tell) => {
      (section.leftListeners ??= new Set()).add(tell);
      return () => section.leftListeners?.delete(tell);
    });
  });
  await Promise.all(left);
}

/** What a run had of other processes is given back behind its end. */
async function untilReturned(
  { callerSignals, leasing }: OwnerTable,
  waitMs: number,
): Promise<void> {
  const returned = leasing.source.untilReturned();
  if (returned === undefined) return;
  await untilTold(callerSignals, { waitMs }, (tell) => {
    void returned.then(tell);
    return () => undefined;
  });
}

function runsOf(table: OwnerTable, origin: Origin): readonly RunRecord[] {
  return [...table.state.all()].filter((record) => record.origin === origin);
}

/**
 * A run that waits for its own end would wait until it is revoked.
 *
 * @throws DeadlockError
 */
export function refuseFromInside(table: OwnerTable, origin: Origin): void {
  const scope = table.state.ambient.getStore();
  if (scope === undefined) return;
  const asker = { run: nearestAlive(scope.run), section: openSectionOf(scope) };
  for (const section of sectionsAround(scope)) {
    if (section.isGuest && section.record.origin === origin) {
      throw insideSection(
        section.record,
        'close the coordinator',
        section,
        section.gate.queue.owner,
      );
    }
  }
  for (const record of runsOf(table, origin)) {
    const chain = endlessWait(asker, record);
    if (chain === undefined) continue;
    throw new DeadlockError({
      sessionFile: record.path,
      subject: 'the coordinator to close',
      chain,
      waysOut: ['close outside of its runs', 'start closing without awaiting it, from a timer'],
    });
  }
}

function cancelWaiting(
  table: OwnerTable,
  origin: Origin,
  own: readonly RunRecord[],
): readonly RunRecord[] {
  const resolving = [...table.requests.arrivals].filter((record) => record.origin === origin);
  const guests = [...table.state.guests()].filter((record) => record.origin === origin);
  const queued = own.filter((record) => record.phase === 'waiting');
  const waiting = [...queued, ...guests, ...resolving];
  for (const record of waiting) {
    const holder = holderOf(record.queue);
    const error = new CoordinatorClosedError({ sessionFile: record.path, holder });
    table.departures.stopWaiting(record, error);
  }
  table.state.outbox.flush();
  return waiting;
}
