import { parseSessionFile } from '../identity/parse-input.js';
import { resolvePath } from '../identity/resolve.js';
import type { OwnerTable } from '../ownership/owner-table.js';
import { PROBE_MS } from '../ownership/leasing/queue-lease.js';
import { thisThread } from '../support/this-process.js';
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
  const holder = await inTime(resolvePath(input.path).then((file) => provider.inspect(file)));
  // Nobody else: it is about to give it back, or moves there, or a guest of it still writes.
  return holder?.instanceId === thisThread().instanceId ? undefined : holder;
}

/** What is not said in time is not known. */
async function inTime<T>(answer: Promise<T>): Promise<T | undefined> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<undefined>((resolve) => {
    timer = setTimeout(resolve, PROBE_MS, undefined);
  });
  try {
    return await Promise.race([answer, late]);
  } finally {
    clearTimeout(timer);
  }
}
