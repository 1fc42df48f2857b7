import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { lockDisk } from './lock-disk.js';

/** The last claim on a session file, as a look at the folder shows it. */
export interface Claim {
  readonly number: bigint;
  /** Given back by whoever held it. */
  readonly isFree: boolean;
}

/** What is in the folder: claims, and the marks of those who wait. */
export interface Sight {
  readonly last: Claim | undefined;
  /** Every claim that was not given back. */
  readonly taken: ReadonlySet<bigint>;
  readonly waiting: readonly string[];
  /** What somebody is about to publish, or died over. */
  readonly prepared: readonly string[];
  /** The last claim was given back for a run that had died. */
  readonly hasDied: boolean;
}

const CLAIM = /^([1-9]\d{0,29})(\.free)?$/;
const OF_CLAIM = /^([1-9]\d{0,29})(\.free|\.who|\.died)?$/;
const WAITING = /^wait-/;
const PREPARED = /^new-/;
const EPOCH = 'epoch';
const LIMIT_BYTES = 64 * 1_024;

/**
 * Who has a session file, told by the names in a folder beside it: each claim is a file whose name
 * is a number, one higher than that of the claim before, and which gets `.free` behind it when it
 * is given back. The highest number counts; it is the fencing token.
 *
 * Why it holds: a name comes to be in one step together with its content (a hard link to a file that
 * is complete), and never twice, so of all who follow the same claim one wins. Whoever followed a
 * claim that had been passed meanwhile sees a higher one when it looks again, and withdraws. Nobody
 * ever removes or renames the claim of another but the holder of a higher one, so nothing that comes
 * late does harm to a successor. A folder that was removed begins anew at the present microsecond,
 * above all numbers that anybody can remember.
 */
export class Ledger {
  readonly folder: string;

  constructor(folder: string) {
    this.folder = folder;
  }

  look(): Sight {
    let last: Claim | undefined;
    const taken = new Set<bigint>();
    const waiting: string[] = [];
    const prepared: string[] = [];
    const names = this.#names();
    for (const name of names) {
      const claim = claimOf(name);
      if (claim === undefined) {
        if (WAITING.test(name)) waiting.push(name);
        if (PREPARED.test(name)) prepared.push(name);
        continue;
      }
      if (!claim.isFree) taken.add(claim.number);
      if (last === undefined || outranks(claim, last)) last = claim;
    }
    const hasDied = last !== undefined && names.includes(`${last.number}.died`);
    return { last, taken, waiting, prepared, hasDied };
  }

  /**
   * Follows the claim that was the last in this sight: free, or of a holder that is gone. Undefined
   * where somebody else was faster.
   *
   * @param died what whoever had it said, where that is told to whoever comes next
   * @throws what the file system says; nothing stays as far as that can be undone
   */
  follow(sight: Sight, text: string, died?: string): bigint | undefined {
    const number = (sight.last?.number ?? this.#epoch()) + 1n;
    if (!this.#publish(this.#path(number), text)) return undefined;
    try {
      const now = this.look();
      const isLast = now.last?.number === number && !now.last.isFree;
      if (isLast && !hasStranger(now, sight, number)) {
        this.#sweep(number);
        return number;
      }
    } catch (error) {
      this.#withdraw(number, died);
      throw error;
    }
    this.#withdraw(number, died);
    return undefined;
  }

  /** Whether this claim counts, and was not given back. @throws what the file system says */
  isHeld(number: bigint): boolean {
    const { last } = this.look();
    return last?.number === number && !last.isFree;
  }

  /** Says who has it now, beside the claim, which is never written again. */
  describe(number: bigint, text: string): void {
    this.#say(`${this.#path(number)}.who`, text);
  }

  /** Says for whom the claim is about to be given back: whoever comes next is told that it died. */
  noteDied(number: bigint, text: string): void {
    this.#say(`${this.#path(number)}.died`, text);
  }

  readDied(number: bigint): string | undefined {
    return this.#read(`${number}.died`);
  }

  #say(path: string, text: string): void {
    const prepared = this.#prepare('new', text);
    try {
      lockDisk.rename(prepared, path);
    } catch (error) {
      this.#forget(prepared);
      throw error;
    }
  }

  beat(number: bigint, at: Date): void {
    lockDisk.touch(this.#path(number), at);
  }

  /** When the holder last gave a sign of life, by whatever clock; only a change means something. */
  beatOf(number: bigint): number | undefined {
    try {
      return lockDisk.lookAt(this.#path(number)).mtimeMs;
    } catch {
      return undefined;
    }
  }

  /** Gives the claim back. Harmless where it was followed meanwhile. */
  free(number: bigint): void {
    try {
      lockDisk.rename(this.#path(number), `${this.#path(number)}.free`);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
    }
  }

  /** What the claim said when it was made; undefined where it is no file, too long, or gone. */
  read(number: bigint): string | undefined {
    return this.#read(String(number));
  }

  /** What its holder said later, if it did. */
  readLater(number: bigint): string | undefined {
    return this.#read(`${number}.who`);
  }

  /** A mark, or what is prepared. */
  readMark(name: string): string | undefined {
    return this.#read(name);
  }

  /** Tells others that somebody waits. The name of the mark. */
  mark(text: string): string {
    return this.#prepare('wait', text).slice(this.folder.length + 1);
  }

  unmark(name: string): void {
    this.#forget(join(this.folder, name));
  }

  #read(name: string): string | undefined {
    const path = join(this.folder, name);
    try {
      const { isFile, size } = lockDisk.lookAt(path);
      return isFile && size <= LIMIT_BYTES ? lockDisk.read(path) : undefined;
    } catch {
      return undefined;
    }
  }

  #path(number: bigint): string {
    return join(this.folder, String(number));
  }

  #names(): string[] {
    try {
      return lockDisk.list(this.folder);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return [];
      throw error;
    }
  }

  #prepare(purpose: 'new' | 'wait', text: string): string {
    const prepared = join(this.folder, `${purpose}-${process.pid}-${randomUUID()}`);
    try {
      lockDisk.create(prepared, text);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
      // Also what is missing above it: a runner's first session may come before its folder.
      lockDisk.makeFolder(this.folder);
      lockDisk.create(prepared, text);
    }
    return prepared;
  }

