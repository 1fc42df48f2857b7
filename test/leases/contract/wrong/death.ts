import type { HolderInfo, SessionFile } from '../../../../src/types.js';
import { type Entry, MemoryWorld } from '../support/memory-world.js';
import { type Wrong, wrongWorld } from './wrong.js';

class HearsOfNoDeath extends MemoryWorld {
  override presumeDead(file: SessionFile): void {
    const entry = this.entryOf(file);
    entry.isDead = entry.held !== undefined;
  }
}

class TellsNoDeath extends MemoryWorld {
  override diedIn(): HolderInfo | undefined {
    return undefined;
  }
}

class TellsFirstRun extends MemoryWorld {
  override diedIn(entry: Entry): HolderInfo | undefined {
    return entry.isDead ? entry.held?.request.holder : super.diedIn(entry);
  }
}

class TellsDeathForEver extends MemoryWorld {
  readonly #dead = new Map<Entry, HolderInfo>();

  override diedIn(entry: Entry): HolderInfo | undefined {
    const died = super.diedIn(entry) ?? this.#dead.get(entry);
    if (died !== undefined) this.#dead.set(entry, died);
    return died;
  }
}

class TellsOnce extends MemoryWorld {
  override passOn(): void {
    // Whoever came first was told.
  }
}

class TakesAllForDead extends MemoryWorld {
  readonly #left = new Map<Entry, HolderInfo>();

  override leave(entry: Entry): void {
    if (entry.held !== undefined) this.#left.set(entry, entry.held.publicHolder);
    super.leave(entry);
  }

  override diedIn(entry: Entry): HolderInfo | undefined {
    return super.diedIn(entry) ?? this.#left.get(entry);
  }
}

export const WRONG_DEATH: readonly Wrong[] = [
  wrongWorld('dead-holder-followed', 'wakes nobody when a holder dies', HearsOfNoDeath),
  wrongWorld('death-told', 'tells nobody of a death', TellsNoDeath),
  wrongWorld('death-told-of-latest-run', 'tells the first run of the dead', TellsFirstRun),
  wrongWorld('death-told-once', 'tells of a death for ever', TellsDeathForEver),
  wrongWorld('death-passed-on', 'forgets a death that nobody was told of', TellsOnce),
  wrongWorld('no-death-after-release', 'takes whoever left for dead', TakesAllForDead),
];
