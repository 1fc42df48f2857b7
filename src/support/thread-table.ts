/** Without a version, on purpose: copies of this package that cannot share a table must find out. */
const TABLE = Symbol.for('penholder.owner-table');

/** What the first copy of this package that needed one keeps for all copies in this thread. */
export interface ThreadTable {
  readonly protocol: number;
  readonly markers: ReadonlySet<string>;
}

export function threadTable(): ThreadTable | undefined {
  return (globalThis as { [TABLE]?: ThreadTable })[TABLE];
}

/** Once per thread; nothing replaces or removes it. */
export function setThreadTable(table: ThreadTable): void {
  Object.defineProperty(globalThis, TABLE, { value: table });
}
