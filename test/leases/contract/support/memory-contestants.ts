import type { LeaseProvider } from '../../../../src/leases/provider.js';
import type { SessionFile } from '../../../../src/types.js';
import type { Contestants, MakeContestants } from '../contestants.js';
import { turns } from './asking.js';
import { MemoryLeases } from './memory-leases.js';
import { MemoryWorld } from './memory-world.js';

/** Longer than a clause gives something to begin, and than anything takes here. */
export const SETTLE_TURNS = 30;

type Open = (world: MemoryWorld) => LeaseProvider;

/** Contestants of one thread that share a place in memory, and need neither files nor time. */
export function memoryContestants(
  open: Open = (world) => new MemoryLeases(world),
  makeWorld: () => MemoryWorld = () => new MemoryWorld(),
): MakeContestants {
  return async (): Promise<Contestants> => {
    const world = makeWorld();
    const providers: LeaseProvider[] = [];
    let files = 0;
    return {
      open: async () => {
        const provider = open(world);
        providers.push(provider);
        return provider;
      },
      file: (): SessionFile => {
        files += 1;
        const path = `/nowhere/session-${files}.jsonl`;
        return Object.freeze({ key: path, path, realPath: path });
      },
      presumeDead: async (file) => {
        world.presumeDead(file);
      },
      uproot: async (file) => {
        world.uproot(file);
      },
      settle: async () => {
        await turns(SETTLE_TURNS);
      },
      dispose: async () => {
        // A wrong one may not come to an end.
        void Promise.allSettled(providers.map((provider) => provider.close()));
        await turns();
      },
    };
  };
}
