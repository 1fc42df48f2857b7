import { lstatSync } from 'node:fs';
import { join } from 'node:path';
import { giveBackDead, removeGrave } from '../leases/lock-file/clear.js';
import { Ledger } from '../leases/lock-file/ledger.js';
import { type Look, lookAt } from '../leases/lock-file/look.js';
import { examineMarks, unreadable, YOUNG_MS } from './examine-marks.js';
import type { Finding, Found } from './findings.js';
import { goneSession } from './gone-session.js';
import { holderSentence, processText } from './holder-text.js';
import { SILENT_MS, steadyLookAt, strangeKindOf } from './lock-report.js';
import { ago, quoted, sentence } from './wording.js';

type Taken = Extract<Look, { state: 'taken' }>;

/** What is wrong with the lock of one session file. @throws what the file system says */
export function examineLock(sessionFile: string, lockPath: string, nowMs: number): Found[] {
  const strange = strangeKindOf(lockPath);
  if (strange !== undefined) return [{ finding: strangeLock(sessionFile, lockPath, strange) }];
  const ledger = new Ledger(lockPath);
  const look = steadyLookAt(ledger);
  const isGone = (): boolean => lstatSync(sessionFile, { throwIfNoEntry: false }) === undefined;
  const gone = isGone() ? goneSession({ sessionFile, isGone }, ledger, look, nowMs) : undefined;
  if (gone) return [gone];
  const found = look.state === 'taken' ? examineClaim(sessionFile, ledger, look, nowMs) : [];
  return [...found, ...examineMarks(sessionFile, ledger, nowMs)];
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

function examineClaim(sessionFile: string, ledger: Ledger, look: Taken, nowMs: number): Found[] {
  const { holder, number, judgement } = look;
  const path = join(ledger.folder, String(number));
  const lastSignAtMs = ledger.beatOf(number) ?? nowMs;
  const silentMs = nowMs - lastSignAtMs;
  if (holder === undefined) {
    return silentMs < YOUNG_MS ? [] : [{ finding: unreadable(sessionFile, path, 'claim') }];
  }
  const who = holderSentence(holder, nowMs);
  if (judgement.liveness === 'dead') {
    const finding: Finding = {
      kind: 'dead-holder',
      ...{ path, sessionFile, holder, canFix: true },
      found: `The run that has this file died in the middle of its turn: ${who}.`,
      because: sentence(judgement.because),
      toDo: 'Nothing: the next run takes the file at once. --fix gives it back now.',
    };
    const done = 'Gave the file back. The next run is still told that this one died.';
    return [{ finding, fix: () => giveBackDead(ledger), done }];
  }
  if (silentMs < SILENT_MS) return [];
  const finding: Finding = {
    kind: 'silent-holder',
    ...{ path, sessionFile, holder, canFix: false },
    found: `The last sign of life of the holder came ${ago(nowMs, lastSignAtMs)}: ${who}.`,
    because:
      judgement.liveness === 'alive'
        ? 'Its process is there, so it is paused, or too busy to give a sign.'
        : `Nothing proves whether it lives: ${judgement.because}.`,
    toDo: `Look at process ${processText(holder)}. A run that waits for the file takes it by itself.`,
  };
  return [{ finding }];
}
