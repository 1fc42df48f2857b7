import type {
  LeaseUnavailableError,
  LeaseUnavailableReason,
} from '../../../../src/errors/lease-errors.js';
import type { Lease, LeaseRequest } from '../../../../src/leases/provider.js';
import type { SessionFile } from '../../../../src/types.js';
import { turns } from '../support/asking.js';
import { MemoryLease } from '../support/memory-lease.js';
import { MemoryLeases } from '../support/memory-leases.js';
import { type Entry, MemoryWorld } from '../support/memory-world.js';
import { memoryContestants } from '../support/memory-contestants.js';
import { type Wrong, wrongLease, wrongProvider, wrongWorld } from './wrong.js';

class WakesNobody extends MemoryWorld {
  override leave(entry: Entry): void {
    this.passOn(entry);
    entry.held = undefined;
    entry.isDead = false;
  }
}

class ServesWhenAsked extends MemoryLeases {
  override async acquire(file: SessionFile, request: LeaseRequest): Promise<Lease> {
    this.world.serveLine(this.world.entryOf(file));
    return await super.acquire(file, request);
  }
}

class WakesLate extends MemoryWorld {
  override leave(entry: Entry): void {
    this.passOn(entry);
    entry.held = undefined;
    entry.isDead = false;
    void turns(3).then(() => this.serveLine(entry));
  }
}

class AlwaysWaits extends MemoryLeases {
  override async acquire(file: SessionFile, request: LeaseRequest): Promise<Lease> {
    return await super.acquire(file, { ...request, wait: true });
  }
}

class NamesNobody extends MemoryLeases {
  override unavailable(file: SessionFile, reason: LeaseUnavailableReason): LeaseUnavailableError {
    return super.unavailable(file, reason);
  }
}

class RefusesOtherwise extends MemoryLeases {
  override unavailable(
    ...[file, reason, holder]: Parameters<MemoryLeases['unavailable']>
  ): LeaseUnavailableError {
    return super.unavailable(file, reason === 'held' ? 'io' : reason, holder);
  }
}

class TellsNothingFirst extends MemoryLeases {
  override async queue(file: SessionFile, request: LeaseRequest): Promise<Lease> {
    let isQueued = false;
    const onHeld: LeaseRequest['onHeld'] = (holder) => {
      if (isQueued) request.onHeld?.(holder);
    };
    const lease = super.queue(file, { ...request, onHeld });
    isQueued = true;
    return await lease;
  }
}

class TellsNoChange extends MemoryWorld {
  override tellLine(): void {
    // They were told once.
  }
}

class AlwaysWanted extends MemoryLease {
  override isWanted(): boolean {
    return true;
  }
}

export const WRONG_WAITING: readonly Wrong[] = [
  {
    breaks: 'handed-on',
    how: 'serves those who wait only when somebody new comes',
    make: memoryContestants(
      (world) => new ServesWhenAsked(world),
      () => new WakesNobody(),
    ),
  },
  wrongWorld('nobody-passed-over', 'lets whoever is fast have a file before the line', WakesLate),
  wrongProvider('now-or-never', 'lets wait who does not want to', AlwaysWaits),
  wrongProvider('now-or-never', 'refuses for another reason', RefusesOtherwise),
  wrongProvider('refusal-names-holder', 'does not say who has the file', NamesNobody),
  wrongProvider('waiter-told-holder', 'does not tell who has the file', TellsNothingFirst),
  wrongWorld('waiter-told-next-holder', 'does not tell who has the file next', TellsNoChange),
  wrongLease('wanted', 'says that others wait, whether or not', AlwaysWanted),
];
