import { removeLock } from '../leases/lock-file/clear.js';
import { isOwnName } from '../leases/lock-file/sight.js';
import type { Ledger } from '../leases/lock-file/ledger.js';
import { lockDisk } from '../leases/lock-file/lock-disk.js';
import type { Look } from '../leases/lock-file/look.js';
import type { Finding, Found } from './findings.js';
import { holderSentence } from './holder-text.js';
import { judgeMark } from './lock-report.js';
import { quoted } from './wording.js';

interface GoneSession {
  readonly sessionFile: string;
  /** Whether it still is. */
  isGone(): boolean;
}

/**
 * The lock of a session file that is gone. Undefined where somebody has it, or waits for it: they
 * are about to make the file.
 */
export function goneSession(
  { sessionFile, isGone }: GoneSession,
  ledger: Ledger,
  look: Look,
  nowMs: number,
): Found | undefined {
  if (look.state === 'taken' && look.judgement.liveness !== 'dead') return undefined;
  if (isWanted(ledger, look)) return undefined;
  const stranger = lockDisk.list(ledger.folder).find((name) => !isOwnName(name));
  const finding: Finding = {
    kind: 'gone-session',
    ...{ path: ledger.folder, sessionFile, canFix: stranger === undefined },
    ...told(look, nowMs),
    toDo:
      stranger === undefined
        ? '--fix removes the lock.'
        : `Remove the folder if nobody needs what else is in it: ${quoted(stranger)}.`,
  };
  if (stranger !== undefined) return { finding };
  return { finding, fix: () => removeLock(ledger, isGone), done: 'Removed the lock.' };
}

function told(look: Look, nowMs: number): Pick<Finding, 'found' | 'because' | 'holder'> {
  const found = 'The session file of this lock is gone';
  if (look.state === 'free' || look.holder === undefined) {
    return {
      found: `${found}.`,
      because: 'There is no file of that name, and nobody has it or waits for it.',
    };
  }
  const { holder, judgement } = look;
  return {
    found: `${found}, and the run that had it died: ${holderSentence(holder, nowMs)}.`,
    because: `There is no file of that name. Of the holder: ${judgement.because}.`,
    holder,
  };
}

function isWanted(ledger: Ledger, { sight }: Look): boolean {
  return sight.waiting.some((name) => {
    const mark = judgeMark(ledger.folder, name);
    return mark !== undefined && mark.liveness !== 'dead';
  });
}
