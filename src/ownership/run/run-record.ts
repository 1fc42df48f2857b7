import { randomUUID } from 'node:crypto';
import type { FileId } from '../../identity/file-id.js';
import type { RunInterruptedError } from '../../errors/run-errors.js';
import { monotonicMs } from '../../support/clock.js';
import type { SteadyMap } from '../../support/steady-map.js';
import type { Countdown } from '../../support/countdown.js';
import type { PreviousRun, RunEnd, RunKind, RunPhase, RunView, SessionFile } from '../../types.js';
import type { Deadline } from '../table/deadlines.js';
import type { GrantWaiter } from './decision.js';
import type { FileQueue } from '../file/file-queue.js';
import type { Excuse } from './excuse.js';
import type { Firing } from './firing.js';
import type { OwnSignal } from './own-signal.js';
import { viewOf } from './run-view.js';
import type { Scope } from './scope.js';
import type { SectionRequest } from '../file/section-request.js';
import type { Section } from '../file/section.js';
import { urgencyMsOf } from './urgency.js';
import type { ListMember, MemberList } from '../file/member-list.js';
import type { Origin, RunTerms } from './terms.js';
import type { TurnWork } from './turn-work.js';
import type { WallTimes } from './wall-times.js';
import { phaseOf, type TurnWindow } from './windows.js';

/** The resolved file, or why there is none. */
export type Resolution = { readonly file: SessionFile } | { readonly error: unknown };

interface Before {
  /** The turn that it is about. */
  readonly generation: number;
  /** The file, where that is not the one of the grant. */
  readonly key?: string;
  readonly run: PreviousRun | undefined;
}

/**
 * The one record of a run. The file's queue holds it, the index lists it, the ambient store carries
 * it, handles show it: there is no second registry that could disagree.
 *
 * Written only by `ownership/`, in synchronous steps. `end` is set once.
 */
export class RunRecord implements ListMember<RunRecord>, Scope {
  list: MemberList<RunRecord> | undefined = undefined;
  before: RunRecord | undefined = undefined;
  after: RunRecord | undefined = undefined;

  readonly origin: Origin;
  readonly terms: RunTerms;
  /** Order of calls, over the whole table. */
  readonly sequence: number;
  readonly arrivedMs: number;
  /** The nearest run alive in whose context this one was asked for. */
  asker: RunRecord | undefined;
  /** The section in whose context this one was asked for. */
  askedIn: Section | undefined;

  /** Identity, moved by `rotate` only: the key that the run queues under, owns and is listed by. */
  key = '';
  /** Absolute, as the caller spelt it. */
  path: string;
  /** Set when the path is resolved. A marker names no file: nothing is ever read for it. */
  file: SessionFile | undefined = undefined;
  /** What resolving the path came to, until the request takes its turn to be decided. */
  resolution: Resolution | undefined = undefined;
  isMarker = false;
  /** The file in use, while the run waits for it, owns it or is parked on it. */
  queue: FileQueue | undefined = undefined;
  /** Device and inode as last seen; undefined while the file does not exist. */
  fileId: FileId | undefined = undefined;
  sessionKey: string | undefined;
  sessionId: string | undefined;

  phase: RunPhase = 'waiting';
  end: RunEnd | undefined = undefined;
  generation = 0;
  isListed = false;
  /** Admitted, and nobody has taken the turn into their hands yet. */
  isUnclaimed = false;
  /** It waits, and nobody could tell yet whether that is for another process. */
  isUndecided = false;
  isCounted = false;
  /** Parked, and its turn did not come back: it may ask again. */
  isStranded = false;
  /** Its turn is taken as soon as its open section ends, or its time to settle is over. */
  isClosing = false;
  parkedMs = 0;
  grantedMs = 0;
  progressMs = 0;
  progressNote: string | undefined = undefined;
  excuse: Excuse | undefined = undefined;
  wallTimes: WallTimes | undefined = undefined;

  /** The caller's own signal. Let go when the run ends, like all that belongs to users. */
  callerSignal: AbortSignal | undefined;
  /** What the turn has to do with the bytes of its file; made at their first use. */
  work: TurnWork | undefined = undefined;
  /** Where the last of its own writes ended, once it has ended. */
  endBytes: number | undefined = undefined;
  /** How many events there had been when its present turn began, and on which key it did. */
  grantSequence = 0;
  grantKey = '';
  /** How many events there had been when it ended. */
  endSequence = 0;
  /** Decimal; of the lease of its present turn. */
  fencingToken: string | undefined = undefined;
  /** The last lease that this thread had of its file since, with nobody else in between. */
  heldUntil: bigint | undefined = undefined;
  /** What was found of the run before the present turn, once somebody looked. */
  previous: Before | undefined = undefined;
  /** The prompt and maintenance windows that are open. */
  windows: Set<TurnWindow> | undefined = undefined;
  /** How the run will end, once what is under way has come to its end. */
  finishing: { readonly end: RunEnd; sinceMs: number; spareMs: number } | undefined = undefined;
  firing: Firing | undefined = undefined;
  hasYieldFired = false;
  signal: OwnSignal | undefined = undefined;
  /** Of the present turn. */
  yieldSignal: OwnSignal | undefined = undefined;

