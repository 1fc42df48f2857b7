import { LeaseLostError } from '../../errors/lease-errors.js';
import { SessionError } from '../../errors/session-error.js';
import type { Lease } from '../../leases/provider.js';
import type { HolderInfo, Logger } from '../../types.js';
import type { FileQueue } from '../file/file-queue.js';
import { noteHeldUntil, whatWasBefore } from './lease-history.js';
import { LeaseNotes } from './lease-notes.js';
import { LeaseSource } from './lease-source.js';
import { LeaseWishes } from './lease-wishes.js';
import { isStillHeld } from './still-held.js';
import { QueueLease } from './queue-lease.js';
import type { RunRecord } from '../run/run-record.js';
import type { TableState } from '../table/table-state.js';

const MOST_HAND_OVERS = 16;

/** What follows from what a provider says. */
export interface LeasingParts {
  /** The file is this thread's: the next turn may begin. */
  came(queue: FileQueue): void;
  /** Somebody else has it, and whoever waits goes on waiting or not. */
  heldElsewhere(queue: FileQueue, holder: HolderInfo): void;
  /** It cannot be had: nobody waits any more. */
  failed(queue: FileQueue, error: unknown): void;
  /** Nobody of this thread has the file, or wants it. */
  idle(queue: FileQueue): void;
  /** Another process has the file now: the turn is over at once. */
  lost(record: RunRecord, cause: SessionError): void;
}

/**
 * Ownership towards other processes: a file in use has a lease before a turn begins, passes it on
 * from turn to turn, and gives it back when nobody of this thread wants it any more.
 *
 * Invariants: no turn begins without it; whatever a provider says later than it was asked, of a wish
 * that was given up or a lease that was given back, changes nothing.
 */
export class Leasing {
  readonly source: LeaseSource;
  readonly notes: LeaseNotes;
  readonly #state: TableState;
  readonly #parts: LeasingParts;
  readonly #wishes: LeaseWishes;

  constructor(state: TableState, parts: LeasingParts) {
    this.#state = state;
    this.#parts = parts;
    this.source = new LeaseSource(state.outbox);
    this.notes = new LeaseNotes(this.source, state.outbox);
    this.#wishes = new LeaseWishes(this.source, state.outbox, {
      came: (queue, own, lease) => {
        this.#came(queue, own, lease);
      },
      heldElsewhere: parts.heldElsewhere,
      failed: parts.failed,
      lost: (queue, lease, cause) => {
        this.lost(queue, lease, cause);
      },
    });
  }

  /** A file comes into use. Markers are names in this thread only. */
  open(queue: FileQueue): void {
    if (this.source.provider !== undefined && !queue.isMarker) queue.lease = new QueueLease();
  }

  /** Asks for the lease, unless it is there or asked for. */
  want(queue: FileQueue): void {
    this.#wishes.want(queue);
  }

  #came(queue: FileQueue, own: QueueLease, lease: Lease): void {
    own.holder = undefined;
    own.lease = lease;
    own.token = lease.fencingToken;
    own.before = whatWasBefore(this.#state, queue, lease);
    own.isBehindOthers = own.before !== undefined;
    own.isDeathUntold = lease.died !== undefined;
    own.cutOff = undefined;
    own.turns = 0;
    this.notes.warnUnprotected(queue, lease);
    // Others may have written meanwhile, and had the right to.
    if (queue.gate) queue.gate.isSuspect = false;
    this.#parts.came(queue);
  }

  /** Whether the next turn may begin. Where it may not, the lease is asked for. */
  mayPass(queue: FileQueue): boolean {
    return queue.lease === undefined || this.#hasOrWants(queue, queue.lease);
  }

  #hasOrWants(queue: FileQueue, own: QueueLease): boolean {
    const { lease } = own;
    if (lease !== undefined && this.#isOurTurn(queue, own, lease)) return true;
    if (lease !== undefined) {
      noteHeldUntil(this.#state, queue, own);
      own.lease = undefined;
      this.source.giveBack(queue.key, lease, own.logger, own.cutOff);
    }
    this.want(queue);
    return false;
  }

  #isOurTurn(queue: FileQueue, own: QueueLease, lease: Lease): boolean {
    if (own.turns === 0) return true;
    try {
      if (!lease.isHeld()) {
        queue.gate?.expelGuest(lostLease(queue, own, lease));
        return false;
      }
      // A guest of the former owner still writes.
      if (queue.gate?.open !== undefined) return true;
      const most = this.source.provider?.maxHandOvers ?? MOST_HAND_OVERS;
      if (own.turns <= most) return true;
      if (lease.isWanted?.() ?? true) return false;
      own.turns = 1;
      return true;
    } catch {
      // Nobody can tell now: the first section of the turn asks again.
      return true;
    }
  }

  /** Nobody of this thread wants the file now: others may have it. */
  settle(queue: FileQueue): void {
    if (queue.lease !== undefined && !queue.isWanted) this.#giveUp(queue, queue.lease);
  }

  #giveUp(queue: FileQueue, own: QueueLease): void {
    const { wish } = own;
    if (wish) this.#state.outbox.push(() => wish.abort());
    own.wish = own.holder = undefined;
    if (own.lease) noteHeldUntil(this.#state, queue, own);
    if (own.lease) this.source.giveBack(queue.key, own.lease, own.logger, own.cutOff);
    own.lease = undefined;
    this.settleFormer(queue);
  }

  /** The run that moved the file has ended: its former names are other files again. */
  settleFormer({ lease: own }: FileQueue): void {
    if (own === undefined) return;
    for (const [key, lease] of own.former) this.source.giveBack(key, lease, own.logger);
    own.former.clear();
  }

  /** Whatever comes of a wish that was given up goes back. */
  giveBackLate(key: string, asked: Promise<Lease>, logger: Logger | undefined): void {
    asked.then(
      (lease) => {
        this.source.giveBack(key, lease, logger);
        this.#state.outbox.flush();
      },
      () => undefined,
    );
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
    if (lease !== undefined && isStillHeld(lease, queue.realPath)) return;
    const error = lostLease(queue, own, lease);
    if (lease) this.lost(queue, lease, error);
    this.#state.outbox.flush();
    throw error;
  }

  /** What a lease that is not the present one is told of does not matter any more. */
  lost(queue: FileQueue, lease: Lease, cause: Error): void {
    const own = queue.lease;
    if (own?.lease !== lease) return;
    own.lease = undefined;
    // For what the provider keeps for it.
    this.source.letGo(lease, own.logger);
    const { owner } = queue;
    const error = SessionError.is(cause) ? cause : lostLease(queue, own, lease, cause);
    queue.gate?.expelGuest(error);
    if (owner) this.#parts.lost(owner, error);
    else if (queue.isWanted) this.want(queue);
    else this.#parts.idle(queue);
  }
}

function lostLease(
  { realPath: sessionFile }: FileQueue,
  { token }: QueueLease,
  lease: Lease | undefined,
  cause?: Error,
): LeaseLostError {
  const by = lease && nowWith(lease);
  return new LeaseLostError({ sessionFile, fencingToken: token, by, cause });
}

function nowWith(lease: Lease): HolderInfo | undefined {
  try {
    return lease.lostTo?.();
  } catch {
    // Nobody can tell.
    return undefined;
  }
}
