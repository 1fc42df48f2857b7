import { turns } from '../support/asking.js';
import { MemoryLease } from '../support/memory-lease.js';
import { MemoryLeases } from '../support/memory-leases.js';
import { type Wrong, wrongLease, wrongProvider } from './wrong.js';

class ReleasesLater extends MemoryLease {
  override async release(): Promise<void> {
    await turns(1);
    await super.release();
  }
}

class SaysSoTooEarly extends MemoryLease {
  #isReleased = false;

  override isHeld(): boolean {
    return super.isHeld() && !this.#isReleased;
  }

  override async release(): Promise<void> {
    this.#isReleased = true;
    void turns(3).then(() => super.release());
  }
}

class FreesAgain extends MemoryLease {
  #isReleased = false;

  override async release(): Promise<void> {
    if (this.#isReleased) this.world.leave(this.entry);
    this.#isReleased = true;
    await super.release();
  }
}

class RefusesToReleaseAgain extends MemoryLeases {
  #closing: Promise<void> | undefined;

  override newLease(...args: Parameters<MemoryLeases['newLease']>): MemoryLease {
    const lease = super.newLease(...args);
    const release = lease.release.bind(lease);
    let isReleased = false;
    lease.release = async () => {
      if (isReleased) throw new Error('released already');
      isReleased = true;
      await release();
    };
    return lease;
  }

  override async close(): Promise<void> {
    this.#closing ??= super.close();
    await this.#closing;
  }
}

export const WRONG_RELEASE: readonly Wrong[] = [
  wrongLease('released-is-not-held', 'holds on until the release has ended', ReleasesLater),
  wrongLease('release-frees', 'says that it is free before it is', SaysSoTooEarly),
  wrongLease('release-twice', 'frees whatever is there when asked again', FreesAgain),
  wrongProvider('release-twice', 'rejects a second release', RefusesToReleaseAgain),
];
