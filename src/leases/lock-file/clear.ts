import { randomUUID } from 'node:crypto';
import { thisThread } from '../../support/this-process.js';
import type { HolderInfo } from '../../types.js';
import { Ledger } from './ledger.js';
import { judge } from './liveness.js';
import { lockDisk } from './lock-disk.js';
import { diedBefore, type Look, lookAt } from './look.js';
import { encodeRecord, parseRecord } from './record.js';
import { isOwnName } from './sight.js';

/** `passed`: there is nothing to clear any more, or somebody may still use it; nothing was changed. */
export type Cleared = 'done' | 'passed';

/** How often a folder is removed in which something appears. */
const TRIES = 20;

/**
 * Gives back the claim of a holder that is proven dead. The next run is told of the death all the
 * same, also if this process ends half-way: until then its own claim bears the name of the dead run.
 *
 * @throws what the file system says; the file is free, or left to whoever comes next
 */
export function giveBackDead(ledger: Ledger): Cleared {
  const look = lookAt(ledger);
  if (look.state === 'free' || look.judgement.liveness !== 'dead') return 'passed';
  const died = diedBefore(ledger, look);
  if (died === undefined) return 'passed';
  // About the dead, but by this process: what a dead process wrote, another doctor removes.
  const text = encodeRecord(died);
  const own = ledger.follow(look.sight, text, text);
  if (own === undefined) return 'passed';
  giveBack(ledger, own, text);
  return 'done';
}

/**
 * Removes the lock of a session file that is gone, where nobody has it or waits for it: claims it,
 * so that nobody else can, gives the folder a private name and removes that.
 *
 * @param isGone whether the session file is still gone
 * @throws what the file system says
 */
export function removeLock(ledger: Ledger, isGone: () => boolean): Cleared {
  for (let attempt = 1; attempt <= TRIES; attempt += 1) {
    const cleared = removeOnce(ledger, isGone);
    if (cleared !== 'lost') return cleared;
  }
  return 'passed';
}

/** `lost`: somebody else was faster, and what was tried may have made the folder anew. */
function removeOnce(ledger: Ledger, isGone: () => boolean): Cleared | 'lost' {
  const look = lookAt(ledger);
  if (!isUnused(ledger, look)) return 'passed';
  const died = diedBefore(ledger, look);
  const note = died === undefined ? undefined : encodeRecord(died);
  const own = ledger.follow(look.sight, note ?? encodeRecord(doctor()), note);
  if (own === undefined) return 'lost';
  const grave = `${ledger.folder}.gone-${randomUUID()}`;
  try {
    if (!isGone() || !isUnused(ledger, { state: 'free', sight: ledger.look() })) {
      giveBack(ledger, own, note);
      return 'passed';
    }
    lockDisk.rename(ledger.folder, grave);
  } catch (error) {
    giveBack(ledger, own, note);
    throw error;
  }
  return bury(ledger, grave, own);
}

/** What a doctor left that ended before it was done. @throws what the file system says */
export function removeGrave(path: string): Cleared {
  const look = lookAt(new Ledger(path));
  if (look.state === 'taken' && look.judgement.liveness !== 'dead') return 'passed';
  removeWhole(path);
  return 'done';
}

/** Removes the mark or the half-made claim of a process that is proven dead. */
export function removeMark(ledger: Ledger, name: string): Cleared {
  if (!isOfDead(ledger, name)) return 'passed';
  try {
    lockDisk.unlink(`${ledger.folder}/${name}`);
    return 'done';
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return 'passed';
    throw error;
  }
}

/** Whoever followed this claim, having taken this process for dead, keeps its lock if it can be. */
function bury(ledger: Ledger, grave: string, own: bigint): Cleared {
  if (new Ledger(grave).isHeld(own)) {
    removeWhole(grave);
    return 'done';
  }
  lockDisk.rename(grave, ledger.folder);
  return 'passed';
}

function isUnused(ledger: Ledger, look: Look): boolean {
  if (look.state === 'taken' && look.judgement.liveness !== 'dead') return false;
  const isOurs = lockDisk.list(ledger.folder).every(isOwnName);
  return isOurs && look.sight.waiting.every((name) => isOfDead(ledger, name));
}

function isOfDead(ledger: Ledger, name: string): boolean {
  const record = parseRecord(ledger.readMark(name) ?? '');
  return record !== undefined && judge(record.process, true).liveness === 'dead';
}

function giveBack(ledger: Ledger, number: bigint, died: string | undefined): void {
  if (died !== undefined) ledger.noteDied(number, died);
  ledger.free(number);
}

/** A file may yet come into the folder whose making began under its old name. */
function removeWhole(path: string): void {
  for (let attempt = 1; ; attempt += 1) {
    try {
      lockDisk.remove(path);
      return;
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      if (code !== 'ENOTEMPTY' || attempt === TRIES) throw error;
    }
  }
}

/** Who holds the lock while it is removed. */
function doctor(): HolderInfo {
  const { instanceId, pid, threadId, host, processStartedAtMs } = thisThread();
  const runId = `doctor-${randomUUID()}`;
  const nowMs = Date.now();
  return {
    instanceId,
    runId,
    kind: 'maintenance',
    pid,
    threadId,
    host,
    processStartedAtMs,
    acquiredAtMs: nowMs,
  };
}
