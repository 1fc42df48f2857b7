import type { Lease, LeaseProvider, LeaseRequest } from '../../leases/provider.js';
import { log } from '../../observe/deliver.js';
import type { Outbox } from '../../support/outbox.js';
import type { HolderInfo, Logger, SessionFile } from '../../types.js';
import type { Origin } from '../run/terms.js';

/** The provider of a thread: what is asked of it, and what it gets back. */
export class LeaseSource {
  provider: LeaseProvider | undefined = undefined;
  /** The coordinators that brought it. */
  readonly bringers: Set<Origin> = new Set();
  /** Key -> the lease that is on its way back. */
  readonly #returning = new Map<string, Promise<void>>();

  readonly #outbox: Outbox;

  constructor(outbox: Outbox) {
    this.#outbox = outbox;
  }

  /** @throws what the provider throws; TypeError where it gives something that is no lease */
  async acquire(file: SessionFile, request: LeaseRequest): Promise<Lease> {
    const { provider } = this;
    if (provider === undefined) throw new Error('a file with a lease has a provider');
    // Else it would seem to be held by somebody else, who is this thread itself.
    const returning = this.#returning.get(file.key);
    if (returning) await returning;
    request.signal.throwIfAborted();
    return checkLease(provider.name, await provider.acquire(file, request));
  }

  /** Like all code of others, the provider is called when the state is consistent. */
  giveBack(key: string, lease: Lease, logger: Logger | undefined, cutOff?: HolderInfo): void {
    this.#outbox.push(() => {
      this.#release(key, lease, logger, cutOff);
    });
  }

  #release(
    key: string,
    lease: Lease,
    logger: Logger | undefined,
    cutOff: HolderInfo | undefined,
  ): void {
    const before = this.#returning.get(key);
    const released = attempt(() => lease.release(cutOff), logger);
    const returning: Promise<void> = Promise.all([before, released]).then(() => {
      if (this.#returning.get(key) === returning) this.#returning.delete(key);
    });
    this.#returning.set(key, returning);
  }

  /** Settles when every lease that was given back is back. Undefined where none is on its way. */
  untilReturned(): Promise<unknown> | undefined {
    return this.#returning.size === 0 ? undefined : Promise.all(this.#returning.values());
  }

  /** One that was lost: nobody waits for its end. */
  letGo(lease: Lease, logger: Logger | undefined): void {
    this.#outbox.push(() => {
      void attempt(() => lease.release(), logger);
    });
  }

  /** Others are told who has it now. */
  tell(lease: Lease, holder: HolderInfo, logger: Logger | undefined): void {
    void attempt(() => lease.update(holder), logger);
  }
}

/** What a provider could not do for a run is no reason to end it: others are told less, or later. */
async function attempt(work: () => Promise<void>, logger: Logger | undefined): Promise<void> {
  try {
    await work();
  } catch (error) {
    log(logger, 'warn', { err: error }, 'a lease could not be updated or given back');
  }
}

/** A provider that answers with something else must not be taken for one that excludes others. */
function checkLease(name: string, lease: Lease | undefined): Lease {
  const isLease =
    typeof lease?.fencingToken === 'bigint' &&
    [lease.isHeld, lease.update, lease.release].every((method) => typeof method === 'function');
  if (isLease) return lease;
  throw new TypeError(`the provider ${JSON.stringify(name)} gave something that is no lease`);
}
