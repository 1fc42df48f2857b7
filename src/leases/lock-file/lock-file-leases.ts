import { LeaseUnavailableError } from '../../errors/lease-errors.js';
import type { HolderInfo, SessionFile } from '../../types.js';
import type { Lease, LeaseProvider, LeaseRequest } from '../provider.js';
import { UNKNOWN_HOLDER } from '../unknown-holder.js';
import { failure } from './failures.js';
import { Ledger } from './ledger.js';
import { checkPlace, lockPlaceOf } from './lock-place.js';
import { lookAt } from './look.js';
import { InProcessLease } from './in-process-lease.js';
import { type LockFileOptions, type LockFileSettings, readLockFileOptions } from './options.js';
import { Turnstile } from './turnstile.js';
import { LockWait } from './lock-wait.js';

export type { LockFileOptions } from './options.js';
export type { Lease, LeaseProvider, LeaseRequest } from '../provider.js';

/** Leases kept in a folder beside each session file. */
class LockFileLeases implements LeaseProvider {
  readonly name = 'lock-file';
  readonly maxHandOvers: number;
  readonly #settings: LockFileSettings;
  readonly #turnstile = new Turnstile();
  readonly #leases = new Set<Lease>();
  readonly #waits = new Map<LockWait, Promise<Lease>>();
  /** Of files whose lock cannot be written. */
  readonly #tokens = new Map<string, bigint>();
  #isClosed = false;

  constructor(settings: LockFileSettings) {
    this.maxHandOvers = settings.maxHandOvers;
    this.#settings = settings;
  }

  async acquire(file: SessionFile, request: LeaseRequest): Promise<Lease> {
    const folder = lockPlaceOf(file.realPath);
    if (this.#isClosed) throw closed(file);
    const ledger = new Ledger(folder);
    const wait = new LockWait(file, ledger, this.#settings, this.#turnstile, request);
    try {
      checkPlace(folder);
      const lease = wait.done(this.#leases);
      this.#waits.set(wait, lease);
      return await lease;
    } catch (error) {
      request.signal.throwIfAborted();
      if (this.#isClosed) throw closed(file);
      return this.#withoutLock(folder, failure(error, file.path, folder));
    } finally {
      this.#waits.delete(wait);
    }
  }

  async inspect(file: SessionFile): Promise<HolderInfo | undefined> {
    const folder = lockPlaceOf(file.realPath);
    try {
      const look = lookAt(new Ledger(folder));
      if (look.state === 'free' || look.judgement.liveness === 'dead') return undefined;
      return look.holder ?? UNKNOWN_HOLDER;
    } catch (error) {
      throw failure(error, file.path, folder);
    }
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    for (const wait of this.#waits.keys()) wait.stop();
    await Promise.allSettled(this.#waits.values());
    await Promise.allSettled([...this.#leases].map((lease) => lease.release()));
  }

  #withoutLock(folder: string, error: unknown): Lease {
    const isUnwritable = error instanceof LeaseUnavailableError && error.reason === 'not-writable';
    if (!isUnwritable || this.#settings.onUnwritable === 'refuse') throw error;
    const token = (this.#tokens.get(folder) ?? 0n) + 1n;
    this.#tokens.set(folder, token);
    const lease = new InProcessLease(token, error, () => {
      this.#leases.delete(lease);
    });
    this.#leases.add(lease);
    return lease;
  }
}

function closed(file: SessionFile): LeaseUnavailableError {
  return new LeaseUnavailableError({
    sessionFile: file.path,
    reason: 'closed',
    detail: 'its provider was closed',
  });
}

/**
 * Leases for the processes of one machine, and for machines that share a volume: kept in a folder
 * `<session file>.lock`. Nothing is installed, and nothing is written, before the first lease is
 * wanted.
 *
 * A holder that is proven dead loses the file at once: its process or thread is gone, another has
 * its process id, or its machine was started anew. One of which nothing can be proven, being on
 * another machine or in another container, or being paused, loses it after `expireMs` without a
 * sign of life; it finds that out before its next write.
 *
 * @throws TypeError, RangeError an option is wrong
 */
export function lockFileLeases(options: LockFileOptions = {}): LeaseProvider {
  return new LockFileLeases(readLockFileOptions(options));
}
