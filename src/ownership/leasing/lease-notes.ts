import { readFileId } from '../../identity/file-id.js';
import type { Lease } from '../../leases/provider.js';
import { log } from '../../observe/deliver.js';
import type { Outbox } from '../../support/outbox.js';
import type { FileQueue } from '../file/file-queue.js';
import type { RunRecord } from '../run/run-record.js';
import { holderInfoOf } from './holder-info.js';
import type { LeaseSource } from './lease-source.js';
import type { QueueLease } from './queue-lease.js';

const UNPROTECTED = 'other processes are not kept away from this file';

/** What runs are told of who had the file before, and other processes of who has it now. */
export class LeaseNotes {
  readonly #source: LeaseSource;
  readonly #outbox: Outbox;

  constructor(source: LeaseSource, outbox: Outbox) {
    this.#source = source;
    this.#outbox = outbox;
  }

  /** The host has allowed it; nobody should overlook it. */
  warnUnprotected({ realPath: sessionFile, lease: own }: FileQueue, lease: Lease): void {
    const { unprotected: err } = lease;
    if (err === undefined) return;
    this.#outbox.push(() => {
      log(own?.logger, 'warn', { err, sessionFile }, UNPROTECTED);
    });
  }

  /** A turn begins: others are told whose it is, and it is told what was before. */
  granted(queue: FileQueue, record: RunRecord): void {
    const own = queue.lease;
    if (own?.lease) this.#noteTurn(own, own.lease, record);
  }

  #noteTurn(own: QueueLease, lease: Lease, record: RunRecord): void {
    own.turns += 1;
    own.logger = record.origin.logger;
    record.fencingToken = String(lease.fencingToken);
    const { told, before } = own;
    if (before) record.previous = { generation: record.generation, run: before.run };
    const isTold = told?.runId === record.runId && told.startBytes === record.startBytes;
    // To say whose turn it is tells the provider that somebody was told of the death.
    const tellsNobody = record.terms.isGuest || record.isUnclaimed;
    if (own.isDeathUntold ? tellsNobody : isTold) return;
    this.tell(own, lease, record);
  }

  /** Somebody has taken the turn into their hands, and was told of a death: others are told that. */
  claimed(record: RunRecord): void {
    const own = record.queue?.lease;
    if (record.isOwner && own?.lease && own.isDeathUntold) this.tell(own, own.lease, record);
  }

  /** Others are told whose turn it is. */
  tell(own: QueueLease, lease: Lease, record: RunRecord): void {
    const { logger } = own;
    const holder = holderInfoOf(record);
    own.told = holder;
    own.isDeathUntold = false;
    this.#outbox.push(() => {
      this.#source.tell(lease, holder, logger);
    });
  }

  /** A turn is over. One that nobody took, and a guest's, has told nobody what was before. */
  turnOver(queue: FileQueue, record: RunRecord): void {
    const own = queue.lease;
    const tellsNobody = record.terms.isGuest || record.isUnclaimed;
    if (own !== undefined && !tellsNobody) this.#noteEnd(queue, own, record);
  }

  /** A run that had a turn under this lease ends while it is parked: the next may have to repair. */
  parkedOver({ lease: own }: FileQueue, record: RunRecord): void {
    if (own === undefined || record.fencingToken !== String(own.token)) return;
    own.isBehindOthers = false;
    own.before = undefined;
  }

  #noteEnd(queue: FileQueue, own: QueueLease, record: RunRecord): void {
    if (record.end !== undefined) own.isBehindOthers = false;
    // A run that parks has not ended: perhaps nobody of this thread has, since others had the file.
    own.before = own.isBehindOthers ? { run: undefined } : undefined;
    own.cutOff = record.end === 'revoked' ? holderInfoOf(record) : undefined;
    const inside = queue.gate?.open;
    const isOverWell = record.end !== undefined && own.cutOff === undefined;
    if (isOverWell && inside?.isGuest === true) this.#tellGuest(queue, own, inside.record);
  }

  /** A guest still writes: if that is cut off, the turn that has ended is not to be repaired. */
  #tellGuest(queue: FileQueue, own: QueueLease, guest: RunRecord): void {
    if (own.lease === undefined) return;
    try {
      guest.fileId = readFileId(queue.realPath, guest.path);
    } catch {
      // Others see how long the file was before.
    }
    this.tell(own, own.lease, guest);
  }
}
