import type { Lease } from '../../leases/provider.js';
import { thisThread } from '../../support/this-process.js';
import type { FileQueue } from '../file/file-queue.js';
import type { TableState } from '../table/table-state.js';
import { diedRun } from './holder-info.js';
import type { QueueLease } from './queue-lease.js';

/**
 * What others did with the file before this lease came. Undefined where nobody had it since the last
 * run of this thread, which is what its own history tells then.
 */
export function whatWasBefore(
  { lastEnds }: TableState,
  { key }: FileQueue,
  { fencingToken, died }: Lease,
): QueueLease['before'] {
  // Of its own runs it knows more than the lease tells.
  if (died && died.instanceId !== thisThread().instanceId) return { run: diedRun(died) };
  const last = lastEnds.get(key)?.heldUntil;
  if (last !== undefined && last + 1n === fencingToken) return undefined;
  return { run: died && diedRun(died) };
}

/** The thread had the file until now, whatever it was used for. */
export function noteHeldUntil(
  { lastEnds }: TableState,
  { key, parked }: FileQueue,
  { token, isBehindOthers }: QueueLease,
): void {
  // One that is parked may end before this thread has the file again.
  for (const run of parked ?? []) if (run.fencingToken === String(token)) run.heldUntil = token;
  const last = lastEnds.get(key);
  if (last === undefined) return;
  if (!isBehindOthers || last.fencingToken === String(token)) last.heldUntil = token;
}
