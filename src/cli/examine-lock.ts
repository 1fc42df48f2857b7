import { lstatSync } from 'node:fs';
import { removeGrave } from '../leases/lock-file/clear.js';
import { Ledger } from '../leases/lock-file/ledger.js';
import { lookAt } from '../leases/lock-file/look.js';
import { examineClaim } from './examine-claim.js';
import { examineMarks } from './examine-marks.js';
import type { Finding, Found } from './findings.js';
import { goneSession } from './gone-session.js';
import type { AccessCheck } from './examine-access.js';
import { steadyLookAt } from './lock-report.js';
import { type Place, strangeKindOf } from './place.js';
import { quoted } from './wording.js';

/**
 * What is wrong with the lock of one session file.
 *
 * @param access of its folder
 * @throws what the file system says
 */
export function examineLock(place: Place, access: AccessCheck, nowMs: number): Found[] {
  const { sessionFile, lockPath } = place;
  const strange = strangeKindOf(place);
  if (strange !== undefined) return [{ finding: strangeLock(sessionFile, lockPath, strange) }];
  const ledger = new Ledger(lockPath);
  const look = steadyLookAt(ledger);
  const isGone = (): boolean => lstatSync(sessionFile, { throwIfNoEntry: false }) === undefined;
  // It may have been made since it was missed.
  const gone =
    place.session === undefined && isGone()
      ? goneSession({ sessionFile, isGone }, ledger, look, nowMs)
      : undefined;
  if (gone) return [gone];
  const found = look.state === 'taken' ? examineClaim(sessionFile, ledger, look, nowMs) : [];
  return [...access.lock(place), ...found, ...examineMarks(sessionFile, ledger, look.sight, nowMs)];
}

/** What another doctor may have left. @throws what the file system says */
export function examineGrave(path: string): Found[] {
  const look = lookAt(new Ledger(path));
  if (look.state === 'taken' && look.judgement.liveness !== 'dead') return [];
  const finding: Finding = {
    kind: 'left-over-lock',
    ...{ path, sessionFile: path.replace(/\.lock\.gone-[^/]*$/, ''), canFix: true },
    found: 'The lock of a session file that is gone was about to be removed, and is still there.',
    because: 'Its name is one that doctor gives to such a lock, and nobody holds it.',
    toDo: `--fix removes it: ${quoted(path)}.`,
  };
  return [{ finding, fix: () => removeGrave(path), done: 'Removed it.' }];
}

function strangeLock(sessionFile: string, path: string, what: string): Finding {
  return {
    kind: 'strange-lock',
    ...{ path, sessionFile, canFix: false },
    found: `No run can have the session file: ${what}.`,
    because: 'A lock is a folder. This is none, so another program made it.',
    toDo: `Find out which program made it. If none needs it, move it away: ${quoted(path)}.`,
  };
}
