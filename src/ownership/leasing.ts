import { LeaseLostError } from '../errors/lease-errors.js';
import { log } from '../observe/deliver.js';
import type { Lease, LeaseProvider } from '../leases/provider.js';
import type { HolderInfo, SessionFile } from '../types.js';
import type { FileQueue } from './file-queue.js';
import { diedRun, holderInfoOf, UNREADABLE } from './holder-info.js';
import { QueueLease } from './queue-lease.js';
import type { RunRecord } from './run-record.js';
import type { TableState } from './table-state.js';
import type { Origin } from './terms.js';

const MOST_HAND_OVERS = 16;

/** What follows from what a provider says. */
export interface LeasingParts {
  /** The file is this thread's: the next turn may begin. */
  came(queue: FileQueue): void;
  /** Somebody else has it, and whoever waits goes on waiting or not. */
  heldElsewhere(queue: FileQueue, holder: HolderInfo): void;
  /** It cannot be had: nobody waits any more. */
  failed(queue: FileQueue, error: unknown): void;
  /** Another process has the file now: the turn is over at once. */
  lost(record: RunRecord, cause: Error): void;
}

/**
 * Ownership towards other processes: a file in use has a lease before a turn begins, passes it on
 * from turn to turn, and gives it back when nobody of this thread wants it any more.
 *
 * Invariants: no turn begins without it; whatever a provider says later than it was asked, of a wish
 * that was given up or a lease that was given back, changes nothing.
 */
export class Leasing {
  provider: LeaseProvider | undefined = undefined;
  /** The coordinators that brought it. */
  readonly bringers: Set<Origin> = new Set();
  /** Leases that are on their way back. */
  readonly returning: Set<Promise<void>> = new Set();
  readonly #state: TableState;
  readonly #parts: LeasingParts;

  constructor(state: TableState, parts: LeasingParts) {
    this.#state = state;
    this.#parts = parts;
  }

  /** A file comes into use. Markers are names in this thread only. */
  open(queue: FileQueue, record: RunRecord): void {
    if (this.provider !== undefined && !record.isMarker) queue.lease = new QueueLease();
  }

