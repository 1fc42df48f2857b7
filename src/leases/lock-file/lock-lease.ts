import { LeaseLostError } from '../../errors/lease-errors.js';
import type { HolderInfo, SessionFile } from '../../types.js';
import type { Lease } from '../provider.js';
import { failure, isPassing } from './failures.js';
import type { LiveClaim } from './heartbeat.js';
import { noteGone } from './held-here.js';
import type { Ledger } from './ledger.js';
import { lookAt } from './look.js';
import { encodeRecord } from './record.js';

/** How often, and after how long, a claim is given back again that somebody has open. */
const TRIES = 50;
const TRY_AGAIN_MS = 20;

/** What a lease does through its provider. */
export interface LeaseKeeper {
  isWanted(ledger: Ledger): boolean;
  onLost(cause: Error): void;
  /** Right before it is given back. */
  givingBack(): void;
  gone(lease: LockLease): void;
}

/** A claim of this thread. */
export class LockLease implements Lease {
  readonly fencingToken: bigint;
  readonly died: HolderInfo | undefined;
  readonly #file: SessionFile;
  readonly #ledger: Ledger;
  readonly #claim: LiveClaim;
  readonly #keeper: LeaseKeeper;
  #state: 'held' | 'lost' | 'released' = 'held';
  #releasing: Promise<void> | undefined;
  /** Somebody has begun a turn, and was told who died before. */
  #isUsed = false;

  constructor(
    file: SessionFile,
    ledger: Ledger,
    claim: LiveClaim,
    died: HolderInfo | undefined,
    keeper: LeaseKeeper,
  ) {
    this.fencingToken = claim.number;
    this.died = died;
    this.#file = file;
    this.#ledger = ledger;
    this.#claim = claim;
    this.#keeper = keeper;
  }

  isHeld(): boolean {
    if (this.#state !== 'held') return false;
    try {
      if (this.#ledger.isHeld(this.fencingToken)) return true;
    } catch (error) {
      throw failure(error, this.#file.path, this.#ledger.folder);
    }
    queueMicrotask(this.lost);
    return false;
  }

  isWanted(): boolean {
    return this.#state === 'held' && this.#keeper.isWanted(this.#ledger);
  }

  async update(holder: HolderInfo): Promise<void> {
    if (this.#state !== 'held') return;
    this.#isUsed = true;
    try {
      this.#ledger.describe(this.fencingToken, encodeRecord(holder));
    } catch (error) {
      // Without its folder it is lost, which is told elsewhere.
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return;
      throw failure(error, this.#file.path, this.#ledger.folder);
    }
  }

  lostTo(): HolderInfo | undefined {
    return this.#successor();
  }

  release(cutOff?: HolderInfo): Promise<void> {
    this.#releasing ??= this.#release(cutOff);
    return this.#releasing;
  }

  /** The process ends in the middle of the turn: whoever comes next is told so. */
  abandon(): void {
    const { fencingToken: number, died } = this;
    const ledger = this.#ledger;
    if (this.#state === 'held') {
      const untold = died && !this.#isUsed ? encodeRecord(died) : undefined;
      ledger.giveBack(number, untold ?? ledger.readLater(number) ?? ledger.read(number));
    } else if (this.#state === 'released') ledger.free(number);
  }

  /** Somebody has followed this claim. */
  readonly lost = (): void => {
    if (this.#state !== 'held') return;
    this.#state = 'lost';
    this.#over();
    // Only to end the heartbeat: that a claim was given back that was followed says nothing.
    this.#claim.release().catch(ignore);
    const { path: sessionFile } = this.#file;
    const { fencingToken } = this;
    const error = new LeaseLostError({ sessionFile, fencingToken, by: this.#successor() });
    try {
      this.#keeper.onLost(error);
    } catch {
      // It comes from a timer: what a listener throws would end the process.
    }
  };

  async #release(cutOff: HolderInfo | undefined): Promise<void> {
    if (this.#state !== 'held') return;
    this.#state = 'released';
    try {
      // Nobody has been told of that death yet: whoever comes next is.
      const toTell = cutOff ?? (this.#isUsed ? undefined : this.died);
      if (toTell) this.#passOn(toTell);
      this.#keeper.givingBack();
      await this.#claim.release().catch((error: unknown) => this.#freeAgain(error));
    } catch (error) {
      throw failure(error, this.#file.path, this.#ledger.folder);
    } finally {
      this.#over();
    }
  }

  #passOn(died: HolderInfo): void {
    try {
      this.#ledger.noteDied(this.fencingToken, encodeRecord(died));
    } catch {
      // Giving the file back matters more.
    }
  }

  async #freeAgain(cause: unknown): Promise<void> {
    let error = cause;
    for (let attempt = 1; attempt < TRIES && isPassing(error); attempt += 1) {
      await new Promise((resolve) => setTimeout(resolve, TRY_AGAIN_MS));
      try {
        this.#ledger.free(this.fencingToken);
        return;
      } catch (again) {
        error = again;
      }
    }
    throw error;
  }

  #over(): void {
    noteGone(this.#ledger.folder, this.fencingToken);
    this.#keeper.gone(this);
  }

  #successor(): HolderInfo | undefined {
    try {
      const look = lookAt(this.#ledger);
      return look.state === 'taken' ? look.holder : undefined;
    } catch {
      return undefined;
    }
  }
}

function ignore(): void {
  // It was not ours any more.
}
