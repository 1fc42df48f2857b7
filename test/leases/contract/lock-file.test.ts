import { vi } from 'vitest';
import {
  type LeaseProvider,
  lockFileLeases,
  type LockFileOptions,
} from '../../../src/leases/lock-file/lock-file-leases.js';
import { describeLeaseContract } from './lease-contract.js';
import { lockFileContestants } from './support/lock-file-contestants.js';

/** A copy of the module with a memory of its own: another thread, to all that it knows. */
async function openCopy(settings: LockFileOptions): Promise<LeaseProvider> {
  vi.resetModules();
  const copy = await import('../../../src/leases/lock-file/lock-file-leases.js');
  return copy.lockFileLeases(settings);
}

describeLeaseContract('lock files, within one thread', lockFileContestants(lockFileLeases));
describeLeaseContract('lock files, as between threads', lockFileContestants(openCopy));
