import type { SessionFile } from '../types.js';
import { Changed, locate } from './canonical.js';
import { keyOf } from './folding.js';
import { nodeAsyncFs, nodeSyncFs } from './node-fs.js';
import {
  driveAsync,
  driveSync,
  type AsyncFs,
  type Asking,
  type Host,
  type SyncFs,
} from './questions.js';
import { refused, refusedBySystem, systemCodeOf } from './refusal.js';

/** How often a path is resolved anew that changes while it is looked at. */
const MAX_ATTEMPTS = 8;

/**
 * The identity of an absolute path. Waits for the file system only.
 *
 * @throws InvalidSessionFileError (as a rejection) where the path cannot name a session file.
 */
export function resolvePath(path: string, fs: AsyncFs = nodeAsyncFs): Promise<SessionFile> {
  return driveAsync(identify(path, fs), fs);
}

/** Like `resolvePath`, at once. Much faster than one trip through the thread pool. */
export function resolvePathSync(path: string, fs: SyncFs = nodeSyncFs): SessionFile {
  return resolvePlain(path, fs) ?? driveSync(identify(path, fs), fs);
}

/**
 * The same steps, spelt out for the usual case: a regular file on a volume that is known not to
 * fold case. Everything else, errors included, is left to `identify`.
 */
function resolvePlain(path: string, fs: SyncFs): SessionFile | undefined {
  try {
    const realPath = fs.realpath(path);
    const facts = fs.stat(realPath);
    if (facts.kind !== 'file' || fs.volumes.get(facts.dev) !== false) return undefined;
    return Object.freeze({ key: realPath, path, realPath });
  } catch {
    return undefined;
  }
}

function* identify(path: string, host: Host): Asking<SessionFile> {
  let cause: unknown;
  for (let attempt = 1; attempt <= MAX_ATTEMPTS; attempt += 1) {
    try {
      const place = yield* locate(path, host);
      const key = yield* keyOf(place, host);
      return Object.freeze({ key, path, realPath: place.realPath });
    } catch (error) {
      if (!isChange(error)) throw refusedBySystem(path, error);
      cause = error;
    }
  }
  const detail = `what it leads to changed, or could not be spelt, in each of ${MAX_ATTEMPTS} attempts`;
  throw refused(path, 'unreachable', detail, cause);
}

/** ENOENT is an answer where it is expected; where it is not, something has just vanished. */
function isChange(error: unknown): boolean {
  if (error instanceof Changed) return true;
  const code = systemCodeOf(error);
  // EINVAL is what readlink says of an entry that is no longer a link.
  return code === 'ENOENT' || code === 'EINVAL';
}
