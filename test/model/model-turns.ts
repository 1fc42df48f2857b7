import { createCounters, type Counters } from '../../src/observe/counters.js';
import type { InterruptCause, RunEnd } from '../../src/types.js';
import {
  ancestry,
  EITHER,
  END_AFTER,
  HEAD_START_MS,
  INTERRUPTED,
  type ModelOrigin,
  type ModelPark,
  type ModelRun,
  nearestAlive,
  TIMED_OUT,
} from './model-run.js';

/**
 * Who owns which file, said as plainly as possible: arrays, searched from the start each time.
 * Everything is derived from the runs; there is no queue, no index and no timer.
 */
export class ModelTurns {
  nowMs = 0;
  /** Waiting, active or parked, in the order of their calls. */
  runs: ModelRun[] = [];
  draining: ModelRun[] = [];
  joined: ModelRun[] = [];
  readonly counters: Counters = createCounters();
  readonly firedSignals = new Set<number>();
  closes: { readonly origin: ModelOrigin; readonly fireAtMs: number }[] = [];
  /** Whose end a run waits for through the index. */
  awaits: { readonly by: ModelRun | undefined; readonly of: ModelRun }[] = [];
  /** Turns that came back and were not told yet. */
  resumed: ModelPark[] = [];
  order = 0;

  owner(file: number): ModelRun | undefined {
    return this.runs.find((run) => run.phase === 'active' && run.spec.file === file);
  }

  /** Who waits, in the order in which they will be served. */
  line(file: number): ModelRun[] {
    const here = this.runs.filter((run) => run.spec.file === file);
    const resumes = here.filter((run) => run.back !== undefined);
    const requests = here.filter((run) => run.phase === 'waiting');
    resumes.sort((one, other) => (one.back?.order ?? 0) - (other.back?.order ?? 0));
    requests.sort((one, other) => one.urgencyMs - other.urgencyMs || one.order - other.order);
    return [...resumes, ...requests];
  }

  /** Whether `target` waits, through whomever, for a run that the asker is inside of. */
  isEndless(asker: ModelRun | undefined, target: ModelRun): boolean {
    const around = ancestry(asker);
    const reached = [target];
    for (const run of reached) {
      if (around.includes(run)) return true;
      const children = this.runs.filter((other) => nearestAlive(other.asker) === run);
      const isWaiting = run.phase === 'waiting' || run.back !== undefined;
      const owner = isWaiting ? this.owner(run.spec.file) : undefined;
      const awaited = this.awaits.filter(({ by }) => by === run).map(({ of }) => of);
      for (const next of [...(owner ? [owner] : []), ...children, ...awaited]) {
        if (next.isAlive && !reached.includes(next)) reached.push(next);
      }
    }
    return false;
  }

  grant(run: ModelRun): void {
    const isResumed = run.phase === 'parked';
    this.counters[isResumed ? 'resumed' : 'granted'] += 1;
    if (run.back) this.resumed.push(run.back.park);
    run.back = undefined;
    run.phase = 'active';
    run.isStranded = false;
    run.generation += 1;
    run.grantedMs = run.progressMs = this.nowMs;
    run.hasYielded = false;
    if (isResumed) this.refuseCircles(run);
    this.press();
  }

  /** What the run had asked for while it was parked may wait for whoever waits for it now. */
  refuseCircles(owner: ModelRun): void {
    for (const waiter of this.line(owner.spec.file)) {
      const isInside = waiter.phase === 'waiting' && ancestry(waiter.asker).includes(owner);
      if (isInside || !this.isEndless(waiter.back ? waiter : waiter.asker, owner)) continue;
      if (waiter.back) this.failToComeBack(waiter, 'ERR_SESSION_DEADLOCK');
      else this.giveUp(waiter, 'refused', 'ERR_SESSION_DEADLOCK');
    }
  }

  handOver(file: number): void {
    if (this.owner(file)) return;
    const next = this.line(file)[0];
    if (next === undefined) return;
    if (this.nowMs < (next.back?.dueMs ?? next.dueMs)) return this.grant(next);
    this.timeOut(next);
    this.handOver(file);
  }

  timeOut(run: ModelRun): void {
    if (run.back) this.failToComeBack(run, TIMED_OUT);
    else this.giveUp(run, 'timedOut', TIMED_OUT);
  }

  giveUp(run: ModelRun, how: 'timedOut' | 'aborted' | 'refused' | 'cancelled', code: string) {
    this.counters[how] += 1;
    run.outcome = code;
    run.phase = 'ended';
    this.runs = this.runs.filter((other) => other !== run);
  }

  failToComeBack(run: ModelRun, code: string): void {
    if (run.back === undefined) return;
    run.back.park.outcome = code;
    run.isStranded = true;
    run.back = undefined;
  }

