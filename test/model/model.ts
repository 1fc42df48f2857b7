import {
  ancestry,
  INTERRUPTED,
  ModelPark,
  ModelRun,
  type ModelOrigin,
  nearestAlive,
  type Spec,
  TIMED_OUT,
} from './model-run.js';
import { ModelTurns } from './model-turns.js';

/** The operations, and what time brings about. */
export class Model extends ModelTurns {
  request(spec: Spec, parent: ModelRun | undefined): ModelRun {
    const run = new ModelRun(spec, (this.order += 1), this.nowMs, nearestAlive(parent));
    this.counters.requests += 1;
    if (spec.signal !== undefined && this.firedSignals.has(spec.signal)) {
      this.giveUp(run, 'aborted', 'ERR_SESSION_WAIT_ABORTED');
      return run;
    }
    const refusal = this.#refusal(run);
    if (refusal === TIMED_OUT) this.giveUp(run, 'timedOut', refusal);
    else if (refusal !== undefined) this.giveUp(run, 'refused', refusal);
    else if (this.#around(run) && spec.onReentry === 'join') this.#join(run);
    else {
      this.runs.push(run);
      if (this.owner(spec.file) === undefined) this.grant(run);
      else this.press();
    }
    run.hasHandle = !spec.isTask && (run.phase === 'active' || run.host !== undefined);
    return run;
  }

  #refusal(run: ModelRun): string | undefined {
    const { spec } = run;
    if (spec.origin.isClosed) return 'ERR_SESSION_CLOSED';
    if (spec.runId !== undefined && this.runs.some((other) => other.spec.runId === spec.runId)) {
      return 'ERR_SESSION_RUN_DUPLICATE';
    }
    const around = this.#around(run);
    if (around && spec.onReentry === 'refuse') return 'ERR_SESSION_DEADLOCK';
    if (around && spec.onReentry === 'join') return undefined;
    const owner = this.owner(spec.file);
    if (owner === undefined) return undefined;
    const waiting = this.line(spec.file).filter((other) => other.phase === 'waiting').length;
    if (waiting >= spec.origin.maxWaiting) return 'ERR_SESSION_QUEUE_FULL';
    if (spec.waitMs === 0) return TIMED_OUT;
    if (!around && this.isEndless(run.asker, owner)) return 'ERR_SESSION_DEADLOCK';
    return undefined;
  }

