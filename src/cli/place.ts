import { lstatSync, readdirSync, type Stats } from 'node:fs';
import { isOwnName } from '../leases/lock-file/sight.js';
import { SESSION } from './folder.js';

/** A session file and where its lock is, as both are found; undefined where there is nothing. */
export interface Place {
  readonly sessionFile: string;
  readonly lockPath: string;
  readonly session: Stats | undefined;
  readonly lock: Stats | undefined;
}

/** @throws what the file system says */
export function placeOf(sessionFile: string, lockPath: string): Place {
  const lock = lstatSync(lockPath, { throwIfNoEntry: false });
  const session = lstatSync(sessionFile, { throwIfNoEntry: false });
  return { sessionFile, lockPath, session, lock };
}

/** Whether this is a lock, or something else in the place of one; other programs have such names too. */
export function isLock({ sessionFile, lockPath, session, lock }: Place): boolean {
  if (lock === undefined) return false;
  if (session?.isFile()) return true;
  if (!lock.isDirectory()) return session === undefined && SESSION.test(sessionFile);
  return readdirSync(lockPath).some(isOwnName);
}

/** What is in the place of a lock, where that is no folder. */
export function strangeKindOf({ lock }: Place): string | undefined {
  if (lock === undefined || lock.isDirectory()) return undefined;
  if (lock.isSymbolicLink()) return 'a link is in the place of its lock';
  if (lock.isFile()) return 'a file is in the place of its lock';
  return 'a pipe, socket or device is in the place of its lock';
}

/** How long the session file is. Null where there is none. */
export function bytesOf({ session }: Place): number | null {
  return session?.isFile() ? session.size : null;
}