  finish(run: ModelRun, end: RunEnd): void {
    if (!run.isAlive) return;
    this.failToComeBack(run, 'ERR_SESSION_RUN_ENDED');
    run.phase = 'ended';
    run.end = end;
    this.counters.ends[end] += 1;
    this.runs = this.runs.filter((other) => other !== run);
    for (const guest of this.joined) {
      if (guest.host === run && guest.isStarted && guest.spec.isTask) {
        guest.outcome ??= run.why ? INTERRUPTED : run.endedCode;
        guest.isReleased = true;
      }
    }
    this.handOver(run.spec.file);
  }

  fire(run: ModelRun, why: InterruptCause): void {
    if (run.why || run.phase === 'waiting' || !run.isAlive) return;
    run.why = why;
    run.revokeAtMs = this.nowMs + run.spec.origin.settleMs;
    this.failToComeBack(run, INTERRUPTED);
    this.fired.push(run);
  }
  fired: ModelRun[] = [];
  /** Tasks that end with the present tick. */
  obeying: ModelRun[] = [];

  /** The end of a synchronous step: whoever holds a handle and obeys its signal releases it. */
  react(): void {
    for (let run = this.fired.shift(); run; run = this.fired.shift()) {
      if (!run.spec.obeys || !run.isStarted) continue;
      if (run.spec.isTask) this.obeying.push(run);
      else this.release(run, 'released');
    }
  }

  /** The end of a tick: granted tasks start, or do not; obedient tasks end. */
  settle(): void {
    this.react();
    for (const park of this.resumed.splice(0)) {
      const { run, how } = park;
      // The task of a run that was told to stop at once may end before or after it is told.
      if (run.why && run.spec.obeys && run.spec.isTask) park.outcome = EITHER;
      else park.outcome = run.isAlive ? how : run.endedCode;
    }
    for (const run of [...this.runs, ...this.joined]) {
      const { host } = run;
      if (host) this.startGuest(run, host);
      else if (run.generation > 0 && !run.isStarted) this.start(run);
    }
    for (const run of this.obeying.splice(0)) if (!run.isTaskOver) this.endTask(run, 'value');
    const isSettled = this.runs.every((run) => run.isStarted || run.phase === 'waiting');
    if (!isSettled || this.resumed.length + this.fired.length > 0) this.settle();
  }

  start(run: ModelRun): void {
    if (run.why && !run.hasHandle) {
      this.finish(run, END_AFTER[run.why]);
      run.outcome = INTERRUPTED;
      return;
    }
    run.isStarted = true;
    if (!run.spec.isTask) run.outcome = 'value';
    if (run.why && run.spec.obeys) this.release(run, 'released');
  }

  startGuest(run: ModelRun, host: ModelRun): void {
    if (run.isStarted || run.outcome !== undefined) return;
    if (host.why && !run.hasHandle) run.outcome = INTERRUPTED;
    else if (!host.isAlive && !run.hasHandle) run.outcome = host.endedCode;
    else if (host.phase === 'parked' && !run.hasHandle) run.outcome = 'ERR_SESSION_NOT_OWNER';
    else {
      run.isStarted = true;
      if (!run.spec.isTask) run.outcome = 'value';
    }
  }

  endTask(run: ModelRun, how: 'value' | 'boom'): void {
    run.isTaskOver = run.isReleased = true;
    const { why, isAlive } = run.host ?? run;
    const isLost = why !== undefined || (run.host !== undefined && !isAlive);
    if (isLost && how === 'value') run.rescued += 1;
    run.outcome ??= why ? INTERRUPTED : how;
    if (run.host) return;
    this.draining = this.draining.filter((other) => other !== run);
    this.finish(run, why ? END_AFTER[why] : how === 'value' ? 'completed' : 'failed');
  }

  release(run: ModelRun, end: 'released' | 'failed'): void {
    run.isReleased = true;
    if (run.host) return;
    this.finish(run, run.why ? END_AFTER[run.why] : end);
  }

  revoke(run: ModelRun): void {
    if (!run.isAlive) return;
    if (run.spec.isTask) this.draining.push(run);
    this.finish(run, 'revoked');
    if (run.spec.isTask) run.outcome = INTERRUPTED;
  }

  /** Waiting runs of a more urgent kind than the owner ask it to yield, and interrupt it. */
  press(): void {
    for (const { owner, waiter } of this.pressing()) {
      const { yieldAfterMs, preemptAfterMs } = waiter.spec.origin;
      if (this.nowMs >= waiter.arrivedMs + yieldAfterMs) owner.hasYielded = true;
      if (this.nowMs >= waiter.arrivedMs + preemptAfterMs) this.fire(owner, 'superseded');
    }
  }

  pressing(): { owner: ModelRun; waiter: ModelRun }[] {
    const kinds = Object.keys(HEAD_START_MS);
    const rank = (run: ModelRun): number => kinds.indexOf(run.spec.kind);
    return this.runs.flatMap((waiter) => {
      const owner = this.owner(waiter.spec.file);
      const isPressing = waiter.phase === 'waiting' && owner && rank(waiter) < rank(owner);
      return isPressing ? [{ owner, waiter }] : [];
    });
  }
}