  #around({ spec, asker }: ModelRun): ModelRun | undefined {
    return ancestry(asker).find((run) => run === this.owner(spec.file));
  }

  #join(run: ModelRun): void {
    run.phase = 'ended';
    run.host = this.#around(run);
    this.joined.push(run);
    this.counters.joined += 1;
  }

  abort(signal: number): void {
    this.firedSignals.add(signal);
    const concerned = this.runs.filter((run) => run.spec.signal === signal);
    for (const run of concerned) {
      if (run.phase === 'waiting') this.giveUp(run, 'aborted', 'ERR_SESSION_WAIT_ABORTED');
    }
    for (const run of concerned) this.fire(run, 'caller');
  }

  progress(run: ModelRun): void {
    if (run.phase === 'active') run.progressMs = this.nowMs;
  }

  park(run: ModelRun, waitMs: number): ModelPark {
    const record = run.host ?? run;
    const park = new ModelPark(record, waitMs);
    if (run.host && run.isReleased) park.outcome = 'ERR_SESSION_RUN_ENDED';
    else if (run.host) park.outcome = 'ERR_SESSION_NOT_OWNER';
    else if (!run.isAlive) park.outcome = run.endedCode;
    else if (run.phase === 'parked' && !run.isStranded) park.outcome = 'ERR_SESSION_NOT_OWNER';
    else {
      run.phase = 'parked';
      run.isStranded = false;
      this.handOver(run.spec.file);
    }
    return park;
  }

  comeBack(park: ModelPark, how: 'value' | 'boom'): void {
    const { run, waitMs } = park;
    park.how = how;
    park.isBack = true;
    if (!run.isAlive) {
      park.outcome = run.endedCode;
      return;
    }
    const owner = this.owner(run.spec.file);
    run.isStranded = true;
    if (run.why) park.outcome = INTERRUPTED;
    else if (owner && waitMs === 0) park.outcome = TIMED_OUT;
    else if (owner && this.isEndless(run, owner)) park.outcome = 'ERR_SESSION_DEADLOCK';
    else {
      run.isStranded = false;
      run.back = { park, order: (this.order += 1), dueMs: this.nowMs + waitMs };
      if (owner === undefined) this.grant(run);
    }
  }

  /** False where the wait is refused. */
  whenEnded(of: ModelRun, inside: ModelRun | undefined): boolean {
    const by = nearestAlive(inside);
    if (of.isAlive && this.isEndless(by, of)) return false;
    this.awaits.push({ by, of });
    return true;
  }

  /** The runs that have to end before it is closed; undefined where it is refused. */
  close(origin: ModelOrigin, waitMs: number, inside: ModelRun | undefined): ModelRun[] | undefined {
    const own = this.runs.filter((run) => run.spec.origin === origin);
    const asker = nearestAlive(inside);
    if (own.some((run) => this.isEndless(asker, run))) return undefined;
    origin.isClosed = true;
    for (const run of own) {
      if (run.phase === 'waiting') this.giveUp(run, 'cancelled', 'ERR_SESSION_CLOSED');
    }
    this.closes.push({ origin, fireAtMs: this.nowMs + waitMs });
    return own.filter((run) => run.generation > 0);
  }

  /** What comes to pass by itself, and when. */
  due(): { atMs: number; file: number; what: string; act: () => void }[] {
    const due = this.runs.flatMap((run) => {
      const { file } = run.spec;
      const waitsUntilMs = run.back?.dueMs ?? (run.phase === 'waiting' ? run.dueMs : Infinity);
      const limitAtMs = run.phase === 'active' && !run.why ? run.limitAtMs : Infinity;
      const isMaxHold = limitAtMs >= run.grantedMs + run.spec.maxHoldMs;
      return [
        { atMs: waitsUntilMs, file, what: 'deadline', act: () => this.timeOut(run) },
        {
          atMs: limitAtMs,
          file,
          what: 'limit',
          act: () => this.fire(run, isMaxHold ? 'max-hold' : 'stuck'),
        },
        { atMs: run.revokeAtMs, file, what: 'revoke', act: () => this.revoke(run) },
      ];
    });
    const press = (): void => this.press();
    for (const { owner, waiter } of this.pressing()) {
      const { yieldAfterMs, preemptAfterMs } = waiter.spec.origin;
      const { file } = owner.spec;
      const yieldAtMs = owner.hasYielded ? Infinity : waiter.arrivedMs + yieldAfterMs;
      const preemptAtMs = owner.why ? Infinity : waiter.arrivedMs + preemptAfterMs;
      due.push({ atMs: Math.min(yieldAtMs, preemptAtMs), file, what: 'pressure', act: press });
    }
    for (const close of this.closes) {
      for (const run of this.runs.filter(({ spec }) => spec.origin === close.origin)) {
        const { file } = run.spec;
        const act = (): void => this.fire(run, 'shutdown');
        if (!run.why) due.push({ atMs: close.fireAtMs, file, what: 'shutdown', act });
      }
    }
    return due.filter(({ atMs }) => atMs < Infinity);
  }

  /**
   * Lets time pass. False where two different things fall on one instant of one file: which comes
   * first is not promised, so that nothing can be said about what follows.
   */
  advance(ms: number): boolean {
    const targetMs = this.nowMs + ms;
    for (;;) {
      const nextMs = Math.min(...this.due().map(({ atMs }) => atMs));
      if (nextMs > targetMs) break;
      this.nowMs = Math.max(this.nowMs, nextMs);
      const now = this.due().filter(({ atMs }) => atMs <= this.nowMs);
      for (const one of now) {
        if (now.some((other) => other.file === one.file && other.what !== one.what)) return false;
      }
      for (const { act } of now) act();
      this.settle();
    }
    this.nowMs = targetMs;
    return true;
  }
}
