import type { Lease, LeaseRequest } from '../../leases/provider.js';
import type { SessionFile } from '../../types.js';
import type { FileQueue } from '../file/file-queue.js';
import { diedRun, holderInfoOf } from './holder-info.js';
import type { Leasing } from './leasing.js';
import { isStillHeld } from './still-held.js';
import type { RunRecord } from '../run/run-record.js';
import { NOWHERE } from '../run/scope.js';
import { endedError } from '../table/run-guards.js';
import type { TableState } from '../table/table-state.js';

/** What a move needs of the table. */
interface Table {
  readonly leasing: Leasing;
  readonly state: TableState;
}

/**
 * The lease of a file that a turn is about to move to: now or never. Undefined where other processes
 * are not excluded.
 *
 * @throws LeaseUnavailableError
 */
export async function leaseForMove(
  { leasing, state }: Table,
  queue: FileQueue,
  record: RunRecord,
  file: SessionFile,
): Promise<Lease | undefined> {
  if (queue.lease === undefined) return undefined;
  const former = queue.lease.former.get(file.key);
  if (former && isStillHeld(former, file.path)) return former;
  if (former) {
    queue.lease.former.delete(file.key);
    leasing.source.giveBack(file.key, former, queue.lease.logger);
    state.outbox.flush();
  }
  const granted: { lease?: Lease } = {};
  const wish = untilEnded(record);
  const request: LeaseRequest = {
    holder: holderInfoOf(record),
    wait: false,
    signal: wish.signal,
    onLost: (cause) => {
      if (granted.lease) leasing.lost(queue, granted.lease, cause);
      state.outbox.flush();
    },
  };
  // What the provider keeps outlives the turn: it must not count as code of it.
  const asked = state.ambient.run(NOWHERE, () => leasing.source.acquire(file, request));
  try {
    granted.lease = await Promise.race([asked, wish.ended]);
    return granted.lease;
  } catch (error) {
    if (wish.signal.aborted) leasing.giveBackLate(file.key, asked, queue.lease.logger);
    throw error;
  } finally {
    wish.forget();
  }
}

interface WishOfRun {
  /** Fires when the run ends. */
  readonly signal: AbortSignal;
  /** Rejects then. */
  readonly ended: Promise<never>;
  forget(): void;
}

function untilEnded(record: RunRecord): WishOfRun {
  const controller = new AbortController();
  const { signal } = controller;
  const listeners = (record.endListeners ??= new Set());
  let giveUp = (): void => {};
  const ended = new Promise<never>((_, reject) => {
    giveUp = () => {
      controller.abort(endedError(record, 'rotate'));
      reject(signal.reason);
    };
  });
  listeners.add(giveUp);
  return { signal, ended, forget: () => listeners.delete(giveUp) };
}

/** The turn goes on in another file. What it leaves stays its own until it ends. */
export function leaseMoved(
  leasing: Leasing,
  queue: FileQueue,
  record: RunRecord,
  formerKey: string,
  lease: Lease | undefined,
): void {
  const own = queue.lease;
  if (own === undefined || lease === undefined) return;
  const isBack = own.former.get(queue.key) === lease;
  own.former.delete(queue.key);
  if (own.lease) own.former.set(formerKey, own.lease);
  own.lease = lease;
  own.token = lease.fencingToken;
  own.isBehindOthers = true;
  record.fencingToken = String(lease.fencingToken);
  if (!isBack) {
    // Others may have had the file, also where the turn had it before.
    own.before = { run: lease.died && diedRun(lease.died) };
    record.previous = { generation: record.generation, key: queue.key, run: own.before.run };
    leasing.notes.warnUnprotected(queue, lease);
  }
  leasing.notes.tell(own, lease, record);
}

/** The move did not come about. */
export function leaseNotMoved(
  { leasing }: Table,
  { lease: own }: FileQueue,
  file: SessionFile,
  lease: Lease | undefined,
): void {
  if (own === undefined || lease === undefined) return;
  if ([...own.former.values()].includes(lease)) return;
  leasing.source.giveBack(file.key, lease, own.logger);
}
