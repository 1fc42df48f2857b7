import {
  LeaseUnavailableError,
  type LeaseUnavailableReason,
} from '../../../../src/errors/lease-errors.js';
import type { Lease, LeaseProvider, LeaseRequest } from '../../../../src/leases/provider.js';
import type { HolderInfo, SessionFile } from '../../../../src/types.js';
import { MemoryLease } from './memory-lease.js';
import type { MemoryWorld, Waiting } from './memory-world.js';

/**
 * A provider for contestants of one thread, so small that it can be seen to be right. Whatever is a
 * method of its own here can be overridden: the wrong providers do.
 */
export class MemoryLeases implements LeaseProvider {
  readonly name = 'memory';
  readonly world: MemoryWorld;
  readonly leases: Set<MemoryLease> = new Set();
  readonly waits: Set<(error: Error) => void> = new Set();
  #isClosed = false;

  constructor(world: MemoryWorld) {
    this.world = world;
  }

  get isClosed(): boolean {
    return this.#isClosed;
  }

  async acquire(file: SessionFile, request: LeaseRequest): Promise<Lease> {
    request.signal.throwIfAborted();
    if (this.isClosed) throw this.unavailable(file, 'closed');
    const entry = this.world.entryOf(file);
    if (this.world.isFree(entry)) return this.grant(file, request);
    if (!request.wait) throw this.unavailable(file, 'held', entry.held?.publicHolder);
    return await this.queue(file, request);
  }

  async inspect(file: SessionFile): Promise<HolderInfo | undefined> {
    const entry = this.world.entryOf(file);
    return this.world.isFree(entry) ? undefined : entry.held?.publicHolder;
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    for (const refuse of [...this.waits]) refuse(new Error('closed'));
    for (const lease of this.leases) await lease.release();
    this.leases.clear();
  }

  /** In one step: the file is free. */
  grant(file: SessionFile, request: LeaseRequest): MemoryLease {
    const lease = this.newLease(file, request);
    this.leases.add(lease);
    this.world.enter(lease.entry, lease);
    return lease;
  }

  newLease(file: SessionFile, request: LeaseRequest): MemoryLease {
    return new MemoryLease(this.world, file, request);
  }

  queue(file: SessionFile, request: LeaseRequest): Promise<Lease> {
    const entry = this.world.entryOf(file);
    const { signal } = request;
    return new Promise((resolve, reject) => {
      const done = (): void => {
        signal.removeEventListener('abort', abort);
        this.waits.delete(close);
        const at = entry.line.indexOf(waiting);
        if (at >= 0) entry.line.splice(at, 1);
      };
      const abort = (): void => {
        done();
        reject(signal.reason as Error);
      };
      const close = (): void => {
        done();
        reject(this.unavailable(file, 'closed'));
      };
      const serve = (): void => {
        done();
        resolve(this.grant(file, request));
      };
      const waiting: Waiting = { request, serve };
      signal.addEventListener('abort', abort, { once: true });
      this.waits.add(close);
      entry.line.push(waiting);
      request.onHeld?.(entry.held?.publicHolder);
    });
  }

  unavailable(
    file: SessionFile,
    reason: LeaseUnavailableReason,
    holder?: HolderInfo,
  ): LeaseUnavailableError {
    return new LeaseUnavailableError({ sessionFile: file.path, reason, holder, detail: reason });
  }
}
