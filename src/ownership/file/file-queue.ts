import type { Countdown } from '../../support/countdown.js';
import { RUN_KINDS, type SessionFile } from '../../types.js';
import type { Gate } from './gate.js';
import { MemberList } from './member-list.js';
import type { QueueLease } from '../leasing/queue-lease.js';
import type { RunRecord } from '../run/run-record.js';
import type { TurnExclusion } from './turn-exclusion.js';
import { rankOf } from '../run/urgency.js';

type Line = MemberList<RunRecord>;

function precedes(one: RunRecord, other: RunRecord): boolean {
  if (one.urgencyMs !== other.urgencyMs) return one.urgencyMs < other.urgencyMs;
  return one.sequence < other.sequence;
}

function mostUrgent(lines: readonly (Line | undefined)[]): RunRecord | undefined {
  let head: RunRecord | undefined;
  for (const line of lines) {
    const first = line?.first;
    if (first !== undefined && (head === undefined || precedes(first, head))) head = first;
  }
  return head;
}

/** From the end, where whoever came last finds itself at once. */
function countBehind(line: Line, isBehind: (other: RunRecord) => boolean): number {
  let count = 0;
  for (let other = line.last; other && isBehind(other); other = other.before) count += 1;
  return count;
}

function placeIn(line: Line, record: RunRecord): number {
  return line.size - countBehind(line, (other) => other !== record);
}

/**
 * One session file in use: who owns it, who waits for it and in which order.
 *
 * Invariants: at most one owner; a waiting run is in exactly one line; parked runs that want their
 * turn back are served first, in the order in which they asked, then requests that interrupt, in
 * the order of their calls, then the most urgent request.
 * Every step costs the same however many wait.
 */
export class FileQueue {
  /** Moved by `rotate` only, like the path. */
  key: string;
  realPath: string;
  /** A name in this thread only, and no file. */
  readonly isMarker: boolean;
  owner: RunRecord | undefined = undefined;
  /** Runs of this file that gave their turn up for a while. They keep the queue alive. */
  parked: Set<RunRecord> | undefined = undefined;
  /** Device and inode, as far as the file was seen to exist. Kept by `FileIds` only. */
  fileId: string | undefined = undefined;
  /** Made when a second run wants the file. */
  exclusion: TurnExclusion | undefined = undefined;
  /** Guests that wait for a section; not counted as waiting, since the owner lets them in. */
  guests: Line | undefined = undefined;
  /** Made at the first section. */
  gate: Gate | undefined = undefined;
  /** Where a run has moved it to; requests for the file that it was follow, until that run ends. */
  move: { readonly to: SessionFile; readonly by: RunRecord } | undefined = undefined;
  /** Runs while a waiting run may still have to press the owner. */
  pressure: Countdown<FileQueue> | undefined = undefined;
  /** Told when nobody owns the file, or when fewer wait: somebody was turned away and asks again. */
  freeListeners: Set<() => void> | undefined = undefined;
  /** What it has to do with other processes; undefined where nobody excludes them. */
  lease: QueueLease | undefined = undefined;
  /** The turn passes on in this very step. */
  isHandingOver = false;
  waiting = 0;

  #resumes: Line | undefined = undefined;
  #interrupts: Line | undefined = undefined;
  #lines: (Line | undefined)[] | undefined = undefined;

  constructor(key: string, realPath: string, isMarker = false) {
    this.key = key;
    this.realPath = realPath;
    this.isMarker = isMarker;
  }

  /** All who wait, also those who come back from park. */
  get length(): number {
    return this.waiting + (this.#resumes?.size ?? 0);
  }

  get isUnused(): boolean {
    return !this.isWanted && (this.parked === undefined || this.parked.size === 0);
  }

  /** Somebody has a turn or a section, or waits for one. */
  get isWanted(): boolean {
    return (
      this.owner !== undefined ||
      this.length > 0 ||
      (this.guests !== undefined && this.guests.size > 0) ||
      this.gate?.open !== undefined
    );
  }

  /** Whether the file is this thread's, so that a turn may begin. */
  get mayGrant(): boolean {
    return this.lease === undefined || this.lease.lease !== undefined;
  }

  /** A request for its first grant. */
  enqueue(record: RunRecord): void {
    const rank = rankOf(record.kind);
    this.#lines ??= RUN_KINDS.map(() => undefined);
    const line = (this.#lines[rank] ??= new MemberList());
    line.insert(record, (other) => precedes(other, record));
    this.waiting += 1;
  }

  /** A request that has told the owner to stop: it is served before all others. */
  enqueueInterrupt(record: RunRecord): void {
    this.#interrupts ??= new MemberList();
    this.#interrupts.insert(record, (other) => other.sequence < record.sequence);
    this.waiting += 1;
  }

  /** A parked run that wants its turn back. It stays counted as parked. */
  enqueueResume(record: RunRecord): void {
    this.#resumes ??= new MemberList();
    this.#resumes.push(record);
  }

  /** Takes the run out of its line; one that stands in none of this queue is left alone. */
  remove(record: RunRecord): void {
    const { list } = record;
    if (list === undefined) return;
    const isRequest = list === this.#lines?.[rankOf(record.kind)] || list === this.#interrupts;
    if (!isRequest && list !== this.#resumes && list !== this.guests) return;
    if (isRequest) this.waiting -= 1;
    list.remove(record);
  }

  /** Who is served next. */
  head(): RunRecord | undefined {
    const before = this.#resumes?.first ?? this.#interrupts?.first;
    return before ?? (this.#lines && mostUrgent(this.#lines));
  }

  /** Every run of this file: the owner, the parked ones, the waiting ones in order. */
  *all(): Generator<RunRecord, void> {
    if (this.owner) yield this.owner;
    yield* this.parked ?? [];
    for (const record of this.inOrder()) if (record.phase === 'waiting') yield record;
  }

  /** All who wait, in the order in which they will be served. */
  inOrder(): RunRecord[] {
    const waiting = (this.#lines ?? []).flatMap((line) => (line === undefined ? [] : [...line]));
    waiting.sort((one, other) => (precedes(one, other) ? -1 : 1));
    return [...(this.#resumes ?? []), ...(this.#interrupts ?? []), ...waiting];
  }

  /** A guest waits for a section. */
  enqueueGuest(record: RunRecord): void {
    this.guests ??= new MemberList();
    this.guests.push(record);
  }

  /** 1 for the next to be served. */
  positionOf(record: RunRecord): number {
    const { list } = record;
    if (list !== undefined && list === this.guests) return placeIn(list, record);
    let ahead = 0;
    for (const line of [this.#resumes, this.#interrupts]) {
      if (line !== undefined && list === line) return ahead + placeIn(line, record);
      ahead += line?.size ?? 0;
    }
    for (const line of this.#lines ?? []) {
      if (line) ahead += line.size - countBehind(line, (other) => !precedes(other, record));
    }
    return ahead + 1;
  }

  /** The waiting requests of kinds more urgent than this rank. */
  *moreUrgentThan(rank: number): Generator<RunRecord, void> {
    for (const record of this.#interrupts ?? []) if (rankOf(record.kind) < rank) yield record;
    for (let line = 0; line < rank; line += 1) yield* this.#lines?.[line] ?? [];
  }
}
