import { AsyncLocalStorage } from 'node:async_hooks';
import { type Counters, createCounters } from '../../observe/counters.js';
import { deliver } from '../../observe/deliver.js';
import { EventLog } from '../../observe/event-log.js';
import type { EventDetails, OwnershipEvent, OwnershipEventType } from '../../observe/events.js';
import { Outbox } from '../../support/outbox.js';
import { SteadyMap } from '../../support/steady-map.js';
import { Deadlines } from './deadlines.js';
import { FileIds } from './file-ids.js';
import type { FileQueue } from '../file/file-queue.js';
import { LabelIndex } from './label-index.js';
import type { RunRecord } from '../run/run-record.js';
import { NOWHERE, type Scope } from '../run/scope.js';
import type { Origin } from '../run/terms.js';

/**
 * Everything that is known about the runs of one thread.
 *
 * Invariants:
 * 1. A queue is here exactly while its file has an owner, a waiting or a parked run.
 * 2. A run is listed, in all views at once, exactly while it waits, owns or is parked.
 * 3. Written in synchronous steps only; each step ends with `outbox.flush()`.
 * 4. An entry is deleted by identity, never by name.
 */
export class TableState {
  /** Key -> the file in use. Made by the request that finds it free, deleted by its last run. */
  readonly queues: SteadyMap<string, FileQueue> = new SteadyMap();
  /** Former key -> the file in use that moved away from it. Deleted when the run that moved ends. */
  readonly moved: Map<string, FileQueue> = new Map();
  readonly liveIds: SteadyMap<string, RunRecord> = new SteadyMap();
  readonly sessionKeys: LabelIndex = new LabelIndex();
  readonly sessionIds: LabelIndex = new LabelIndex();
  readonly fileIds: FileIds = new FileIds();
  /** Runs whose turn was taken while their task goes on. Deleted when the task settles. */
  readonly draining: Set<RunRecord> = new Set();
  /** The run or section in whose context code runs. Counts only while it owns, or is open. */
  readonly ambient: AsyncLocalStorage<Scope> = new AsyncLocalStorage();
  /** Called whenever a file has no runs left. */
  readonly idleListeners: Set<() => void> = new Set();
  /** The last run of each key that has ended; not more of them than events are kept. */
  readonly lastEnds: Map<string, RunRecord> = new Map();
  readonly counters: Counters = createCounters();
  readonly log: EventLog<RunRecord>;
  /** Users are told in nobody's context: what a run causes is not done inside of that run. */
  readonly outbox: Outbox = new Outbox((calls) => {
    if (this.ambient.getStore() === undefined) calls();
    else this.ambient.run(NOWHERE, calls);
  });
  readonly deadlines: Deadlines;
  /** Runs listed. */
  live = 0;

  /** @param expire ends the wait of a run whose deadline has passed */
  constructor(historySize: number, expire: (record: RunRecord) => void) {
    this.log = new EventLog(historySize);
    this.deadlines = new Deadlines(expire);
  }

  emit<Type extends OwnershipEventType>(
    type: Type,
    record: RunRecord,
    details?: EventDetails[Type],
    eventId?: string,
    instantMs?: number,
    formerKey?: string,
  ): void {
    const entry = this.log.write(type, record, details, eventId, instantMs, formerKey);
    const { origin } = record;
    if (origin.logger !== undefined || origin.onEvent !== undefined)
      this.#tell(origin, entry.read());
  }

  #tell(origin: Origin, event: OwnershipEvent): void {
    this.outbox.push(() => {
      deliver(origin, event);
    });
  }

  /** Counts a call, once. */
  count(record: RunRecord): void {
    if (record.isCounted) return;
    record.isCounted = true;
    this.counters.requests += 1;
    this.emit('requested', record, undefined, undefined, record.arrivedMs);
  }

  list(record: RunRecord, queue: FileQueue): void {
    this.live += 1;
    record.queue = queue;
    record.setListed(true);
    this.sessionKeys.add(record.sessionKey, record);
    this.sessionIds.add(record.sessionId, record);
    this.noteAsked(record);
  }

  /** What a run, or a section, waits for while it awaits this one. */
  noteAsked(record: RunRecord): void {
    const { asker, askedIn } = record;
    if (asker) (asker.children ??= new Set()).add(record);
    if (askedIn) (askedIn.asked ??= new Set()).add(record);
  }

  /** Somebody has claimed the place: from now on that code waits for it, whoever had asked. */
  noteClaimed(record: RunRecord, { run, section }: Scope): void {
    record.asker?.children?.delete(record);
    record.askedIn?.asked?.delete(record);
    record.asker = run;
    record.askedIn = section;
    if (record.end === undefined) record.isUnclaimed = false;
    if (record.isListed) this.noteAsked(record);
  }

  unlist(record: RunRecord): void {
    record.asker?.children?.delete(record);
    record.askedIn?.asked?.delete(record);
    record.queue = undefined;
    if (!record.isListed) return;
    this.live -= 1;
    record.setListed(false);
    this.sessionKeys.remove(record.sessionKey, record);
    this.sessionIds.remove(record.sessionId, record);
    if (record.children) this.#passOnChildren(record.children, record.asker);
  }

  /** The runs that an ended run asked for belong to the run around it: nobody holds on to the dead. */
  #passOnChildren(children: Set<RunRecord>, asker: RunRecord | undefined): void {
    for (const child of children) {
      child.asker = asker;
      if (asker) (asker.children ??= new Set()).add(child);
    }
    children.clear();
  }

  /** Other labels for a run alive; both old and new are never missing, nor both there, to anybody. */
  rebind(record: RunRecord, names: { sessionKey?: string; sessionId?: string }): void {
    const { sessionKey, sessionId } = record;
    this.sessionKeys.remove(sessionKey, record);
    this.sessionIds.remove(sessionId, record);
    record.sessionKey = names.sessionKey ?? sessionKey;
    record.sessionId = names.sessionId ?? sessionId;
    this.sessionKeys.add(record.sessionKey, record);
    this.sessionIds.add(record.sessionId, record);
    this.emit('rebound', record, {
      ...(sessionKey === undefined ? {} : { formerSessionKey: sessionKey }),
      ...(sessionId === undefined ? {} : { formerSessionId: sessionId }),
    });
  }

  /** The file in use under this key, or under the one that its owner moved it to. */
  queueOf(key: string): FileQueue | undefined {
    return this.queues.get(key) ?? (this.moved.size === 0 ? undefined : this.moved.get(key));
  }

  /** Guests, and turns that nobody took, leave nothing behind that a successor would have to repair. */
  noteEnd(record: RunRecord): void {
    const { lastEnds, log } = this;
    if (record.terms.isGuest || record.isUnclaimed || log.capacity === 0) return;
    record.endSequence = log.written;
    lastEnds.set(record.key, record);
    if (lastEnds.size > log.capacity) this.#forgetOldestEnd();
  }

  #forgetOldestEnd(): void {
    for (const oldest of this.lastEnds.keys()) {
      this.lastEnds.delete(oldest);
      return;
    }
  }

  /** Told when a file, or the whole table, may have become idle. */
  tellIdle(): void {
    if (this.idleListeners.size > 0) this.outbox.pushAll(this.idleListeners);
  }

  /** Every guest that waits at a gate. */
  *guests(): Generator<RunRecord, void> {
    for (const queue of this.queues.values()) yield* queue.guests ?? [];
  }

  /** Every run listed: the owner of each file, who waits for it, who is parked. */
  *all(): Generator<RunRecord, void> {
    for (const queue of this.queues.values()) yield* queue.all();
  }
}
