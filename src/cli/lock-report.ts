import { Ledger } from '../leases/lock-file/ledger.js';
import { lockDisk } from '../leases/lock-file/lock-disk.js';
import { judge, type Liveness } from '../leases/lock-file/liveness.js';
import { diedBefore, type Look, lookAt } from '../leases/lock-file/look.js';
import type { HolderInfo } from '../types.js';
import { bytesOf, type Place, strangeKindOf } from './place.js';
import { readRecordFile } from './record-file.js';
import { type Seen, seen } from './stopped.js';

export type Taken = Extract<Look, { state: 'taken' }>;

/** Somebody who waits for a session file. */
export interface WaiterReport extends Seen {
  readonly holder: HolderInfo;
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
  /** Of a holder that is alive: its process is stopped. Null where that is not known. */
  readonly isStopped: boolean | null;
  /**
   * The folder of the lock is not one of this package: there is nothing in it (`empty`), or what
   * another program puts there (`other`). Null where it is.
   */
  readonly foreign: 'empty' | 'other' | null;
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
export function reportOn(place: Place): LockReport {
  const { sessionFile, lockPath } = place;
  const ledger = new Ledger(lockPath);
  const at = { sessionFile, lockPath, fileBytes: bytesOf(place) };
  const strange = strangeKindOf(place);
  if (strange !== undefined) {
    return { ...at, ...NOTHING, state: 'strange', because: strange };
  }
  const look = steadyLookAt(ledger);
  const { last, waiting } = look.sight;
  const common = {
    fencingToken: last === undefined ? null : String(last.number),
    died: diedBefore(ledger, look) ?? null,
    waiting: waiting.flatMap((name) => waiterOf(lockPath, name)),
  };
  if (look.state === 'taken') {
    const lastSignAtMs = ledger.beatOf(look.number) ?? null;
    const held = { holder: look.holder ?? null, lastSignAtMs, ...seenHolder(ledger, look) };
    const died = held.liveness === 'dead' ? common.died : null;
    return {
      ...{ ...at, ...NOTHING, ...common, ...held, ...foreignText(ledger, look) },
      ...{ died, state: 'held' },
    };
  }
  const former = last === undefined ? undefined : readRecordFile(lockPath, `${last.number}.free`);
  const later = last === undefined ? undefined : readRecordFile(lockPath, `${last.number}.who`);
  const known = later?.record ?? former?.record;
  return {
    ...{ ...at, ...NOTHING, ...common, state: 'free' },
    former: known?.holder ?? null,
    givenBackAtMs: former?.changedAtMs ?? null,
    because: last === undefined ? 'nobody has had it yet' : 'whoever had it last gave it back',
  };
}

const NOTHING = {
  state: 'free',
  ...{ fencingToken: null, liveness: null, isStopped: null, holder: null, lastSignAtMs: null },
  ...{ foreign: null, former: null, givenBackAtMs: null, died: null, waiting: [] },
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

/** Also whether its process is stopped; what has changed since the look stays as it was then. */
export function seenHolder(ledger: Ledger, { number, judgement }: Taken): Seen {
  const isAlive = judgement.liveness === 'alive';
  const file = isAlive ? readRecordFile(ledger.folder, String(number)) : undefined;
  return seen(judgement, file?.record?.process);
}

/** What is in a folder in which nothing is ours. */
export function foreignNames(ledger: Ledger, { sight }: Taken): readonly string[] | undefined {
  return sight.isForeign ? lockDisk.list(ledger.folder) : undefined;
}

function foreignText(
  ledger: Ledger,
  look: Taken,
): Pick<LockReport, 'foreign'> & Partial<Pick<LockReport, 'because'>> {
  const names = foreignNames(ledger, look);
  if (names === undefined) return { foreign: null };
  if (names.length > 0) return { foreign: 'other' };
  return { foreign: 'empty', because: 'its lock is an empty folder, which tells nothing' };
}

/** What a mark says of whoever waits. */
export function judgeMark(
  folder: string,
  name: string,
): (Seen & { sinceMs: number; holder: HolderInfo | undefined }) | undefined {
  const file = readRecordFile(folder, name);
  if (file === undefined) return undefined;
  const { record, modifiedAtMs: sinceMs } = file;
  if (record === undefined) {
    const unread = { liveness: 'unknown', because: 'it cannot be read', isStopped: null } as const;
    return { holder: undefined, sinceMs, ...unread };
  }
  const { holder, process } = record;
  return { holder, sinceMs, ...seen(judge(process, true), process) };
}

function waiterOf(folder: string, name: string): WaiterReport[] {
  const mark = judgeMark(folder, name);
  return mark?.holder === undefined ? [] : [{ ...mark, holder: mark.holder }];
}
