import { lstatSync } from 'node:fs';
import { Ledger } from '../leases/lock-file/ledger.js';
import { judge, type Judgement, type Liveness } from '../leases/lock-file/liveness.js';
import { diedBefore, type Look, lookAt } from '../leases/lock-file/look.js';
import type { HolderInfo } from '../types.js';
import { readRecordFile } from './record-file.js';

/** Somebody who waits for a session file. */
export interface WaiterReport {
  readonly holder: HolderInfo;
  readonly liveness: Liveness;
  readonly because: string;
  readonly sinceMs: number;
}

/** What can be told of one session file and its lock: what `who --json` prints. */
export interface LockReport {
  readonly sessionFile: string;
  /** The folder of its lock; there may be none yet. */
  readonly lockPath: string;
  /** `strange`: something is in its place that is no lock. */
  readonly state: 'free' | 'held' | 'strange';
  /** Of the holder. `dead`: the next run takes the file at once. Null where nobody has it. */
  readonly liveness: Liveness | null;
  /** How that is known. */
  readonly because: string;
  /** Who has it. Null where nobody does, and where the lock does not tell who. */
  readonly holder: HolderInfo | null;
  /** Decimal; of the last claim. Null where there never was one. */
  readonly fencingToken: string | null;
  /** When the holder last gave a sign of life, by the clock of its machine. */
  readonly lastSignAtMs: number | null;
  /** Who had it last, where nobody has it now. */
  readonly former: HolderInfo | null;
  readonly givenBackAtMs: number | null;
  /** The next run will be told that this one died. */
  readonly died: HolderInfo | null;
  readonly waiting: readonly WaiterReport[];
  /** How long the file is now. Null where there is none. */
  readonly fileBytes: number | null;
}

/** Longer without a sign of life is worth a word; one comes every few seconds. */
export const SILENT_MS = 120_000;

/** So often is a lock looked at that changes hands under the look. */
const MAX_LOOKS = 50;

/** @throws what the file system says */
export function reportOn(sessionFile: string, lockPath: string): LockReport {
  const ledger = new Ledger(lockPath);
  const fileBytes = bytesOf(sessionFile);
  const strange = strangeKindOf(lockPath);
  if (strange !== undefined) {
    return { ...NOTHING, sessionFile, lockPath, fileBytes, state: 'strange', because: strange };
  }
  const look = steadyLookAt(ledger);
  const { last, waiting } = look.sight;
  const common = {
    ...{ sessionFile, lockPath, fileBytes },
    fencingToken: last === undefined ? null : String(last.number),
    died: diedBefore(ledger, look) ?? null,
    waiting: waiting.flatMap((name) => waiterOf(lockPath, name)),
  };
  if (look.state === 'taken') {
    const lastSignAtMs = ledger.beatOf(look.number) ?? null;
    const { liveness, because } = look.judgement;
    const held = { holder: look.holder ?? null, lastSignAtMs, liveness, because };
    const died = liveness === 'dead' ? common.died : null;
    return { ...NOTHING, ...common, ...held, died, state: 'held' };
  }
  const former = last === undefined ? undefined : readRecordFile(lockPath, `${last.number}.free`);
  const later = last === undefined ? undefined : readRecordFile(lockPath, `${last.number}.who`);
  const known = later?.record ?? former?.record;
  return {
    ...{ ...NOTHING, ...common, state: 'free' },
    former: known?.holder ?? null,
    givenBackAtMs: former?.changedAtMs ?? null,
    because: last === undefined ? 'nobody has had it yet' : 'whoever had it last gave it back',
  };
}

const NOTHING = {
  ...{ fencingToken: null, liveness: null, holder: null, lastSignAtMs: null },
  ...{ former: null, givenBackAtMs: null, died: null, waiting: [] },
} as const;

/**
 * A claim may be given back between the moment in which its name is seen and that in which it is
 * read: only what two looks in a row could not read is unreadable.
 */
export function steadyLookAt(ledger: Ledger): Look {
  let look = lookAt(ledger);
  for (let count = 1; count < MAX_LOOKS; count += 1) {
    if (look.state === 'free' || look.holder !== undefined) return look;
    const again = lookAt(ledger);
    if (again.state === 'taken' && again.number === look.number && again.holder === undefined) {
      return again;
    }
    look = again;
  }
  return look;
}

/** What is in the place of a lock, where that is no folder. @throws what the file system says */
export function strangeKindOf(lockPath: string): string | undefined {
  const stats = lstatSync(lockPath, { throwIfNoEntry: false });
  if (stats === undefined || stats.isDirectory()) return undefined;
  if (stats.isSymbolicLink()) return 'a link is in the place of its lock';
  if (stats.isFile()) return 'a file is in the place of its lock';
  return 'a pipe, socket or device is in the place of its lock';
}

/** What a mark says of whoever waits. */
export function judgeMark(
  folder: string,
  name: string,
): (Judgement & { sinceMs: number; holder: HolderInfo | undefined }) | undefined {
  const file = readRecordFile(folder, name);
  if (file === undefined) return undefined;
  const { record, modifiedAtMs: sinceMs } = file;
  if (record === undefined) {
    return { holder: undefined, sinceMs, liveness: 'unknown', because: 'it cannot be read' };
  }
  return { holder: record.holder, sinceMs, ...judge(record.process, true) };
}

function waiterOf(folder: string, name: string): WaiterReport[] {
  const mark = judgeMark(folder, name);
  return mark?.holder === undefined ? [] : [{ ...mark, holder: mark.holder }];
}

function bytesOf(path: string): number | null {
  try {
    const stats = lstatSync(path, { throwIfNoEntry: false });
    return stats?.isFile() ? stats.size : null;
  } catch {
    return null;
  }
}
