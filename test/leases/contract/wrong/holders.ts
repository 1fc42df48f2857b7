import type { HolderInfo, SessionFile } from '../../../../src/types.js';
import { holder, turns } from '../support/asking.js';
import { memoryContestants } from '../support/memory-contestants.js';
import { MemoryLeases } from '../support/memory-leases.js';
import { type Entry, MemoryWorld } from '../support/memory-world.js';
import { type Wrong, wrongProvider } from './wrong.js';

class TellsOldTimes extends MemoryLeases {
  override async inspect(file: SessionFile): Promise<HolderInfo | undefined> {
    const seen = await super.inspect(file);
    return seen && { ...seen, acquiredAtMs: 0 };
  }
}

class TellsFirstRun extends MemoryLeases {
  override async inspect(file: SessionFile): Promise<HolderInfo | undefined> {
    const seen = await super.inspect(file);
    const runId = this.world.entryOf(file).held?.request.holder.runId;
    return seen && { ...seen, runId: runId ?? seen.runId };
  }
}

class RemembersLast extends MemoryWorld {
  readonly last: Map<Entry, HolderInfo> = new Map();

  override leave(entry: Entry): void {
    if (entry.held !== undefined) this.last.set(entry, entry.held.publicHolder);
    super.leave(entry);
  }
}

class TellsLast extends MemoryLeases {
  override async inspect(file: SessionFile): Promise<HolderInfo | undefined> {
    const { world } = this;
    const entry = world.entryOf(file);
    const last = world instanceof RemembersLast ? world.last.get(entry) : undefined;
    return entry.held === undefined ? last : await super.inspect(file);
  }
}

class TellsDead extends MemoryLeases {
  override async inspect(file: SessionFile): Promise<HolderInfo | undefined> {
    return this.world.entryOf(file).held?.publicHolder;
  }
}

class LocksToLook extends MemoryLeases {
  override async inspect(file: SessionFile): Promise<HolderInfo | undefined> {
    if (!this.world.isFree(this.world.entryOf(file))) return await super.inspect(file);
    const { signal } = new AbortController();
    const request = { holder: holder('who looks'), wait: false, signal, onLost: () => {} };
    const lease = this.grant(file, request);
    await turns(1);
    await lease.release();
    return undefined;
  }
}

class LooksInTurn extends MemoryLeases {
  override async inspect(file: SessionFile): Promise<HolderInfo | undefined> {
    const entry = this.world.entryOf(file);
    while (entry.line.length > 0 && !this.isClosed) await turns(1);
    return await super.inspect(file);
  }
}

export const WRONG_HOLDERS: readonly Wrong[] = [
  wrongProvider('inspect-tells-holder', 'does not tell since when', TellsOldTimes),
  wrongProvider('update-shown', 'tells the first run for ever', TellsFirstRun),
  {
    breaks: 'inspect-free',
    how: 'tells who had the file last',
    make: memoryContestants(
      (world) => new TellsLast(world),
      () => new RemembersLast(),
    ),
  },
  wrongProvider('inspect-dead', 'tells who is dead', TellsDead),
  wrongProvider('inspect-takes-no-lock', 'locks the file to look', LocksToLook),
  wrongProvider('inspect-waits-for-nobody', 'looks after all who wait', LooksInTurn),
];
