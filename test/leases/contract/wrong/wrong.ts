import type { LeaseRequest } from '../../../../src/leases/provider.js';
import type { SessionFile } from '../../../../src/types.js';
import type { MakeContestants } from '../contestants.js';
import { memoryContestants } from '../support/memory-contestants.js';
import type { MemoryLease } from '../support/memory-lease.js';
import { MemoryLeases } from '../support/memory-leases.js';
import type { MemoryWorld } from '../support/memory-world.js';

/** A provider that is right but for one thing. */
export interface Wrong {
  /** The name of the one clause that it violates. */
  readonly breaks: string;
  /** What it does wrong. */
  readonly how: string;
  readonly make: MakeContestants;
}

export function wrongProvider(
  breaks: string,
  how: string,
  Provider: new (world: MemoryWorld) => MemoryLeases,
): Wrong {
  return { breaks, how, make: memoryContestants((world) => new Provider(world)) };
}

export function wrongWorld(breaks: string, how: string, World: new () => MemoryWorld): Wrong {
  const make = memoryContestants(
    (world) => new MemoryLeases(world),
    () => new World(),
  );
  return { breaks, how, make };
}

type LeaseClass = new (world: MemoryWorld, file: SessionFile, request: LeaseRequest) => MemoryLease;

export function wrongLease(breaks: string, how: string, WrongLease: LeaseClass): Wrong {
  class Provider extends MemoryLeases {
    override newLease(file: SessionFile, request: LeaseRequest): MemoryLease {
      return new WrongLease(this.world, file, request);
    }
  }
  return wrongProvider(breaks, how, Provider);
}
