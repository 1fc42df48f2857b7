import type { OwnerTable } from '../../src/ownership/owner-table.js';

let current: OwnerTable | undefined;

/** Coordinators that are made from now on share this table, as those of one thread do. */
export function useTable(table: OwnerTable): void {
  current = table;
}

/** The place where every copy of the package looks for the table of its thread. */
Object.defineProperty(globalThis, Symbol.for('penholder.owner-table'), { get: () => current });
