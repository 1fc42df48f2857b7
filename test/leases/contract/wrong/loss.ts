import type { HolderInfo } from '../../../../src/types.js';
import { turns } from '../support/asking.js';
import { MemoryLease } from '../support/memory-lease.js';
import { type Entry, MemoryWorld } from '../support/memory-world.js';
import { type Wrong, wrongLease, wrongWorld } from './wrong.js';

class LooksNowAndThen extends MemoryLease {
  #isStale = false;

  override isHeld(): boolean {
    return this.#isStale || super.isHeld();
  }

  override lose(): void {
    this.#isStale = true;
    void turns(15).then(() => {
      this.#isStale = false;
    });
    super.lose();
  }
}

class TellsWhenAsked extends MemoryLease {
  #isLost = false;

  override lose(): void {
    this.#isLost = true;
  }

  override isHeld(): boolean {
    if (this.#isLost) super.lose();
    return super.isHeld();
  }
}

class TellsNowAndThen extends MemoryLease {
  override lose(): void {
    void turns(20).then(() => {
      super.lose();
    });
  }
}

class TellsAgain extends MemoryLease {
  #isLost = false;

  override lose(): void {
    this.#isLost = true;
    super.lose();
  }

  override isHeld(): boolean {
    if (this.#isLost) this.tellLoss();
    return super.isHeld();
  }
}

class TellsAnything extends MemoryLease {
  override tellLoss(): void {
    this.request.onLost(new Error('something happened'));
  }
}

/** To whoever looks at once, to all others a while later, whatever they did meanwhile. */
class TellsLate extends MemoryLease {
  #isLost = false;
  #isTold = false;

  override lose(): void {
    this.#isLost = true;
    void turns(20).then(() => this.tellLoss());
  }

  override isHeld(): boolean {
    if (this.#isLost) this.tellLoss();
    return super.isHeld();
  }

  override tellLoss(): void {
    if (!this.#isTold) super.tellLoss();
    this.#isTold = true;
  }
}

class TellsWhoLeft extends MemoryWorld {
  readonly #left = new Map<Entry, MemoryLease>();

  override leave(entry: Entry): void {
    if (entry.held !== undefined) this.#left.set(entry, entry.held);
    super.leave(entry);
  }

  override enter(entry: Entry, lease: MemoryLease): void {
    super.enter(entry, lease);
    this.#left.get(entry)?.tellLoss();
  }
}

class FreesSuccessor extends MemoryLease {
  #isReleased = false;

  override async release(): Promise<void> {
    if (!this.counts && !this.#isReleased) this.world.leave(this.entry);
    this.#isReleased = true;
    await super.release();
  }
}

class DisarmsSuccessor extends MemoryLease {
  #isReleased = false;

  override async release(): Promise<void> {
    const { held } = this.entry;
    if (!this.counts && !this.#isReleased && held !== undefined) held.release = async () => {};
    this.#isReleased = true;
    await super.release();
  }
}

class SpeaksForSuccessor extends MemoryLease {
  override async update(holder: HolderInfo): Promise<void> {
    if (this.counts) await super.update(holder);
    else await this.entry.held?.update(holder);
  }
}

export const WRONG_LOSS: readonly Wrong[] = [
  wrongLease('lost-is-not-held', 'knows of its loss a while later', LooksNowAndThen),
  wrongLease('loss-told-unasked', 'tells a loss only to those who look', TellsWhenAsked),
  wrongLease('loss-seen-is-told', 'tells what is known only now and then', TellsNowAndThen),
  wrongLease('loss-told-once', 'tells a loss at each look', TellsAgain),
  wrongLease('loss-says-why', 'tells a loss as any error', TellsAnything),
  wrongLease('no-loss-after-release', 'tells a loss after the release', TellsLate),
  wrongWorld('no-loss-after-hand-over', 'takes a hand-over for a loss', TellsWhoLeft),
  wrongLease('late-release-harmless', 'frees what its successor has', FreesSuccessor),
  wrongLease('successor-releases', 'ends what keeps its successor alive', DisarmsSuccessor),
  wrongLease('late-update-harmless', 'speaks for its successor', SpeaksForSuccessor),
];
