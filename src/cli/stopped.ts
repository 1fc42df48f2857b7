import { type ProcessIdentity, stateLetterOf } from '../leases/lock-file/identity.js';
import type { Judgement } from '../leases/lock-file/liveness.js';

/** What is known of whoever has a file, or waits for it. */
export interface Seen extends Judgement {
  /**
   * Its process is there and does nothing until it is continued (SIGSTOP, Ctrl+Z, a debugger). Null
   * where that is not known.
   */
  readonly isStopped: boolean | null;
}

/** Of one that is proven to live: whether it is stopped. Undefined where the lock does not tell who. */
export function seen(judgement: Judgement, process: ProcessIdentity | undefined): Seen {
  if (judgement.liveness !== 'alive' || process === undefined) {
    return { ...judgement, isStopped: null };
  }
  const letter = stateLetterOf(statOf(process));
  const by = letter === undefined ? undefined : STOPPED[letter];
  if (by === undefined) return { ...judgement, isStopped: letter === undefined ? null : false };
  return { ...judgement, because: `its process is there, and is stopped ${by}`, isStopped: true };
}

/** Source: proc_pid_stat(5). What the freezer of a container stops has no letter of its own. */
const STOPPED: Readonly<Record<string, string>> = {
  T: '(SIGSTOP or Ctrl+Z)',
  t: 'by a debugger',
};

function statOf({ pid, osThreadId }: ProcessIdentity): string {
  return osThreadId === undefined ? `/proc/${pid}/stat` : `/proc/${pid}/task/${osThreadId}/stat`;
}
