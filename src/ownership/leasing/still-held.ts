import { SessionError } from '../../errors/session-error.js';
import type { Lease } from '../../leases/provider.js';
import { leaseUnavailable } from '../table/refusals.js';

/**
 * What the provider says right now.
 *
 * @throws LeaseUnavailableError nobody can tell
 */
export function isStillHeld(lease: Lease, path: string): boolean {
  try {
    return lease.isHeld();
  } catch (error) {
    throw SessionError.is(error) ? error : leaseUnavailable({ path }, error);
  }
}
