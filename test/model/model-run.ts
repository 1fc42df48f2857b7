import type { InterruptCause, RunEnd, RunKind, RunPhase } from '../../src/types.js';

export const HEAD_START_MS: Record<RunKind, number> = {
  person: 120_000,
  command: 90_000,
  child: 60_000,
  cron: 30_000,
  heartbeat: 10_000,
  maintenance: 0,
};
export const END_AFTER: Record<InterruptCause, RunEnd> = {
  caller: 'aborted',
  user: 'interrupted',
  recovery: 'interrupted',
  superseded: 'superseded',
  stuck: 'stuck',
  timeout: 'interrupted',
  'max-hold': 'interrupted',
  takeover: 'takeover',
  'lease-lost': 'lease-lost',
  shutdown: 'shutdown',
};
/** How a wait ended is left open; that it ended is not. */
export const EITHER = 'one or the other';
export const INTERRUPTED = 'ERR_SESSION_RUN_INTERRUPTED';
export const TIMED_OUT = 'ERR_SESSION_WAIT_TIMEOUT';

export interface ModelOrigin {
  readonly settleMs: number;
  readonly yieldAfterMs: number;
  readonly preemptAfterMs: number;
  readonly maxWaiting: number;
  isClosed: boolean;
}

/** One request, as both sides are told. */
export interface Spec {
  readonly id: string;
  readonly file: number;
  readonly origin: ModelOrigin;
  readonly kind: RunKind;
  readonly waitMs: number;
  readonly stuckAfterMs: number;
  readonly maxHoldMs: number;
  readonly runId: string | undefined;
  readonly signal: number | undefined;
  readonly onReentry: 'refuse' | 'join' | 'queue';
  /** `run()`, or else `acquire()`. */
  readonly isTask: boolean;
  /** Ends by itself as soon as its signal fires. */
  readonly obeys: boolean;
}

export class ModelPark {
  outcome: string | undefined = undefined;
  readonly run: ModelRun;
  readonly waitMs: number;
  how = 'value';
  /** Its task has settled. */
  isBack = false;
  constructor(run: ModelRun, waitMs: number) {
    this.run = run;
    this.waitMs = waitMs;
  }

  /** It brought a result that its run has no turn for any more. */
  get isRescued(): boolean {
    const isLost = this.outcome !== undefined && this.outcome !== 'value';
    return this.isBack && this.how === 'value' && isLost;
  }
}

export class ModelRun {
  phase: RunPhase = 'waiting';
  generation = 0;
  grantedMs = 0;
  progressMs = 0;
  why: InterruptCause | undefined = undefined;
  revokeAtMs = Infinity;
  hasYielded = false;
  end: RunEnd | undefined = undefined;
  /** A free file without I/O was granted in the call: the caller gets its handle in any case. */
  hasHandle = false;
  /** The caller has its handle, or its task runs. */
  isStarted = false;
  isTaskOver = false;
  /** A joined handle that was given back. */
  isReleased = false;
  outcome: string | undefined = undefined;
  rescued = 0;
  /** The park that wants the turn back, since when, and until when. */
  back: { park: ModelPark; order: number; dueMs: number } | undefined = undefined;
  /** Parked, and its turn did not come back: it may end, or park once more. */
  isStranded = false;
  /** The run whose turn this request joined. */
  host: ModelRun | undefined = undefined;
  sessionKey = 'lane';
  readonly dueMs: number;
  readonly urgencyMs: number;
  readonly spec: Spec;
  readonly order: number;
  readonly arrivedMs: number;
  readonly asker: ModelRun | undefined;

  constructor(spec: Spec, order: number, arrivedMs: number, asker: ModelRun | undefined) {
    this.spec = spec;
    this.order = order;
    this.arrivedMs = arrivedMs;
    this.asker = asker;
    this.dueMs = arrivedMs + spec.waitMs;
    this.urgencyMs = arrivedMs - HEAD_START_MS[spec.kind];
  }

  get isAlive(): boolean {
    return this.phase !== 'ended';
  }
  get limitAtMs(): number {
    const { stuckAfterMs, maxHoldMs } = this.spec;
    return Math.min(this.progressMs + stuckAfterMs, this.grantedMs + maxHoldMs);
  }
  get endedCode(): string {
    return this.end === 'revoked' ? 'ERR_SESSION_RUN_REVOKED' : 'ERR_SESSION_RUN_ENDED';
  }
}

export function nearestAlive(run: ModelRun | undefined): ModelRun | undefined {
  return ancestry(run).find(({ isAlive }) => isAlive);
}

/** The run, the one that asked for it, and so on. */
export function ancestry(run: ModelRun | undefined): ModelRun[] {
  return run === undefined ? [] : [run, ...ancestry(run.asker)];
}