  /** Asks for the lease, unless it is there or asked for. */
  want(queue: FileQueue): void {
    const own = queue.lease;
    if (own === undefined || own.lease !== undefined || own.wish !== undefined) return;
    const first = queue.head() ?? queue.guests?.first;
    if (first === undefined) return;
    const wish = new AbortController();
    own.wish = wish;
    own.holder = undefined;
    own.logger = first.origin.logger;
    own.told = holderInfoOf(first);
    const { told } = own;
    const file = first.file ?? { key: queue.key, path: first.path, realPath: queue.realPath };
    // The provider is somebody else's code: it runs when the state is consistent.
    this.#state.outbox.push(() => {
      if (wish.signal.aborted) return;
      this.#ask(queue, own, wish, file, told);
    });
  }

  #ask(
    queue: FileQueue,
    own: QueueLease,
    wish: AbortController,
    file: SessionFile,
    holder: HolderInfo,
  ): void {
    const granted: { lease?: Lease } = {};
    const answer = this.#acquire(file, {
      holder,
      wait: true,
      signal: wish.signal,
      onLost: (cause) => {
        if (granted.lease) this.#lost(queue, granted.lease, cause);
        this.#state.outbox.flush();
      },
      onHeld: (other) => {
        if (own.wish !== wish) return;
        own.holder = other ?? UNREADABLE;
        this.#parts.heldElsewhere(queue, own.holder);
        this.#state.outbox.flush();
      },
    });
    answer.then(
      (lease) => {
        granted.lease = lease;
        this.#came(queue, own, wish, lease);
        this.#state.outbox.flush();
      },
      (error: unknown) => {
        if (own.wish !== wish) return;
        own.wish = undefined;
        this.#parts.failed(queue, error);
        this.#state.outbox.flush();
      },
    );
  }

  async #acquire(
    file: SessionFile,
    request: Parameters<LeaseProvider['acquire']>[1],
  ): Promise<Lease> {
    if (this.provider === undefined) throw new Error('a file with a lease has a provider');
    return await this.provider.acquire(file, request);
  }

  #came(queue: FileQueue, own: QueueLease, wish: AbortController, lease: Lease): void {
    if (own.wish !== wish) {
      this.#giveBack(own, lease);
      return;
    }
    own.wish = undefined;
    own.holder = undefined;
    own.lease = lease;
    own.died = lease.died;
    own.turns = 0;
    // Others may have written meanwhile, and had the right to.
    if (queue.gate) queue.gate.isSuspect = false;
    this.#parts.came(queue);
  }

  /** Whether the next turn may begin. Where it may not, the lease is asked for. */
  mayPass(queue: FileQueue): boolean {
    const own = queue.lease;
    if (own === undefined) return true;
    const { lease } = own;
    if (lease !== undefined && this.#isOurTurn(own, lease)) return true;
    if (lease !== undefined) {
      own.lease = undefined;
      this.#giveBack(own, lease);
    }
    this.want(queue);
    return false;
  }

  #isOurTurn(own: QueueLease, lease: Lease): boolean {
    if (own.turns === 0) return true;
    try {
      if (!lease.isHeld()) return false;
      const most = this.provider?.maxHandOvers ?? MOST_HAND_OVERS;
      if (own.turns <= most) return true;
      if (lease.isWanted?.() ?? true) return false;
      own.turns = 1;
      return true;
    } catch {
      // Nobody can tell now: the first section of the turn asks again.
      return true;
    }
  }

  /** A turn begins: others are told whose it is, and it is told what was before. */
  granted(queue: FileQueue, record: RunRecord): void {
    const own = queue.lease;
    if (own?.lease === undefined) return;
    own.turns += 1;
    own.logger = record.origin.logger;
    record.fencingToken = String(own.lease.fencingToken);
    if (own.turns === 1) this.#noteBefore(own.lease, own.died, record);
    const { told, died } = own;
    own.died = undefined;
    if (died === undefined && told?.runId === record.runId && told.startBytes === record.startBytes)
      return;
    own.told = holderInfoOf(record);
    this.#tell(own, own.lease, own.told);
  }

  /** What this thread knows of the last run counts only where nobody had the file since. */
  #noteBefore({ fencingToken }: Lease, died: HolderInfo | undefined, record: RunRecord): void {
    const last = this.#state.lastEnds.get(record.key)?.fencingToken;
    const isNext = last !== undefined && BigInt(last) + 1n === fencingToken;
    if (isNext && died === undefined) return;
    record.previous = { generation: record.generation, run: died && diedRun(died) };
  }

  #tell(own: QueueLease, lease: Lease, holder: HolderInfo): void {
    this.#state.outbox.push(() => {
      void attempt(async () => {
        await lease.update(holder);
      }, own);
    });
  }

  /** Nobody of this thread wants the file now: others may have it. */
  settle(queue: FileQueue): void {
    const own = queue.lease;
    if (own === undefined || queue.isWanted) return;
    own.wish?.abort();
    own.wish = own.holder = undefined;
    if (own.lease) this.#giveBack(own, own.lease);
    own.lease = undefined;
    this.settleFormer(queue);
  }

  /** The run that moved the file has ended: its former names are other files again. */
  settleFormer({ lease: own }: FileQueue): void {
    if (own === undefined) return;
    for (const lease of own.former.values()) this.#giveBack(own, lease);
    own.former.clear();
  }

  /**
   * Right before the bytes are touched.
   *
   * @throws LeaseLostError the file is not this thread's any more: the turn has ended
   * @throws LeaseUnavailableError nobody can tell now
   */
  check(queue: FileQueue): void {
    const own = queue.lease;
    if (own === undefined) return;
    const { lease } = own;
    if (lease?.isHeld() === true) return;
    const fencingToken = lease?.fencingToken ?? 0n;
    const error = new LeaseLostError({ sessionFile: queue.realPath, fencingToken });
    if (lease) this.#lost(queue, lease, error);
    this.#state.outbox.flush();
    throw error;
  }

  #lost(queue: FileQueue, lease: Lease, cause: Error): void {
    const own = queue.lease;
    if (own?.lease !== lease) return;
    own.lease = undefined;
    const { owner } = queue;
    if (owner) this.#parts.lost(owner, cause);
    else if (queue.isWanted) this.want(queue);
  }

  /** The lease of a file that a turn is about to move to: now or never. */
  async forMove(
    queue: FileQueue,
    record: RunRecord,
    file: SessionFile,
  ): Promise<Lease | undefined> {
    const own = queue.lease;
    if (own === undefined) return undefined;
    const former = own.former.get(file.key);
    if (former) return former;
    const granted: { lease?: Lease } = {};
    const lease = await this.#acquire(file, {
      holder: holderInfoOf(record),
      wait: false,
      signal: new AbortController().signal,
      onLost: (cause) => {
        if (granted.lease) this.#lost(queue, granted.lease, cause);
        this.#state.outbox.flush();
      },
    });
    granted.lease = lease;
    return lease;
  }

  /** The turn goes on in another file. What it leaves stays its own until it ends. */
  moved(queue: FileQueue, record: RunRecord, formerKey: string, lease: Lease | undefined): void {
    const own = queue.lease;
    if (own === undefined || lease === undefined) return;
    own.former.delete(queue.key);
    if (own.lease) own.former.set(formerKey, own.lease);
    own.lease = lease;
    record.fencingToken = String(lease.fencingToken);
  }

  /** The move did not come about. */
  notMoved(queue: FileQueue, lease: Lease | undefined): void {
    const own = queue.lease;
    if (own === undefined || lease === undefined) return;
    if ([...own.former.values()].includes(lease)) return;
    this.#giveBack(own, lease);
  }

  #giveBack(own: QueueLease, lease: Lease): void {
    const returning: Promise<void> = attempt(async () => {
      await lease.release();
    }, own).finally(() => this.returning.delete(returning));
    this.returning.add(returning);
  }
}

/** What a provider could not do for a run is no reason to end it: others are told less, or later. */
async function attempt(work: () => Promise<void>, { logger }: QueueLease): Promise<void> {
  try {
    await work();
  } catch (error) {
    log(logger, 'warn', { err: error }, 'a lease could not be updated or given back');
  }
}
