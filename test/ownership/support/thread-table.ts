import type { OwnerTable } from '../../../src/ownership/owner-table.js';
import { threadTable } from '../../../src/support/thread-table.js';

/** The table behind all coordinators of this thread that are not isolated. */
export function tableOfThread(): OwnerTable {
  return threadTable() as OwnerTable;
}
