import { accessSync, constants } from 'node:fs';
import type { Finding, Found } from './findings.js';
import type { FolderContent } from './folder.js';
import type { Place } from './place.js';
import { counted, quoted } from './wording.js';

/** Whether this user may make and remove names in a folder; in one place, where tests replace it. */
export const access = {
  /** @throws what the file system says where not */
  write: (folder: string): void => {
    accessSync(folder, constants.W_OK | constants.X_OK);
  },
};

type Denial = 'EROFS' | 'EACCES' | 'EPERM';

/** Looks where in one folder locks can be made and written. */
export class AccessCheck {
  readonly #content: FolderContent;
  #denial: Denial | undefined;
  #deniedLocks = 0;

  /** @param content of the folder */
  constructor(content: FolderContent) {
    this.#content = content;
  }

  /** The folder itself; comes first. @throws what the file system says, where that is something else */
  folder(): void {
    const { path, sessions } = this.#content;
    if (sessions.length > 0) this.#denial = denialOf(path);
  }

  /** The lock of one session file: counted with the others where the folder is the same. */
  lock({ sessionFile, lockPath, lock }: Place): Found[] {
    if (lock === undefined) return [];
    const denial = denialOf(lockPath);
    if (denial === undefined) return [];
    if (this.#denial !== undefined) {
      this.#deniedLocks += 1;
      return [];
    }
    const finding: Finding = {
      kind: 'not-writable',
      ...{ path: lockPath, sessionFile, systemCode: denial, canFix: false },
      found: `The lock of this session file cannot be written, so ${noRun(denial)} can have it.`,
      because: `${because(denial)}${denial === 'EROFS' ? '' : ` It belongs to user id ${lock.uid}.`}`,
      toDo: toDo(denial, quoted(lockPath)),
    };
    return [{ finding }];
  }

  /** All of the folder, in one; comes last. */
  summary(): Found[] {
    const denial = this.#denial;
    const { path, sessions, locks } = this.#content;
    if (denial === undefined) return [];
    const unlocked = sessions.filter((name) => !locks.has(name)).length;
    const sessionFiles = denial === 'EROFS' ? sessions.length : unlocked + this.#deniedLocks;
    if (sessionFiles === 0) return [];
    const count = counted(sessionFiles, 'session file');
    const finding: Finding = {
      kind: 'not-writable',
      ...{ path, sessionFile: null, sessionFiles, systemCode: denial, canFix: false },
      found: `The locks of ${count} in this folder cannot be made or written, so ${noRun(denial)} can have them.`,
      because: because(denial),
      toDo: toDo(denial, 'it'),
    };
    return [{ finding }];
  }
}

/** Why nothing can be written in a folder; undefined where it can. */
function denialOf(folder: string): Denial | undefined {
  try {
    access.write(folder);
    return undefined;
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'EROFS' || code === 'EACCES' || code === 'EPERM') return code;
    throw error;
  }
}

function noRun(denial: Denial): string {
  return denial === 'EROFS' ? 'no run' : 'no run of this user';
}

function because(denial: Denial): string {
  if (denial === 'EROFS') return 'It is on a volume that can only be read (EROFS).';
  const uid = process.getuid?.();
  return `The user who asks${uid === undefined ? '' : ` (user id ${uid})`} may not write in it (${denial}).`;
}

function toDo(denial: Denial, what: string): string {
  if (denial === 'EROFS') {
    return `Every run is refused here (${REFUSED}): make the volume writable, or move the session files.`;
  }
  return (
    `Runs of this user are refused here (${REFUSED}): let them write in ${what}. ` +
    'If your runs have another user, ask again as that one.'
  );
}

const REFUSED = 'ERR_SESSION_LEASE_UNAVAILABLE, not-writable';
