import { LeaseUnavailableError } from '../../../src/errors/lease-errors.js';
import type { Lease, LeaseProvider, LeaseRequest } from '../../../src/leases/provider.js';
import type { HolderInfo, SessionFile } from '../../../src/types.js';
import { until } from '../../runs/support/sessions.js';
import type { Gate } from '../../support/gate.js';
import { FakeLease } from './fake-lease.js';
import { someoneElse } from './someone-else.js';

/** One call of `acquire`: the test says what becomes of it, and when. */
export class FakeWish {
  state: 'asked' | 'granted' | 'refused' | 'aborted' = 'asked';
  /** It was given up, and the provider has not answered to that. */
  isUnheard = false;
  readonly file: SessionFile;
  readonly request: LeaseRequest;
  readonly promise: Promise<Lease>;
  readonly #provider: FakeLeases;
  #resolve!: (lease: Lease) => void;
  #reject!: (error: unknown) => void;

  constructor(provider: FakeLeases, file: SessionFile, request: LeaseRequest) {
    this.#provider = provider;
    this.file = file;
    this.request = request;
    this.promise = new Promise((resolve, reject) => {
      this.#resolve = resolve;
      this.#reject = reject;
    });
    const { signal } = request;
    const onAbort = (): void => {
      if (this.state !== 'asked') return;
      this.state = 'aborted';
      this.isUnheard = provider.isDeafToAborts;
      if (!this.isUnheard) this.#reject(signal.reason);
    };
    if (signal.aborted) onAbort();
    else signal.addEventListener('abort', onAbort, { once: true });
  }

  /** The lease comes; also, where the test wants that, after the wish was given up. */
  grant(died?: HolderInfo): FakeLease {
    if (this.state === 'asked') this.state = 'granted';
    const lease = new FakeLease(this.#provider, this, died);
    this.#provider.leases.push(lease);
    this.#resolve(lease);
    return lease;
  }

  /** The provider answers to a wish that was given up long ago. */
  grantLate(): void {
    this.isUnheard = false;
    this.grant();
  }

  refuse(error: unknown): void {
    this.state = 'refused';
    this.#reject(error);
  }

  /** Another process has the file. */
  held(holder: HolderInfo | undefined = someoneElse()): void {
    this.request.onHeld?.(holder);
  }
}

/** A provider whose every answer is the test's. */
export class FakeLeases implements LeaseProvider {
  readonly name = 'fake';
  maxHandOvers: number | undefined = undefined;
  /** Each wish is granted in the call. */
  isGenerous = false;
  /** Wishes that were given up are not rejected. */
  isDeafToAborts = false;
  /** What `acquire` throws in the call, once. */
  thrown: { readonly error: unknown } | undefined;
  onRelease: ((lease: FakeLease) => Promise<void>) | undefined;
  onUpdate: ((lease: FakeLease) => Promise<void>) | undefined;
  /** Who has which file elsewhere, for `inspect` and for those who do not wait. */
  readonly elsewhere = new Map<string, HolderInfo>();
  /** Opened before `inspect` answers. */
  inspecting: Gate<void> | undefined;
  readonly wishes: FakeWish[] = [];
  readonly leases: FakeLease[] = [];
  #token = 0n;

  nextToken(): bigint {
    return (this.#token += 1n);
  }

  acquire(file: SessionFile, request: LeaseRequest): Promise<Lease> {
    const { thrown } = this;
    this.thrown = undefined;
    if (thrown) throw thrown.error;
    const wish = new FakeWish(this, file, request);
    this.wishes.push(wish);
    if (wish.state !== 'asked') return wish.promise;
    const holder = this.elsewhere.get(file.realPath);
    if (holder && !request.wait) wish.refuse(heldBy(file, holder));
    else if (holder) wish.held(holder);
    else if (this.isGenerous) wish.grant();
    return wish.promise;
  }

  async inspect(file: SessionFile): Promise<HolderInfo | undefined> {
    await this.inspecting?.opened;
    return this.elsewhere.get(file.realPath);
  }

  close(): Promise<void> {
    return Promise.resolve();
  }

  /** The wish with this number, the first is 1, once it was made. */
  async wish(number: number): Promise<FakeWish> {
    await until(() => this.wishes.length >= number);
    const wish = this.wishes[number - 1];
    if (wish === undefined) throw new Error('There is no such wish.');
    return wish;
  }

  /** Grants the wish with this number, and lets what follows happen. */
  async grant(number: number, died?: HolderInfo): Promise<FakeLease> {
    return (await this.wish(number)).grant(died);
  }

  /** The lease with this number, the first is 1. */
  lease(number: number): FakeLease {
    const lease = this.leases[number - 1];
    if (lease === undefined) throw new Error('There is no such lease.');
    return lease;
  }

  get asked(): readonly FakeWish[] {
    return this.wishes.filter(({ state }) => state === 'asked');
  }

  get held(): readonly FakeLease[] {
    return this.leases.filter(({ state }) => state === 'held');
  }
}

function heldBy({ path }: SessionFile, holder: HolderInfo): LeaseUnavailableError {
  const detail = 'it is held by another process';
  return new LeaseUnavailableError({ sessionFile: path, reason: 'held', detail, holder });
}
