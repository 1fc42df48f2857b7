import { threadTable } from '../support/thread-table.js';
import type { SessionFile, SessionFileLike } from '../types.js';
import { DEFAULT_MARKERS, parseSessionFile } from './parse-input.js';
import { resolvePath, resolvePathSync } from './resolve.js';

/**
 * The identity of a session file, whether it exists or not: equal for every alias of one file, and
 * the same before and after the file is created.
 *
 * A path is made absolute in the call, as `path.resolve` does. Links are followed, also dangling
 * ones; parents may be missing. `file:` URLs are paths; a marker such as `memory:x` is its own key
 * and costs no I/O; of a `SessionFile` its `path` is resolved anew. Waits for the file system
 * only, opens nothing and keeps nothing. The result is frozen.
 *
 * @throws InvalidSessionFileError `ERR_SESSION_FILE_INVALID`, with the `reason`, if it cannot name
 * a session file.
 * @throws TypeError on anything that is no string, URL or `SessionFile`.
 */
export async function resolveSessionFile(file: SessionFileLike): Promise<SessionFile> {
  const input = parseSessionFile(file, markersInForce());
  return input.type === 'marker' ? Object.freeze(input.file) : resolvePath(input.path);
}

/**
 * Like `resolveSessionFile`, with the same answer, at once. Takes microseconds on a local disk, and
 * blocks the thread for as long as a file system does not answer.
 *
 * @throws InvalidSessionFileError `ERR_SESSION_FILE_INVALID`, with the `reason`, if it cannot name
 * a session file.
 * @throws TypeError on anything that is no string, URL or `SessionFile`.
 */
export function resolveSessionFileSync(file: SessionFileLike): SessionFile {
  const input = parseSessionFile(file, markersInForce());
  return input.type === 'marker' ? Object.freeze(input.file) : resolvePathSync(input.path);
}

/** One table serves the whole thread, so a name means the same to everybody in it. */
function markersInForce(): ReadonlySet<string> {
  return threadTable()?.markers ?? DEFAULT_MARKERS;
}
