import type { Lease, LeaseRequest } from '../../../../src/leases/provider.js';
import type { SessionFile } from '../../../../src/types.js';
import { turns } from '../support/asking.js';
import { SETTLE_TURNS } from '../support/memory-contestants.js';
import { MemoryLeases } from '../support/memory-leases.js';
import { type Entry, MemoryWorld } from '../support/memory-world.js';
import { type Wrong, wrongProvider, wrongWorld } from './wrong.js';

class LooksThenTakes extends MemoryLeases {
  override async acquire(file: SessionFile, request: LeaseRequest): Promise<Lease> {
    const isFree = this.world.isFree(this.world.entryOf(file));
    if (!isFree || request.signal.aborted || this.isClosed) {
      return await super.acquire(file, request);
    }
    await turns(1);
    return this.grant(file, request);
  }
}

class LosesPatience extends MemoryLeases {
  override async queue(file: SessionFile, request: LeaseRequest): Promise<Lease> {
    const { line } = this.world.entryOf(file);
    const lease = super.queue(file, request);
    const own = line.at(-1);
    void turns(SETTLE_TURNS + 10).then(() => {
      if (own !== undefined && line.includes(own)) own.serve();
    });
    return await lease;
  }
}

class ServesAllHeirs extends MemoryWorld {
  override presumeDead(file: SessionFile): void {
    super.presumeDead(file);
    for (const waiting of [...this.entryOf(file).line]) waiting.serve();
  }
}

class FreesAllFiles extends MemoryWorld {
  override leave(entry: Entry): void {
    super.leave(entry);
    for (const other of this.entries.values()) if (other !== entry) super.leave(other);
  }
}

export const WRONG_EXCLUSION: readonly Wrong[] = [
  wrongProvider('one-at-a-time', 'looks, and takes a moment later', LooksThenTakes),
  wrongProvider('not-while-held', 'robs a holder that has it for long', LosesPatience),
  wrongWorld('one-heir', 'lets all in when the holder dies', ServesAllHeirs),
  wrongWorld('separate-files', 'frees all files with one', FreesAllFiles),
];
