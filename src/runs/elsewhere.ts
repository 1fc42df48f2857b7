import { parseSessionFile } from '../identity/parse-input.js';
import { resolvePath } from '../identity/resolve.js';
import type { OwnerTable } from '../ownership/owner-table.js';
import type { HolderInfo } from '../types.js';
import { findRuns, type RunNames } from './targets.js';

/**
 * The run of another process or thread that has the file of this session, so that nothing can be
 * done about it from here: whoever waits for it has been told, else it is looked for.
 */
export async function holderElsewhere(
  table: OwnerTable,
  names: RunNames,
): Promise<HolderInfo | undefined> {
  const { provider } = table.leasing.source;
  if (provider === undefined || names.runId !== undefined) return undefined;
  const runs = findRuns(table, names);
  const told = runs.map(({ queue }) => (queue?.owner ? undefined : queue?.lease?.holder));
  if (runs.length > 0) return told.find((holder) => holder !== undefined);
  const { sessionFile } = names;
  const input =
    sessionFile === undefined ? undefined : parseSessionFile(sessionFile, table.markers);
  if (input?.type !== 'path') return undefined;
  return await provider.inspect(await resolvePath(input.path));
}
