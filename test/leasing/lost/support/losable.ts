import type { LeaseLostError } from '../../../../src/errors/lease-errors.js';
import type { Run } from '../../../../src/index.js';
import type { Leasing } from '../../support/leasing.js';

export interface Losable {
  readonly run: Run;
  /** Another process takes its file over, and it is told. */
  lose(): LeaseLostError;
}

/** Run `a`, which owns the file under the first lease; every wish of it is granted. */
export async function startLosable(leasing: Leasing): Promise<Losable> {
  leasing.provider.isGenerous = true;
  const run = await leasing.open().acquire({ sessionFile: leasing.file(), runId: 'a' });
  return { run, lose: () => leasing.provider.lease(1).lose() };
}