  waiter: GrantWaiter | undefined = undefined;
  /** Why the run was not granted, where nobody waited for the answer yet. */
  refusal: unknown = undefined;
  /** How long the present wait, for the first grant or after `park`, may take. */
  waitLimitMs: number;
  deadline: Deadline | undefined = undefined;
  limitTimer: Countdown<RunRecord> | undefined = undefined;
  /** The runs alive that were asked for from inside this one. */
  children: Set<RunRecord> | undefined = undefined;
  /** Sections of other runs that its code has open, or waits for. */
  inner: Set<Section | SectionRequest> | undefined = undefined;
  /** What this one waits for through the index: each wait tells the runs that must end first. */
  awaited: Set<() => Iterable<RunRecord>> | undefined = undefined;
  /** The same, where the wait ends by itself: whoever is waited for loses its turn in time. */
  awaitedForNow: Set<() => Iterable<RunRecord>> | undefined = undefined;
  /** Called once, when the run ends. */
  endListeners: Set<() => void> | undefined = undefined;
  /** Set while a task of `run()` runs: told at revoke, which does not wait for the task. */
  onRevoked: { reject(reason: RunInterruptedError): void } | undefined = undefined;

  readonly #liveIds: SteadyMap<string, RunRecord>;
  #runId: string | undefined;

  constructor(
    origin: Origin,
    terms: RunTerms,
    path: string,
    sequence: number,
    arrivedMs: number,
    callerSignal: AbortSignal | undefined,
    scope: { readonly run: RunRecord | undefined; readonly section: Section | undefined },
    liveIds: SteadyMap<string, RunRecord>,
  ) {
    this.origin = origin;
    this.terms = terms;
    this.path = path;
    this.sequence = sequence;
    this.arrivedMs = arrivedMs;
    this.callerSignal = callerSignal;
    this.asker = scope.run;
    this.askedIn = scope.section;
    this.waitLimitMs = terms.waitMs;
    this.sessionKey = terms.sessionKey;
    this.sessionId = terms.sessionId;
    this.#runId = terms.runId;
    this.#liveIds = liveIds;
  }

  get kind(): RunKind {
    return this.terms.kind;
  }

  /** Made when somebody first looks; nobody can look a run up by an id that nobody has seen. */
  get runId(): string {
    if (this.#runId === undefined) {
      this.#runId = randomUUID();
      if (this.isListed) this.#liveIds.set(this.#runId, this);
    }
    return this.#runId;
  }

  /** Undefined while nobody has seen it, so that nobody can mean it. */
  get knownRunId(): string | undefined {
    return this.#runId;
  }

  /** Arrival less the head start of the kind: the smallest is served first. */
  get urgencyMs(): number {
    return urgencyMsOf(this.terms.kind, this.arrivedMs);
  }

  /** How many runs wait for this file. */
  get waiting(): number {
    return this.queue?.waiting ?? 0;
  }

  /** A run is the scope of the code of its task. */
  get run(): this {
    return this;
  }

  get section(): undefined {
    return undefined;
  }

  /** In whose context it was asked for. */
  get scope(): Scope {
    return { run: this.asker, section: this.askedIn };
  }

  get isOverdue(): boolean {
    return this.deadline !== undefined && monotonicMs() >= this.deadline.dueAtMs;
  }

  /** Silence since the last progress that is not the run's. */
  get excusedMs(): number {
    return this.excuse?.excusedMs ?? 0;
  }

  /** It does not want to wait, is not told yet whether it would have to, and may wait for that. */
  get isProbing(): boolean {
    const isSkip = this.isUndecided && this.terms.admission?.mode === 'skip';
    return isSkip && monotonicMs() < this.arrivedMs + this.waitLimitMs;
  }

  get isOwner(): boolean {
    return this.queue !== undefined && this.queue.owner === this;
  }

  /** How long the file was when the present turn began. */
  get startBytes(): number {
    return this.fileId?.sizeBytes ?? 0;
  }

  /** Puts the id into the index, or takes it out; an id that nobody has seen needs neither. */
  setListed(isListed: boolean): void {
    this.isListed = isListed;
    if (this.#runId === undefined) return;
    if (isListed) this.#liveIds.set(this.#runId, this);
    else this.#liveIds.deleteIf(this.#runId, this);
  }

  noteProgress(nowMs: number, note?: string): void {
    this.progressMs = nowMs;
    this.excuse = undefined;
    if (this.wallTimes) this.wallTimes.progressAtMs = undefined;
    if (note !== undefined) this.progressNote = note;
  }

  /** Windows open and close: what the run is at follows. */
  notePhase(): void {
    this.phase = this.finishing ? 'finishing' : phaseOf(this.windows);
  }

  /** A grant, the first or one after `park`. */
  noteGrant(nowMs: number): void {
    this.phase = phaseOf(this.windows);
    this.generation += 1;
    this.isUndecided = false;
    this.grantedMs = nowMs;
    if (this.wallTimes) this.wallTimes.grantedAtMs = undefined;
    this.hasYieldFired = false;
    this.yieldSignal = undefined;
    this.noteProgress(nowMs);
  }

  /** A snapshot. */
  view(): RunView {
    return viewOf(this);
  }
}
