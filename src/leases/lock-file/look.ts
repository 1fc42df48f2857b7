import type { HolderInfo } from '../../types.js';
import { isHeldHere } from './held-here.js';
import { FOREIGN, type Ledger } from './ledger.js';
import { type Judgement, judge, seek } from './liveness.js';
import { type LockRecord, parseRecord } from './record.js';
import type { Sight } from './sight.js';

/** Who has a session file, as the lock tells it. */
export type Look =
  | { readonly state: 'free'; readonly sight: Sight }
  | {
      readonly state: 'taken';
      readonly sight: Sight;
      readonly number: bigint;
      /** Undefined where the lock says nothing that this version understands. */
      readonly holder: HolderInfo | undefined;
      /** Who died before it, where no turn began since that could have been told. */
      readonly untold?: HolderInfo | undefined;
      readonly judgement: Judgement;
    };

const UNREADABLE: Judgement = {
  liveness: 'unknown',
  because: 'its lock says nothing that can be understood',
};

const UNKNOWN_PROGRAM: Judgement = {
  liveness: 'unknown',
  because: 'another program made a lock here, by its own rules',
};

/** Reads, and takes nothing. @throws what the file system says */
export function lookAt(ledger: Ledger): Look {
  const look = lookOnce(ledger);
  // A claim may have been given back between the listing and the reading.
  return look.state === 'taken' && look.holder === undefined ? lookOnce(ledger) : look;
}

function lookOnce(ledger: Ledger): Look {
  const sight = ledger.look();
  const { last } = sight;
  if (sight.isForeign) {
    const held = { state: 'taken', sight, number: FOREIGN, holder: undefined } as const;
    return { ...held, judgement: UNKNOWN_PROGRAM };
  }
  if (last === undefined || last.isFree) return { state: 'free', sight };
  const { number } = last;
  const record = recordOf(ledger.read(number));
  if (record === undefined) {
    return { state: 'taken', sight, number, holder: undefined, judgement: UNREADABLE };
  }
  const judgement = judge(record.process, isHeldHere(ledger.folder, number));
  const later = recordOf(ledger.readLater(number));
  const holder = { ...(later ?? record).holder, fencingToken: String(number) };
  const untold = later ? undefined : record.died;
  return { state: 'taken', sight, number, holder, untold, judgement };
}

/** Removes what processes left that died while they waited, or were about to take the file. */
export function clearLeftovers(ledger: Ledger, { waiting, prepared }: Sight): void {
  for (const name of [...waiting, ...prepared]) {
    if (isLeftover(name, ledger.readMark(name))) ledger.unmark(name);
  }
}

/** One that was removed too early is made again: whoever misses it takes another turn. */
function isLeftover(name: string, text: string | undefined): boolean {
  const record = recordOf(text);
  if (record) return judge(record.process, true).liveness === 'dead';
  const pid = Number(/^\w+-(\d+)-/.exec(name)?.[1]);
  return Number.isSafeInteger(pid) && pid > 0 && seek(pid) === 'gone';
}

/**
 * Who died without having given the file back, where that is why it can be had now. One that died
 * before its first turn began leaves word of the one before.
 */
export function diedBefore(ledger: Ledger, look: Look): HolderInfo | undefined {
  if (look.state === 'taken') return look.untold ?? look.holder;
  const { last, hasDied } = look.sight;
  if (last === undefined || !hasDied) return undefined;
  return recordOf(ledger.readDied(last.number))?.holder;
}

function recordOf(text: string | undefined): LockRecord | undefined {
  return text === undefined ? undefined : parseRecord(text);
}

/** The marks of others who wait and are not proven dead. */
export function marksOfOthers(ledger: Ledger, own: ReadonlySet<string>): readonly string[] {
  return ledger.look().waiting.filter((name) => {
    if (own.has(name)) return false;
    const record = recordOf(ledger.readMark(name));
    return record !== undefined && judge(record.process, true).liveness !== 'dead';
  });
}
