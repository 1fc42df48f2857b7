import { LeaseLostError } from '../../../../src/errors/lease-errors.js';
import type { Lease, LeaseRequest } from '../../../../src/leases/provider.js';
import type { HolderInfo, SessionFile } from '../../../../src/types.js';
import type { Entry, MemoryWorld } from './memory-world.js';

/** A lease that is right by being one place in memory. */
export class MemoryLease implements Lease {
  readonly fencingToken: bigint;
  readonly died: HolderInfo | undefined;
  readonly file: SessionFile;
  readonly request: LeaseRequest;
  readonly world: MemoryWorld;
  readonly #acquiredAtMs = Date.now();
  #holder: HolderInfo;
  #isOver = false;
  #isUsed = false;

  constructor(world: MemoryWorld, file: SessionFile, request: LeaseRequest) {
    this.world = world;
    this.file = file;
    this.request = request;
    this.died = world.diedIn(this.entry);
    this.fencingToken = world.nextToken(this.entry);
    this.#holder = request.holder;
  }

  get entry(): Entry {
    return this.world.entryOf(this.file);
  }

  get isOver(): boolean {
    return this.#isOver;
  }

  /** A turn has begun with it. */
  get isUsed(): boolean {
    return this.#isUsed;
  }

  /** What others can read. */
  get publicHolder(): HolderInfo {
    const fencingToken = String(this.fencingToken);
    return { ...this.#holder, acquiredAtMs: this.#acquiredAtMs, fencingToken };
  }

  get counts(): boolean {
    return this.entry.held === this;
  }

  isHeld(): boolean {
    return this.counts;
  }

  isWanted(): boolean {
    return this.counts && this.entry.line.length > 0;
  }

  async update(holder: HolderInfo): Promise<void> {
    if (!this.counts) return;
    this.#holder = holder;
    this.#isUsed = true;
    this.world.tellLine(this.entry);
  }

  async release(): Promise<void> {
    this.#isOver = true;
    if (this.counts) this.world.leave(this.entry);
  }

  /** Somebody else has it, or nobody, by no wish of the holder. */
  lose(): void {
    queueMicrotask(() => {
      if (this.#isOver) return;
      this.#isOver = true;
      this.tellLoss();
    });
  }

  tellLoss(): void {
    const { fencingToken } = this;
    const facts = { sessionFile: this.file.path, fencingToken };
    this.request.onLost(new LeaseLostError({ ...facts, by: this.entry.held?.publicHolder }));
  }
}
