import { monotonicMs } from '../../support/clock.js';
import { Countdown } from '../../support/countdown.js';
import type { FileQueue } from './file-queue.js';
import { MemberList } from './member-list.js';
import type { RunRecord } from '../run/run-record.js';
import type { Scope } from '../run/scope.js';
import type { SectionRequest } from './section-request.js';
import { Section } from './section.js';

/** What a gate does through the parts that decide about turns. */
export interface GateKeepers {
  /** A guest is let in while `host` owns the file; false where it gave up in this very moment. */
  letIn(guest: RunRecord, host: RunRecord): boolean;
  /** Whether a turn may begin now; where it may not, it will be told. */
  mayGive(queue: FileQueue): boolean;
  /** Nobody owns the file: the guest gets a short turn, or is told why not. */
  giveTurn(queue: FileQueue, guest: RunRecord): void;
  /** The gate is free of a section. */
  left(section: Section): void;
  /** The last open section of a run has ended: what waited for that may happen. */
  sectionLeft(record: RunRecord): void;
  /** A step is over; `isIdle` where nobody is inside and nobody waits. */
  settled(queue: FileQueue, isIdle: boolean): void;
  /** What a section request that waits for too long is told. */
  overdue(request: SectionRequest, open: Section | undefined, waiting: number): unknown;
}

/**
 * Who may touch the bytes of one file now: one section at a time, the owner's first, then guests in
 * order of arrival. Nobody holds it between sections.
 *
 * Invariants: at most one section is open; while one waits another is open; a section that was
 * abandoned never comes back; whoever leaves lets the next in, in the same step.
 */
export class Gate {
  readonly queue: FileQueue;
  readonly #keepers: GateKeepers;
  readonly #waiting = new MemberList<SectionRequest>();
  #open: Section | undefined = undefined;
  /** What is known of the content of the file; `transcript/` writes and reads it. */
  knowledge: object | undefined = undefined;
  /** What is known is from the moment in which a turn was taken from code that still has the path. */
  isSuspect = false;

  constructor(queue: FileQueue, keepers: GateKeepers) {
    this.queue = queue;
    this.#keepers = keepers;
  }

  get open(): Section | undefined {
    return this.#open;
  }

  /** The section whose end this run waits for, if it waits at the gate. */
  blocking(record: RunRecord): Section | undefined {
    const { owner, guests } = this.queue;
    const isGuest = record.list !== undefined && record.list === guests;
    const isWaiting = isGuest || (owner === record && this.#waiting.size > 0);
    return isWaiting ? this.#open : undefined;
  }

  /** Opens a section of the owner where nobody is inside. */
  tryOpen(record: RunRecord, action: string, scope: Scope): Section | undefined {
    if (this.#open !== undefined) return undefined;
    count(record, 1);
    return this.#let(record, false, action, scope);
  }

  /** The owner waits for a section, as long as it says. */
  wait(request: SectionRequest): void {
    this.#waiting.push(request);
    noteInside(request.scope, request);
    count(request.record, 1);
    if (request.waitMs === Infinity) return;
    const dueAtMs = monotonicMs() + request.waitMs;
    request.countdown = new Countdown(dueAtMs, request, this.#onDue, true);
  }

  /** Lets the next in, where nobody is inside. */
  advance(): void {
    while (this.#open === undefined) {
      const request = this.#waiting.first;
      if (request !== undefined) {
        this.#drop(request);
        const { record, action, scope } = request;
        request.resolve(this.#let(record, false, action, scope));
        return;
      }
      const guest = this.queue.guests?.first;
      // A guest that was given a turn writes before the guests that came after it.
      if (guest === undefined || isAboutToWrite(this.queue.owner)) return;
      // Another process may have the file: whoever gives a turn waits for the lease.
      if (this.queue.owner === undefined && !this.#keepers.mayGive(this.queue)) return;
      this.queue.remove(guest);
      this.#serve(guest);
      if (this.queue.owner === guest) return;
    }
  }

  leave(section: Section): void {
    if (!section.isOpen) return;
    section.isOpen = false;
    forgetInside(scopeOf(section), section);
    this.#open = undefined;
    this.#keepers.left(section);
    if (!section.isGuest) this.#gone(section.record);
    this.advance();
    this.#keepers.settled(this.queue, this.#open === undefined);
  }

  /** The turn of this run is over: its sections are, too, whatever still runs inside them. */
  abandon(record: RunRecord, error: () => unknown): void {
    const open = this.#open;
    this.isSuspect = false;
    if (open?.record === record) {
      open.isOpen = false;
      forgetInside(scopeOf(open), open);
      this.#open = undefined;
      this.isSuspect = open.isWrapped;
      open.wrapped?.onAbandoned();
    }
    this.refuse(record, error);
  }

  /** The file is another process's: no guest may go on writing, in whose turn it ever came. */
  expelGuest(cause: Error): void {
    const open = this.#open;
    if (open?.isGuest !== true) return;
    open.isOpen = false;
    open.expelledBy = cause;
    forgetInside(scopeOf(open), open);
    this.#open = undefined;
    this.#keepers.left(open);
  }

  /** What the owner waits for at the gate is not let in any more. */
  refuse(record: RunRecord, error: () => unknown): void {
    for (const request of [...this.#waiting]) {
      if (request.record !== record) continue;
      this.#drop(request);
      count(record, -1);
      request.reject(error());
    }
  }

  /** One section of this run, open or waited for, is no more. */
  #gone(record: RunRecord): void {
    count(record, -1);
    this.#keepers.sectionLeft(record);
  }

  #serve(guest: RunRecord): void {
    const host = this.queue.owner;
    if (host === undefined) {
      this.#keepers.giveTurn(this.queue, guest);
      return;
    }
    const { waiter } = guest;
    if (!this.#keepers.letIn(guest, host)) return;
    guest.waiter = undefined;
    const scope = { run: guest.asker, section: guest.askedIn };
    const section = this.#let(guest, true, 'write as a guest', scope);
    waiter?.resolve(host, section);
  }

  #let(record: RunRecord, isGuest: boolean, action: string, scope: Scope): Section {
    const section = new Section(this, record, isGuest, action, scope);
    this.#open = section;
    noteInside(scope, section);
    return section;
  }

  #drop(request: SectionRequest): void {
    request.countdown?.stop();
    forgetInside(request.scope, request);
    this.#waiting.remove(request);
  }

  readonly #onDue = (request: SectionRequest): void => {
    const error = this.#keepers.overdue(request, this.#open, this.#waiting.size);
    this.#drop(request);
    request.reject(error);
    this.#gone(request.record);
    this.#keepers.settled(this.queue, false);
  };
}

function scopeOf({ run, around }: Section): Scope {
  return { run, section: around };
}

function isAboutToWrite(owner: RunRecord | undefined): boolean {
  return owner?.terms.isGuest === true && owner.work === undefined;
}

/** What code of this scope has open, or waits for, has to end before the scope does. */
function noteInside({ run, section }: Scope, inner: Section | SectionRequest): void {
  if (section) (section.inner ??= new Set()).add(inner);
  if (run && run !== inner.record) (run.inner ??= new Set()).add(inner);
}

function forgetInside({ run, section }: Scope, inner: Section | SectionRequest): void {
  section?.inner?.delete(inner);
  run?.inner?.delete(inner);
}

function count({ work }: RunRecord, change: 1 | -1): void {
  if (work) work.sections += change;
}
