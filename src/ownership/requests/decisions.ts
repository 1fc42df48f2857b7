import { CoordinatorClosedError, DuplicateRunError } from '../../errors/wait-errors.js';
import type { SessionFile } from '../../types.js';
import type { FileQueue } from '../file/file-queue.js';
import type { Guests } from './guests.js';
import { asHolder } from '../table/holder.js';
import { howToWait } from './how-to-wait.js';
import { identify } from '../table/identify.js';
import type { Places } from './places.js';
import type { RequestParts } from './request-parts.js';
import { endless, insideSection, queueFull, reentered, waitTimeout } from '../table/refusals.js';
import type { RunRecord } from '../run/run-record.js';
import { sectionOf } from '../file/section.js';
import type { TableState } from '../table/table-state.js';
import { endlessWait, ownerAround } from '../table/wait-graph.js';

/**
 * The decision about one request: one synchronous step, in which it owns, waits, joins the run
 * around it, or is turned away. Whoever is refused or turned away has changed nothing.
 */
export class Decisions {
  readonly #state: TableState;
  readonly #parts: RequestParts;
  readonly #places: Places;
  readonly #guests: Guests;

  constructor(state: TableState, parts: RequestParts, places: Places, guests: Guests) {
    this.#state = state;
    this.#parts = parts;
    this.#places = places;
    this.#guests = guests;
  }

  /** The record that the request came to: its own, or that of the run around whose turn it joined. */
  decide(record: RunRecord, file: SessionFile): RunRecord {
    record.file = file;
    record.key = file.key;
    this.#checkAdmission(record);
    const queue = identify(this.#state, record);
    if (record.terms.isGuest) return this.#guests.decide(record, queue);
    // Only now is it known which file the request is for.
    this.#state.count(record);
    const around = ownerAround(record.asker, record.key);
    if (around && record.terms.onReentry !== 'queue') return this.#reenter(record, around);
    if (queue?.owner === undefined) return this.#places.begin(record, queue);
    if (this.#isTurnedAway(record, queue, queue.owner)) return record;
    this.#checkOutside(record, queue);
    this.#checkWait(record, queue, queue.owner, around);
    this.#wait(record, queue, queue.owner);
    return record;
  }

  #checkAdmission(record: RunRecord): void {
    if (record.origin.isClosed) throw new CoordinatorClosedError({ sessionFile: record.path });
    const { runId } = record.terms;
    const twin = runId === undefined ? undefined : this.#state.liveIds.get(runId);
    if (twin === undefined) return;
    const holder = asHolder(twin);
    throw new DuplicateRunError({ sessionFile: record.path, runId: twin.runId, holder });
  }

  #reenter(record: RunRecord, around: RunRecord): RunRecord {
    if (record.terms.onReentry === 'refuse') throw reentered(record, around);
    this.#parts.departures.join(record, around);
    return around;
  }

  /** Whoever asks how it may run is told that it may not, where others only get an error. */
  #isTurnedAway(record: RunRecord, queue: FileQueue, owner: RunRecord): boolean {
    const { admission } = record.terms;
    if (admission === undefined) return false;
    const isSkip = admission.mode === 'skip';
    if (!isSkip && queue.waiting < record.origin.maxWaiting) return false;
    this.#parts.departures.turnAway(record, asHolder(owner), isSkip ? 'held' : 'queue-full');
    return true;
  }

  /** A section keeps the owner from ending: to wait for that end inside it would be for ever. */
  #checkOutside(record: RunRecord, queue: FileQueue): void {
    if (record.terms.onReentry === 'queue' || queue.gate === undefined) return;
    const section = sectionOf(record.scope, queue.gate);
    if (section) throw insideSection(record, 'own', section, queue.owner);
  }

  #checkWait(
    record: RunRecord,
    queue: FileQueue,
    owner: RunRecord,
    around: RunRecord | undefined,
  ): void {
    if (queue.waiting >= record.origin.maxWaiting) throw queueFull(record, queue);
    if (record.waitLimitMs === 0) throw waitTimeout(record, queue);
    // A place is no wait yet: whoever claims its ticket waits, and is asked then.
    if (around !== undefined || record.terms.admission !== undefined) return;
    const chain = endlessWait(record.scope, owner);
    if (chain) throw endless(record, queue, chain);
  }

  /** The place comes first, whatever else is tried: there is nothing to fall back to without it. */
  #wait(record: RunRecord, queue: FileQueue, owner: RunRecord): void {
    const outcome = howToWait(record, owner);
    const isInterrupting = outcome === 'interrupting';
    this.#places.enqueue(record, queue, isInterrupting);
    record.waiter?.decided?.({ outcome, owner, holder: asHolder(owner) });
    if (isInterrupting) this.#parts.pressure.supersede(owner, record);
  }
}
