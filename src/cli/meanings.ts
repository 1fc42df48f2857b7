/** What a waiting run does about somebody of whom nothing is heard. */
const FOLLOWED =
  'a run that waits for the file takes it once no sign of life came for 30 s, or as long as its ' +
  'process is set to wait (expireMs)';

/** What it means that a holder is stopped, and what to do. */
export function stoppedMeaning(pid: number): string {
  return (
    `it does nothing, and gives no sign of life, until it is continued (kill -CONT ${pid}) or ended. ` +
    `Meanwhile ${FOLLOWED}; what it writes through the gate after that is refused`
  );
}

/** What it means that a lock is not one of this package, and what to do. */
export function foreignMeaning(foreign: 'empty' | 'other'): string {
  return foreign === 'empty' ? `${EMPTY}. ${PASSES}` : PASSES;
}

/** What it means that a record cannot be read, and what to do. */
export const UNREADABLE_MEANING: string =
  'it is no file, half written, damaged, of a newer version, or for another user only. Nothing has ' +
  `to be done: ${FOLLOWED}`;

/** What it means that something is in the place of a lock, and what to do. */
export const STRANGE_MEANING: string =
  'another program made it, and every run is refused (ERR_SESSION_LEASE_UNAVAILABLE, damaged). Find ' +
  'out which; if none needs it, move it away';

const EMPTY =
  'a process ended, or the machine did, at the moment when it made its lock; or the folder is the ' +
  'lock of another program (proper-lockfile makes such folders)';
const PASSES =
  `Nothing has to be done: ${FOLLOWED}; runs that do not wait are refused until then. To have it ` +
  'free now, end all programs that use the file, and remove the folder';