  /** False where the name is there already. */
  #publish(path: string, text: string): boolean {
    const prepared = this.#prepare('new', text);
    try {
      lockDisk.link(prepared, path);
      return true;
    } catch (error) {
      const { code = '' } = error as NodeJS.ErrnoException;
      // Without what was prepared the folder has been moved away: somebody was faster there, too.
      if (code === 'EEXIST' || code === 'ENOENT') return false;
      if (!WITHOUT_LINKS.has(code)) throw error;
      return this.#publishInTwo(path, text, error);
    } finally {
      this.#forget(prepared);
    }
  }

  /** On a volume without hard links the name is there before its content is. */
  #publishInTwo(path: string, text: string, cause: unknown): boolean {
    if (isFarAway(this.folder)) {
      throw Object.assign(new Error('ENOTSUP: no hard links over a network', { cause }), {
        code: 'ENOTSUP',
      });
    }
    try {
      lockDisk.create(path, text);
      return true;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
      throw error;
    }
  }

  /** Gives back what does not count. Never by removing it: a number must not come twice. */
  #withdraw(number: bigint, died: string | undefined): void {
    try {
      if (died !== undefined) this.noteDied(number, died);
      this.free(number);
    } catch {
      // It is an orphan then, which nobody waits for.
    }
  }

  #readEpoch(): bigint | undefined {
    const text = this.#read(EPOCH);
    return text !== undefined && /^\d{1,29}$/.test(text) ? BigInt(text) : undefined;
  }

  /**
   * Below the first number: later than all that were ever given in a folder of this name, so that
   * whoever knows an older one can do no harm. Whoever is first says it for all.
   */
  #epoch(): bigint {
    const began = BigInt(Date.now()) * 1_000n;
    const said = this.#readEpoch();
    if (said !== undefined) return said;
    if (this.#publish(join(this.folder, EPOCH), String(began))) return began;
    const saidMeanwhile = this.#readEpoch();
    if (saidMeanwhile !== undefined) return saidMeanwhile;
    throw Object.assign(new Error('EAGAIN: somebody else is first'), { code: 'EAGAIN' });
  }

  /** It is of no use any more; if it stays, whoever comes next sweeps it. */
  #forget(path: string): void {
    try {
      lockDisk.unlink(path);
    } catch {
      // Gone already, or it cannot be helped.
    }
  }

  /** What belongs to lower claims is of no use to anybody. */
  #sweep(number: bigint): void {
    try {
      for (const name of this.#names()) {
        const digits = OF_CLAIM.exec(name)?.[1];
        if (digits !== undefined && BigInt(digits) < number)
          lockDisk.remove(join(this.folder, name));
      }
    } catch {
      // It counts for nothing; whoever comes next tries again.
    }
  }
}

const WITHOUT_LINKS: ReadonlySet<string> = new Set([
  'EPERM',
  'ENOTSUP',
  'EOPNOTSUPP',
  'ENOSYS',
  'EMLINK',
]);

/** NFS, SMB, CIFS, SMB2, FUSE, 9p, AFS, Ceph: statfs(2). There a name may be given twice. */
const FAR_AWAY: ReadonlySet<number> = new Set([
  0x6969, 0x517b, 0xff534d42, 0xfe534d42, 0x65735546, 0x01021997, 0x5346414f, 0x00c36400,
]);

function isFarAway(folder: string): boolean {
  return FAR_AWAY.has(lockDisk.volumeType(folder));
}

function claimOf(name: string): Claim | undefined {
  const match = CLAIM.exec(name);
  if (match?.[1] === undefined) return undefined;
  return { number: BigInt(match[1]), isFree: match[2] !== undefined };
}

/** The higher number; that it was given back outranks that it was taken. */
function outranks(one: Claim, other: Claim): boolean {
  if (one.number !== other.number) return one.number > other.number;
  return one.isFree;
}

/** Somebody claimed in a folder that was made anew after it was looked at. */
function hasStranger(now: Sight, before: Sight, own: bigint): boolean {
  for (const number of now.taken) if (number !== own && !before.taken.has(number)) return true;
  return false;
}
