import { monotonicMs, wallMsOf } from '../support/clock.js';
import { nextEventId } from '../support/event-id.js';
import type { EventDetails, EventSubject, OwnershipEvent, OwnershipEventType } from './events.js';

/** The file that an event is about, as it was then; `formerKey` where it moved with this event. */
export interface Place {
  readonly key: string;
  readonly path: string;
  readonly formerKey: string | undefined;
}

const NO_DETAILS = {};

/**
 * One change as it is kept: the facts that may still move are taken at once, the rest is worked
 * out when somebody reads it.
 */
class Entry<S extends EventSubject> {
  readonly type: OwnershipEventType;
  readonly subject: S;
  readonly sequence: number;
  readonly instantMs: number;
  /** Of the file at that time: it may move. Empty where it was not known yet. */
  readonly key: string;
  readonly path: string;
  readonly formerKey: string | undefined;
  readonly #generation: number;
  readonly #sessionKey: string | undefined;
  readonly #sessionId: string | undefined;
  readonly #details: object;
  #eventId: string | undefined;
  #event: OwnershipEvent | undefined;

  constructor(
    type: OwnershipEventType,
    subject: S,
    sequence: number,
    instantMs: number,
    details: object,
    eventId: string | undefined,
    formerKey: string | undefined,
  ) {
    this.key = subject.key;
    this.path = subject.path;
    this.formerKey = formerKey;
    this.type = type;
    this.subject = subject;
    this.sequence = sequence;
    this.instantMs = instantMs;
    this.#generation = subject.generation;
    this.#sessionKey = subject.sessionKey;
    this.#sessionId = subject.sessionId;
    this.#details = details;
    this.#eventId = eventId;
  }

  read(): OwnershipEvent {
    if (this.#event) return this.#event;
    const { runId, kind } = this.subject;
    const sessionKey = this.#sessionKey;
    const sessionId = this.#sessionId;
    this.#eventId ??= nextEventId();
    this.#event = Object.freeze({
      type: this.type,
      eventId: this.#eventId,
      sequence: this.sequence,
      atMs: wallMsOf(this.instantMs),
      runId,
      generation: this.#generation,
      sessionFile: this.path,
      ...(sessionKey === undefined ? {} : { sessionKey }),
      ...(sessionId === undefined ? {} : { sessionId }),
      kind,
      ...this.#details,
    }) as OwnershipEvent;
    return this.#event;
  }
}

/**
 * The last changes of all files of one owner table, in order, readable without any lock.
 *
 * Invariants: holds at most `capacity` entries, the newest; an entry is written after the change
 * that it tells of; reading an event twice gives the same object.
 */
export class EventLog<S extends EventSubject> {
  #entries: (Entry<S> | undefined)[] = [];
  #capacity: number;
  #written = 0;

  constructor(capacity: number) {
    this.#capacity = capacity;
  }

  /** How many events there have been. */
  get written(): number {
    return this.#written;
  }

  get capacity(): number {
    return this.#capacity;
  }

  /** Keeps more from now on; never less, since others may rely on what they asked for. */
  grow(capacity: number): void {
    if (capacity <= this.#capacity) return;
    const kept = [...this.#inOrder()];
    this.#capacity = capacity;
    this.#entries = [];
    for (const entry of kept) this.#entries[entry.sequence % capacity] = entry;
  }

  write<Type extends OwnershipEventType>(
    type: Type,
    subject: S,
    details: EventDetails[Type] = NO_DETAILS as EventDetails[Type],
    eventId?: string,
    instantMs: number = monotonicMs(),
    formerKey?: string,
  ): Entry<S> {
    const entry = new Entry(type, subject, ++this.#written, instantMs, details, eventId, formerKey);
    if (this.#capacity > 0) this.#entries[this.#written % this.#capacity] = entry;
    return entry;
  }

  /** The kept events that fit, oldest first. */
  read(fits: (entry: Place) => boolean): OwnershipEvent[] {
    const events: OwnershipEvent[] = [];
    for (const entry of this.#inOrder()) {
      if (fits(entry)) events.push(entry.read());
    }
    return events;
  }

  /** The last run before this event to which this type of event happened, as far as it is kept. */
  lastBefore(
    sequence: number,
    type: OwnershipEventType,
    fits: (subject: S) => boolean,
  ): S | undefined {
    const oldest = Math.max(1, this.#written - this.#capacity + 1);
    for (let at = sequence; at >= oldest; at -= 1) {
      const entry = this.#entries[at % this.#capacity];
      if (entry?.type === type && fits(entry.subject)) return entry.subject;
    }
    return undefined;
  }

  *#inOrder(): Generator<Entry<S>, void> {
    const oldest = Math.max(1, this.#written - this.#capacity + 1);
    for (let sequence = oldest; sequence <= this.#written; sequence += 1) {
      const entry = this.#entries[sequence % this.#capacity];
      if (entry !== undefined) yield entry;
    }
  }
}
