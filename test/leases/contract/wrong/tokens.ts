import type { HolderInfo, SessionFile } from '../../../../src/types.js';
import { MemoryLeases } from '../support/memory-leases.js';
import { type Entry, MemoryWorld } from '../support/memory-world.js';
import { type Wrong, wrongProvider, wrongWorld } from './wrong.js';

class BeginsAnew extends MemoryWorld {
  #isUnused = true;

  override leave(entry: Entry): void {
    this.#isUnused = entry.line.length === 0;
    super.leave(entry);
  }

  override nextToken(entry: Entry): bigint {
    const next = super.nextToken(entry);
    const token = this.#isUnused ? 1n : next;
    this.#isUnused = false;
    return token;
  }
}

class InheritsTokens extends MemoryWorld {
  override nextToken(entry: Entry): bigint {
    return entry.held?.fencingToken ?? super.nextToken(entry);
  }
}

class HandsTokensOn extends MemoryWorld {
  #handedOn: bigint | undefined;

  override leave(entry: Entry): void {
    this.#handedOn = entry.line.length === 0 ? undefined : entry.held?.fencingToken;
    super.leave(entry);
    this.#handedOn = undefined;
  }

  override nextToken(entry: Entry): bigint {
    return this.#handedOn ?? super.nextToken(entry);
  }
}

class KeepsTokens extends MemoryLeases {
  override async inspect(file: SessionFile): Promise<HolderInfo | undefined> {
    const seen = await super.inspect(file);
    if (seen === undefined) return undefined;
    const { fencingToken: _, ...rest } = seen;
    return rest;
  }
}

export const WRONG_TOKENS: readonly Wrong[] = [
  wrongWorld('tokens-grow-over-releases', 'begins anew when all are gone', BeginsAnew),
  wrongWorld('tokens-grow-over-takeovers', 'inherits the token of the dead', InheritsTokens),
  wrongWorld('tokens-grow-over-hand-overs', 'hands the token on to the next', HandsTokensOn),
  wrongProvider('token-is-public', 'does not tell others the token', KeepsTokens),
];
