import { createCounters, type Counters } from '../../../../src/observe/counters.js';
import type { InterruptCause, RunEnd } from '../../../../src/types.js';
import { END_AFTER, HEAD_START_MS, INTERRUPTED, TIMED_OUT } from '../../../model/model-run.js';
import type { ModelRun } from './model-run.js';

export const ABORTED = 'ERR_SESSION_WAIT_ABORTED';
export const CLOSED = 'ERR_SESSION_CLOSED';
export const ENDED = 'ERR_SESSION_RUN_ENDED';

const KINDS = Object.keys(HEAD_START_MS);

export function isMoreUrgent(one: ModelRun, other: ModelRun): boolean {
  return KINDS.indexOf(one.spec.kind) < KINDS.indexOf(other.spec.kind);
}

/** Grants, ends and waits, over plain arrays that are searched anew each time. */
export class ModelTurns {
  nowMs = 0;
  order = 0;
  /** Everything ever asked, in the order of the calls. */
  readonly all: ModelRun[] = [];
  readonly counters: Counters = createCounters();
  /** The messages that got a turn, in that order. */
  readonly grants: string[] = [];

  owner(file: number): ModelRun | undefined {
    return this.all.find((run) => run.isOwner && run.spec.file === file);
  }

  waiting(file: number): ModelRun[] {
    return this.all.filter((run) => run.phase === 'waiting' && run.spec.file === file);
  }

  /** Who is served next, and then: resumes, those who interrupt, the most urgent. */
  line(file: number): ModelRun[] {
    const resumes = this.all.filter((run) => run.back !== undefined && run.spec.file === file);
    resumes.sort((one, other) => (one.back?.order ?? 0) - (other.back?.order ?? 0));
    const waiting = this.waiting(file);
    const urgencyMs = ({ arrivedMs, spec }: ModelRun): number =>
      arrivedMs - HEAD_START_MS[spec.kind];
    const rest = waiting.filter(({ isAhead }) => !isAhead);
    rest.sort((one, other) => urgencyMs(one) - urgencyMs(other) || one.order - other.order);
    return [...resumes, ...waiting.filter(({ isAhead }) => isAhead), ...rest];
  }

  grant(run: ModelRun): void {
    const isResumed = run.phase === 'parked';
    this.counters[isResumed ? 'resumed' : 'granted'] += 1;
    if (!isResumed) this.grants.push(run.spec.id);
    run.phase = 'active';
    run.generation += 1;
    run.isBack = isResumed;
    run.grantedMs = run.progressMs = this.nowMs;
    run.back = undefined;
  }

  handOver(file: number): void {
    if (this.owner(file)) return;
    const [next] = this.line(file);
    if (next === undefined) return;
    if (this.nowMs < (next.back?.dueMs ?? next.dueMs)) return this.grant(next);
    this.timeOut(next);
    this.handOver(file);
  }

  timeOut(run: ModelRun): void {
    if (run.back) this.failToComeBack(run, TIMED_OUT);
    else this.giveUp(run, 'timedOut', TIMED_OUT);
  }

  /** A wait that ends without a grant: told by `admit`, or by the ticket where there is one. */
  giveUp(run: ModelRun, how: 'timedOut' | 'aborted' | 'refused' | 'cancelled', code: string): void {
    this.counters.requests += run.phase === 'resolving' ? 1 : 0;
    this.counters[how] += 1;
    run.phase = 'ended';
    run.refusal = code;
    run.steering = undefined;
    run.admission ??= code;
    if (run.isTaken) run.claim = code;
  }

  failToComeBack(run: ModelRun, code: string): void {
    if (run.back === undefined) return;
    run.back = undefined;
    run.park = code;
    run.isAway = false;
  }

  finish(run: ModelRun, end: RunEnd): void {
    if (!run.isAlive) return;
    this.failToComeBack(run, ENDED);
    run.phase = 'ended';
    run.end = end;
    this.counters.ends[end] += 1;
    if (run.isTask && run.isStarted && end === 'revoked') run.claim = INTERRUPTED;
    for (const guest of this.all) {
      if (guest.host !== run || !guest.isTask || !guest.isStarted) continue;
      guest.claim ??= run.why ? INTERRUPTED : run.endedCode;
    }
    this.handOver(run.spec.file);
    for (const asker of this.all) if (asker.steering === run) this.fallBack(asker);
  }

  /** Tells a granted run to stop. A turn that nobody has taken is over at once. */
  fire(run: ModelRun, why: InterruptCause, settleMs: number = run.spec.limits.settleMs): void {
    if (!run.isOwner && run.phase !== 'parked') return;
    run.revokeAtMs = Math.min(run.revokeAtMs, this.nowMs + settleMs);
    if (run.why) return;
    run.why = why;
    this.failToComeBack(run, INTERRUPTED);
    if (!run.isTaken) this.finish(run, END_AFTER[why]);
  }

  endAs(run: ModelRun, end: RunEnd): void {
    this.finish(run, run.why ? END_AFTER[run.why] : end);
  }

  /** The message was not taken: it keeps its place, and `admit` answers. */
  fallBack(run: ModelRun): void {
    const holder = run.steering;
    if (holder === undefined) return;
    run.steering = undefined;
    const ahead = this.line(run.spec.file).indexOf(run);
    run.admission = `queued behind ${holder.spec.id}, ${Math.max(0, ahead)} ahead`;
    run.hasTicket = true;
  }
}
