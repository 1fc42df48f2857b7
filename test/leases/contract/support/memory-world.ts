import type { LeaseRequest } from '../../../../src/leases/provider.js';
import type { HolderInfo, SessionFile } from '../../../../src/types.js';
import type { MemoryLease } from './memory-lease.js';

/** Somebody who waits in line. */
export interface Waiting {
  readonly request: LeaseRequest;
  /** Gives it the lease; false where it does not want it any more. */
  serve(): void;
}

/** All that is kept for one file. */
export interface Entry {
  held: MemoryLease | undefined;
  isDead: boolean;
  /** Who died, where no turn was told of it yet. */
  unheard?: HolderInfo | undefined;
  readonly line: Waiting[];
}

/** What all contestants share: the leases, of which one at a time counts, and who waits in line. */
export class MemoryWorld {
  readonly entries: Map<string, Entry> = new Map();
  #last = 0n;

  entryOf(file: SessionFile): Entry {
    const entry = this.entries.get(file.key) ?? { held: undefined, isDead: false, line: [] };
    this.entries.set(file.key, entry);
    return entry;
  }

  nextToken(_entry: Entry): bigint {
    this.#last += 1n;
    return this.#last;
  }

  isFree(entry: Entry): boolean {
    return entry.held === undefined || entry.isDead;
  }

  /** Whoever was there before has lost it, and is told so after this step. */
  enter(entry: Entry, lease: MemoryLease): void {
    const before = entry.held;
    entry.held = lease;
    entry.isDead = false;
    entry.unheard = undefined;
    before?.lose();
    this.tellLine(entry);
  }

  leave(entry: Entry): void {
    this.passOn(entry);
    entry.held = undefined;
    entry.isDead = false;
    this.serveLine(entry);
  }

  passOn(entry: Entry): void {
    if (entry.held?.isUsed === false) entry.unheard = entry.held.died;
  }

  serveLine(entry: Entry): void {
    if (this.isFree(entry)) entry.line.shift()?.serve();
  }

  /** That somebody else has it, or the same with another run. */
  tellLine(entry: Entry): void {
    const holder = entry.held?.publicHolder;
    for (const { request } of entry.line) request.onHeld?.(holder);
  }

  presumeDead(file: SessionFile): void {
    const entry = this.entryOf(file);
    entry.isDead = entry.held !== undefined;
    this.serveLine(entry);
  }

  /** As if nobody had ever asked; those in line have to be served by somebody. */
  uproot(file: SessionFile): void {
    const entry = this.entryOf(file);
    const { held } = entry;
    entry.held = undefined;
    held?.lose();
    this.serveLine(entry);
  }

  diedIn(entry: Entry): HolderInfo | undefined {
    return entry.isDead ? entry.held?.publicHolder : entry.unheard;
  }
}
