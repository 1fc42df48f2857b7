import type { SessionFile } from '../../../../src/types.js';
import { MemoryLease } from '../support/memory-lease.js';
import { type Entry, MemoryWorld } from '../support/memory-world.js';
import { type Wrong, wrongLease, wrongWorld } from './wrong.js';

/** Told of the removal of everything: nobody has taken the file. */
class ThrowsFromTimer extends MemoryLease {
  override lose(): void {
    if (this.entry.held === undefined) {
      setImmediate(() => {
        throw new Error('what was here is gone');
      });
    }
    super.lose();
  }
}

class RejectsForNobody extends MemoryLease {
  override lose(): void {
    if (this.entry.held === undefined) void Promise.reject(new Error('what was here is gone'));
    super.lose();
  }
}

class IsJammed extends MemoryWorld {
  override uproot(file: SessionFile): void {
    const { held, line } = this.entryOf(file);
    const isContested = line.length > 0;
    super.uproot(file);
    if (held !== undefined && isContested)
      this.entryOf(file).held = new MemoryLease(this, file, held.request);
  }
}

class CountsAnew extends MemoryWorld {
  #isUprooted = false;

  override uproot(file: SessionFile): void {
    super.uproot(file);
    this.#isUprooted = true;
  }

  override nextToken(entry: Entry): bigint {
    return this.#isUprooted ? 1n : super.nextToken(entry);
  }
}

export const WRONG_REMOVAL: readonly Wrong[] = [
  wrongLease('nothing-uncaught', 'throws from a timer', ThrowsFromTimer),
  wrongLease('nothing-uncaught', 'leaves a rejection to nobody', RejectsForNobody),
  wrongWorld('free-after-removal', 'takes what was removed for a lock for ever', IsJammed),
  wrongWorld('tokens-grow-over-removal', 'counts anew when all is removed', CountsAnew),
];
