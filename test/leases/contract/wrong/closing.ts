import type { SessionFile } from '../../../../src/types.js';
import type { MemoryLease } from '../support/memory-lease.js';
import { MemoryLeases } from '../support/memory-leases.js';
import { type Wrong, wrongProvider } from './wrong.js';

/** Nothing is held any more, it says. */
function letGo(lease: MemoryLease): void {
  lease.isHeld = () => false;
}

class KeepsFiles extends MemoryLeases {
  override async close(): Promise<void> {
    for (const lease of this.leases) letGo(lease);
    this.leases.clear();
    await super.close();
  }
}

class KeepsLeases extends MemoryLeases {
  override async close(): Promise<void> {
    for (const lease of this.leases) lease.isHeld = () => true;
    await super.close();
  }
}

class KeepsWaits extends MemoryLeases {
  override async close(): Promise<void> {
    this.waits.clear();
    await super.close();
  }
}

class StaysOpen extends MemoryLeases {
  override get isClosed(): boolean {
    return false;
  }
}

class ClosesOnce extends MemoryLeases {
  override async close(): Promise<void> {
    if (this.isClosed) throw new Error('closed already');
    await super.close();
  }
}

class TellsLosses extends MemoryLeases {
  override async close(): Promise<void> {
    for (const lease of this.leases) if (lease.counts) lease.tellLoss();
    await super.close();
  }
}

class ClosesAll extends MemoryLeases {
  override async close(): Promise<void> {
    await super.close();
    for (const { held } of this.world.entries.values()) await held?.release();
  }
}

class ClosesOneFile extends MemoryLeases {
  override async close(): Promise<void> {
    const [, ...others] = this.leases;
    for (const lease of others) {
      letGo(lease);
      this.leases.delete(lease);
    }
    await super.close();
  }
}

class ForgetsWhy extends MemoryLeases {
  override unavailable(
    ...[file, reason, holder]: Parameters<MemoryLeases['unavailable']>
  ): ReturnType<MemoryLeases['unavailable']> {
    const isLater = reason === 'closed' && !this.#hadAsked(file);
    return super.unavailable(file, isLater ? 'io' : reason, holder);
  }

  #hadAsked(file: SessionFile): boolean {
    return this.world.entryOf(file).held !== undefined;
  }
}

export const WRONG_CLOSING: readonly Wrong[] = [
  wrongProvider('close-gives-back', 'keeps the files', KeepsFiles),
  wrongProvider('close-gives-back', 'gives one file back, of several', ClosesOneFile),
  wrongProvider('close-ends-leases', 'says that its leases are held still', KeepsLeases),
  wrongProvider('close-ends-waits', 'lets others wait for ever', KeepsWaits),
  wrongProvider('close-refuses-later', 'goes on when closed', StaysOpen),
  wrongProvider('close-refuses-later', 'does not say that it is closed', ForgetsWhy),
  wrongProvider('close-twice', 'rejects a second close', ClosesOnce),
  wrongProvider('close-is-no-loss', 'tells what it gives back as lost', TellsLosses),
  wrongProvider('close-is-private', 'gives back what others have', ClosesAll),
];
