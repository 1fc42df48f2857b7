import type { Lease } from '../../leases/provider.js';
import type { SessionFile } from '../../types.js';
import type { FileQueue } from '../file/file-queue.js';
import { diedRun, holderInfoOf } from './holder-info.js';
import type { Leasing } from './leasing.js';
import type { RunRecord } from '../run/run-record.js';
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
  if (former?.isHeld() === true) return former;
  if (former) {
    queue.lease.former.delete(file.key);
    leasing.source.giveBack(file.key, former, queue.lease.logger);
    state.outbox.flush();
  }
  const granted: { lease?: Lease } = {};
  const lease = await leasing.source.acquire(file, {
    holder: holderInfoOf(record),
    wait: false,
    signal: new AbortController().signal,
    onLost: (cause) => {
      if (granted.lease) leasing.lost(queue, granted.lease, cause);
      state.outbox.flush();
    },
  });
  granted.lease = lease;
  return lease;
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
  if (lease.died && !isBack) {
    own.before = { run: diedRun(lease.died) };
    record.previous = { generation: record.generation, run: own.before.run };
  }
  leasing.tell(own, lease, record);
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
