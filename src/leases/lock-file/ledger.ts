import { lockDisk } from './lock-disk.js';
import { LockFolder } from './lock-folder.js';
import { hasStranger, numberOf, type Sight, sightOf } from './sight.js';

const EPOCH = 'epoch';

/** Stands for the lock of another program, which is the folder itself. */
export const FOREIGN = 0n;

/**
 * Who has a session file, told by the names in a folder beside it: each claim is a file whose name
 * is a number, one higher than that of the claim before, and which gets `.free` behind it when it
 * is given back. The highest number counts; it is the fencing token.
 *
 * Why it holds: a name comes to be in one step together with its content (a hard link to a file that
 * is complete), and never twice, so of all who follow the same claim one wins. Whoever followed a
 * claim that had been passed meanwhile sees a higher one when it looks again, and withdraws. Nobody
 * ever removes or renames the claim of another but the holder of a higher one, so nothing that comes
 * late does harm to a successor. A folder that was removed and made anew begins at the microsecond of
 * its making, above all numbers that anybody can remember, and a claim that was begun in the one and
 * made in the other does not count.
 */
export class Ledger {
  readonly folder: string;
  readonly #files: LockFolder;

  constructor(folder: string) {
    this.folder = folder;
    this.#files = new LockFolder(folder);
  }

  /** @throws what the file system says */
  look(): Sight {
    return sightOf(this.#files.names());
  }

  /**
   * Follows the claim that was the last in this sight: free, or of a holder that is gone. Undefined
   * where somebody else was faster.
   *
   * @param died what whoever had it said, where that is told to whoever comes next
   * @throws what the file system says; nothing stays as far as that can be undone
   */
  follow(sight: Sight, text: string, died?: string): bigint | undefined {
    const epoch = this.#epoch();
    const last = sight.last?.number ?? 0n;
    const number = (last > epoch ? last : epoch) + 1n;
    if (!this.#files.publish(String(number), text)) return undefined;
    try {
      const now = this.look();
      const isLast = now.last?.number === number && !now.last.isFree;
      // Of another epoch is a folder that was removed, and made anew.
      const isSame = this.#readEpoch() === epoch;
      if (isLast && isSame && !hasStranger(now, sight, number)) {
        this.#sweep(sight.last?.number ?? 0n);
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
    if (last?.number !== number || last.isFree) return false;
    // In a folder that was made anew an old number may show for a moment.
    const epoch = this.#readEpoch();
    return epoch !== undefined && epoch < number;
  }

  /** Says who has it now, beside the claim, which is never written again. */
  describe(number: bigint, text: string): void {
    this.#files.say(`${number}.who`, text);
  }

  /** Says for whom the claim is about to be given back: whoever comes next is told that it died. */
  noteDied(number: bigint, text: string): void {
    this.#files.say(`${number}.died`, text);
  }

  beat(number: bigint, at: Date): void {
    lockDisk.touch(this.#files.at(String(number)), at);
  }

  /**
   * When the holder last gave a sign of life, by whatever clock; only a change means something.
   * Undefined where the claim is gone. @throws what the file system says
   */
  beatOf(number: bigint): number | undefined {
    return this.#files.timeOf(number === FOREIGN ? '' : String(number));
  }

  /** Gives the claim back. Harmless where it was followed meanwhile. */
  free(number: bigint): void {
    try {
      lockDisk.rename(this.#files.at(String(number)), this.#files.at(`${number}.free`));
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
    }
  }

  /** Gives the claim back and, where that can be written, says of whom the next one is to be told. */
  giveBack(number: bigint, died: string | undefined): void {
    try {
      if (died !== undefined) this.noteDied(number, died);
    } catch {
      // That the file is free matters more.
    }
    this.free(number);
  }

  /** What the claim said when it was made; undefined where it is no file, too long, or gone. */
  read(number: bigint): string | undefined {
    return this.#files.read(String(number));
  }

  /** What its holder said later, if it did. */
  readLater(number: bigint): string | undefined {
    return this.#files.read(`${number}.who`);
  }

  readDied(number: bigint): string | undefined {
    return this.#files.read(`${number}.died`);
  }

  /** Tells others that somebody waits. The name of the mark. */
  mark(text: string): string {
    return this.#files.prepare('wait', text);
  }

  /** A mark, or what is prepared. */
  readMark(name: string): string | undefined {
    return this.#files.read(name);
  }

  unmark(name: string): void {
    this.#files.forget(name);
  }

  /** Gives back what does not count. Never by removing it: a number must not come twice. */
  #withdraw(number: bigint, died: string | undefined): void {
    try {
      this.giveBack(number, died);
    } catch {
      // It is an orphan then, which nobody waits for.
    }
  }

  /**
   * What belongs to claims below the one that was followed is of no use to anybody. That one stays:
   * a listing may miss a claim that is renamed at that moment, and must not show an older one as
   * the last.
   */
  #sweep(number: bigint): void {
    try {
      for (const name of this.#files.names() ?? []) {
        const other = numberOf(name);
        if (other !== undefined && other < number) lockDisk.remove(this.#files.at(name));
      }
    } catch {
      // It counts for nothing; whoever comes next tries again.
    }
  }

  /**
   * Below the first number: when this folder was made, by the clock of its volume. An empty file
   * says so, whose name and time come in one step; whoever is first says it for all.
   */
  #epoch(): bigint {
    const said = this.#readEpoch();
    if (said !== undefined) return said;
    this.#files.createOnce(EPOCH);
    return this.#readEpoch() ?? 0n;
  }

  /** Undefined where there is none, or none any more. @throws what the file system says */
  #readEpoch(): bigint | undefined {
    const madeMs = this.#files.timeOf(EPOCH);
    return madeMs === undefined ? undefined : BigInt(Math.floor(madeMs)) * 1_000n;
  }
}
