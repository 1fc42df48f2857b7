import type { AdmissionMode, InterruptCause, RunEnd, RunKind } from '../../../../src/types.js';

/** The limits of one coordinator. */
export interface Limits {
  readonly settleMs: number;
  readonly stuckAfterMs: number;
  readonly maxWaiting: number;
  isClosed: boolean;
}

/** One message, as both sides are told. */
export interface Spec {
  readonly id: string;
  readonly file: number;
  readonly limits: Limits;
  readonly mode: AdmissionMode;
  readonly force: boolean;
  readonly kind: RunKind;
  readonly waitMs: number;
  readonly signal: number | undefined;
  /** Whether its run takes messages while it prompts. */
  readonly hasSteer: boolean;
  /** Decided in the call; else once its path is resolved. */
  readonly isMarker: boolean;
  /** Shares the turn of the run that asks, where that owns the file. */
  readonly joins: boolean;
}

export type ModelPhase = 'resolving' | 'waiting' | 'active' | 'prompting' | 'parked' | 'ended';

/** A message on its way: at most one of its fates comes true. */
export class ModelRun {
  phase: ModelPhase = 'resolving';
  /** What `admit` said, or the code that it rejected with. */
  admission: string | undefined = undefined;
  /** The caller has a ticket. */
  hasTicket = false;
  /** It told the owner to stop, and goes before all that did not. */
  isAhead = false;
  /** Whoever has the message in hands and has not answered yet. */
  steering: ModelRun | undefined = undefined;
  /** Why it was not granted. */
  refusal: string | undefined = undefined;
  /** Somebody has asked the ticket for its run. */
  isTaken = false;
  /** The ticket knows of its grant. */
  isTold = false;
  isHanded = false;
  isStarted = false;
  /** `acquire()` or `run()`: what it came to. */
  claim: string | undefined = undefined;
  isTask = false;
  /** What a task came to; for a task the claim is told with its end. */
  isTaskOver = false;
  host: ModelRun | undefined = undefined;
  generation = 0;
  grantedMs = 0;
  progressMs = 0;
  unclaimedAtMs = Infinity;
  why: InterruptCause | undefined = undefined;
  revokeAtMs = Infinity;
  end: RunEnd | undefined = undefined;
  /** A parked run that wants its turn back: since when, and until when. */
  back: { readonly order: number; readonly dueMs: number } | undefined = undefined;
  /** What its last park came to. */
  park: string | undefined = undefined;
  /** Its park is under way, and waits for nothing more than to be told that the turn is back. */
  isAway = false;
  isBack = false;
  /** The last step in which its turn came back. */
  backInStep = -1;
  /** Its own task ended in the very step in which its turn came back from park. */
  hasEndedComingBack = false;
  readonly spec: Spec;
  readonly order: number;
  readonly arrivedMs: number;

  constructor(spec: Spec, order: number, arrivedMs: number) {
    this.spec = spec;
    this.order = order;
    this.arrivedMs = arrivedMs;
  }

  get isOwner(): boolean {
    return this.phase === 'active' || this.phase === 'prompting';
  }

  get isAlive(): boolean {
    return this.phase !== 'ended';
  }

  get dueMs(): number {
    return this.arrivedMs + this.spec.waitMs;
  }

  get endedCode(): string {
    return this.end === 'revoked' ? 'ERR_SESSION_RUN_REVOKED' : 'ERR_SESSION_RUN_ENDED';
  }

  get ticketState(): string | undefined {
    if (!this.hasTicket) return undefined;
    const { phase } = this.host ?? this;
    if (phase === 'ended' || this.refusal !== undefined) return 'ended';
    if (this.isHanded) return 'claimed';
    return phase === 'waiting' ? 'waiting' : 'granted';
  }
}

/** A call that is answered once the run that it acts on is over. */
export interface ModelAnswer {
  outcome(): string | undefined;
}
