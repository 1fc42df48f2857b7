import { LeaseLostError } from '../../../src/errors/lease-errors.js';
import type { Lease } from '../../../src/leases/provider.js';
import type { HolderInfo } from '../../../src/types.js';
import type { FakeLeases, FakeWish } from './fake-leases.js';
import { someoneElse } from './someone-else.js';

/** A lease that is lost, wanted and asked about as the test says. */
export class FakeLease implements Lease {
  state: 'held' | 'lost' | 'released' = 'held';
  isWantedElsewhere = false;
  /** What `isHeld` throws from now on. */
  question: Error | undefined;
  /** Where the test does not say, nobody can tell who has the file now. */
  lostTo?: () => HolderInfo | undefined;
  readonly updates: HolderInfo[] = [];
  releases = 0;
  /** `onLost` was called. */
  isLossTold = false;
  readonly fencingToken: bigint;
  readonly died?: HolderInfo;
  readonly wish: FakeWish;
  readonly #provider: FakeLeases;

  constructor(provider: FakeLeases, wish: FakeWish, died: HolderInfo | undefined) {
    this.#provider = provider;
    this.wish = wish;
    this.fencingToken = provider.nextToken();
    if (died) this.died = died;
  }

  isHeld(): boolean {
    if (this.question) throw this.question;
    return this.state === 'held';
  }

  isWanted(): boolean {
    return this.isWantedElsewhere;
  }

  /** Not `async`: what it throws, it throws in the call. */
  update(holder: HolderInfo): Promise<void> {
    this.updates.push(holder);
    return this.#provider.onUpdate?.(this) ?? Promise.resolve();
  }

  release(): Promise<void> {
    this.releases += 1;
    if (this.state === 'held') this.state = 'released';
    return this.#provider.onRelease?.(this) ?? Promise.resolve();
  }

  /** Another process has taken the file over, and this one is not told yet. */
  vanish(): LeaseLostError {
    this.state = 'lost';
    const { path: sessionFile } = this.wish.file;
    return new LeaseLostError({ sessionFile, fencingToken: this.fencingToken, by: someoneElse() });
  }

  /** ... and this one is told. */
  lose(): LeaseLostError {
    const error = this.vanish();
    this.isLossTold = true;
    this.wish.request.onLost(error);
    return error;
  }
}
