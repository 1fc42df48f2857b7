import type { Lease } from '../../leases/provider.js';
import { UNKNOWN_HOLDER } from '../../leases/unknown-holder.js';
import type { Outbox } from '../../support/outbox.js';
import type { HolderInfo, SessionFile } from '../../types.js';
import type { FileQueue } from '../file/file-queue.js';
import { holderInfoOf } from './holder-info.js';
import type { LeaseSource } from './lease-source.js';
import type { QueueLease } from './queue-lease.js';

/** What follows from what a provider says of a wish that still counts. */
export interface WishParts {
  came(queue: FileQueue, own: QueueLease, lease: Lease): void;
  heldElsewhere(queue: FileQueue, holder: HolderInfo): void;
  failed(queue: FileQueue, error: unknown): void;
  lost(queue: FileQueue, lease: Lease, cause: Error): void;
}

/** A wish on its way: of which file, and how to end it. */
interface Wish {
  readonly queue: FileQueue;
  readonly own: QueueLease;
  readonly controller: AbortController;
}

/** Asks for leases: once for each file, on behalf of all who wait for it. */
export class LeaseWishes {
  readonly #source: LeaseSource;
  readonly #outbox: Outbox;
  readonly #parts: WishParts;

  constructor(source: LeaseSource, outbox: Outbox, parts: WishParts) {
    this.#source = source;
    this.#outbox = outbox;
    this.#parts = parts;
  }

  /** Asks for the lease, unless it is there or asked for. */
  want(queue: FileQueue): void {
    const own = queue.lease;
    if (own === undefined || own.lease !== undefined || own.wish !== undefined) return;
    const first = queue.head() ?? queue.guests?.first;
    if (first === undefined) return;
    const wish: Wish = { queue, own, controller: new AbortController() };
    own.wish = wish.controller;
    own.holder = undefined;
    own.logger = first.origin.logger;
    own.told = holderInfoOf(first);
    const { told } = own;
    // Not the name by which this one came, which may be a hard link: the file that is in use.
    const file = { key: queue.key, path: first.path, realPath: queue.realPath };
    // The provider is somebody else's code: it runs when the state is consistent.
    this.#outbox.push(() => {
      if (isWished(wish)) this.#ask(wish, file, told);
    });
  }

  #ask(wish: Wish, file: SessionFile, holder: HolderInfo): void {
    const { queue, own, controller } = wish;
    const granted: { lease?: Lease; hasGone?: boolean } = {};
    const answer = this.#source.acquire(file, {
      holder,
      wait: true,
      signal: controller.signal,
      onLost: (cause) => {
        granted.hasGone = true;
        if (granted.lease) this.#parts.lost(queue, granted.lease, cause);
        this.#outbox.flush();
      },
      onHeld: (other) => {
        if (!isWished(wish)) return;
        own.holder = other ?? UNKNOWN_HOLDER;
        this.#parts.heldElsewhere(queue, own.holder);
        this.#outbox.flush();
      },
    });
    answer.then(
      (lease) => {
        granted.lease = lease;
        this.#came(wish, lease, granted.hasGone === true);
        this.#outbox.flush();
      },
      (error: unknown) => {
        if (!isWished(wish)) return;
        own.wish = undefined;
        this.#parts.failed(queue, error);
        this.#outbox.flush();
      },
    );
  }

  #came(wish: Wish, lease: Lease, hasGone: boolean): void {
    const { queue, own } = wish;
    const isStillWished = isWished(wish);
    if (isStillWished) own.wish = undefined;
    if (isStillWished && !hasGone) {
      this.#parts.came(queue, own, lease);
      return;
    }
    this.#source.giveBack(queue.key, lease, own.logger);
    if (isStillWished) this.want(queue);
  }
}

/** Whether it was not given up: what a provider says later of one that was changes nothing. */
function isWished({ own, controller }: Wish): boolean {
  return own.wish === controller;
}
