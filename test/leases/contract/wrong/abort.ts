import type { Lease, LeaseRequest } from '../../../../src/leases/provider.js';
import type { SessionFile } from '../../../../src/types.js';
import { turns } from '../support/asking.js';
import { memoryContestants } from '../support/memory-contestants.js';
import { MemoryLease } from '../support/memory-lease.js';
import { MemoryLeases } from '../support/memory-leases.js';
import { type Entry, MemoryWorld } from '../support/memory-world.js';
import { type Wrong, wrongLease, wrongProvider } from './wrong.js';

class GivesAnotherReason extends MemoryLeases {
  override async queue(file: SessionFile, request: LeaseRequest): Promise<Lease> {
    return await super.queue(file, request).catch((error: unknown) => {
      throw request.signal.aborted ? new Error('aborted') : error;
    });
  }
}

/** Takes its time with some aborts: those in the step of the request, or all later ones. */
class TakesTime extends MemoryLeases {
  readonly isSlowWithEarly: boolean = false;

  override async queue(file: SessionFile, request: LeaseRequest): Promise<Lease> {
    const lease = super.queue(file, request);
    const isEarly = Promise.resolve().then(() => request.signal.aborted);
    return await lease.catch(async (error: unknown) => {
      if (request.signal.aborted && (await isEarly) === this.isSlowWithEarly) await turns(15);
      throw error;
    });
  }
}

class TakesTimeInOneStep extends TakesTime {
  override readonly isSlowWithEarly: boolean = true;
}

/** Keeps places for those who gave up. */
class KeepsPlaces extends MemoryWorld {
  readonly kept: Set<Entry> = new Set();

  override leave(entry: Entry): void {
    const { held } = entry;
    super.leave(entry);
    if (this.kept.has(entry)) entry.held ??= held;
  }
}

class LeavesItsPlace extends MemoryLeases {
  override async queue(file: SessionFile, request: LeaseRequest): Promise<Lease> {
    return await super.queue(file, request).catch((error: unknown) => {
      const { world } = this;
      if (request.signal.aborted && world instanceof KeepsPlaces)
        world.kept.add(world.entryOf(file));
      throw error;
    });
  }
}

class ForgetsWhatItGot extends MemoryLeases {
  override async queue(file: SessionFile, request: LeaseRequest): Promise<Lease> {
    const lease = await super.queue(file, request);
    request.signal.throwIfAborted();
    return lease;
  }
}

class ForgetsWhatWasFree extends MemoryLeases {
  override async acquire(file: SessionFile, request: LeaseRequest): Promise<Lease> {
    const isFree = this.world.isFree(this.world.entryOf(file));
    const lease = await super.acquire(file, request);
    if (isFree) request.signal.throwIfAborted();
    return lease;
  }
}

class LooksForAbortsLater extends MemoryLeases {
  override async acquire(file: SessionFile, request: LeaseRequest): Promise<Lease> {
    const signal = request.signal.aborted ? new AbortController().signal : request.signal;
    return await super.acquire(file, { ...request, signal });
  }
}

class EndsWithItsSignal extends MemoryLease {
  override isHeld(): boolean {
    return super.isHeld() && !this.request.signal.aborted;
  }
}

export const WRONG_ABORT: readonly Wrong[] = [
  wrongProvider('abort-reason', 'gives a reason of its own', GivesAnotherReason),
  wrongProvider('abort-at-once', 'takes its time to hear of an abort', TakesTime),
  wrongProvider('abort-in-one-step', 'overhears an abort that comes early', TakesTimeInOneStep),
  {
    breaks: 'abort-leaves-nothing',
    how: 'keeps the place of whoever gave up',
    make: memoryContestants(
      (world) => new LeavesItsPlace(world),
      () => new KeepsPlaces(),
    ),
  },
  wrongProvider('abort-crossing-grant', 'rejects, and keeps the lease', ForgetsWhatItGot),
  wrongProvider('abort-crossing-first-grant', 'rejects, and keeps a free file', ForgetsWhatWasFree),
  wrongProvider('aborted-before', 'grants without a look at the signal', LooksForAbortsLater),
  wrongLease('abort-after-grant', 'ends the lease with the signal', EndsWithItsSignal),
];
