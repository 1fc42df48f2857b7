import { END_AFTER, INTERRUPTED, TIMED_OUT } from '../../../model/model-run.js';
import { type ModelAnswer, ModelRun, type Spec } from './model-run.js';
import { ABORTED, CLOSED, ENDED, isMoreUrgent, ModelTurns } from './model-turns.js';

/** What callers may do. Everything that needs a promise to settle first is put off to `settle`. */
export class Model extends ModelTurns {
  readonly firedSignals = new Set<number>();
  readonly answers: ModelAnswer[] = [];
  /** Messages in the hands of a holder, in the order in which they were handed over. */
  readonly steers: { readonly message: string; readonly to: string; isOpen: boolean }[] = [];
  readonly busy: {
    readonly run: ModelRun;
    readonly places: number;
    /** Its caller has asked to be told. */
    isAsked: boolean;
    isTold: boolean;
  }[] = [];
  readonly #later: (() => void)[] = [];
  /** Requests whose paths are being resolved, which takes longer than any promise. */
  readonly #arriving: (() => void)[] = [];

  admit(spec: Spec, asker: ModelRun | undefined): ModelRun {
    const run = new ModelRun(spec, (this.order += 1), this.nowMs);
    this.all.push(run);
    if (spec.signal !== undefined && this.firedSignals.has(spec.signal)) {
      this.giveUp(run, 'aborted', ABORTED);
    } else if (spec.isMarker) this.#decide(run, asker);
    else this.#arriving.push(() => this.#decide(run, asker));
    return run;
  }

  #decide(run: ModelRun, asker: ModelRun | undefined): void {
    if (run.phase !== 'resolving') return;
    const { spec } = run;
    if (spec.limits.isClosed) return this.giveUp(run, 'refused', CLOSED);
    const owner = this.owner(spec.file);
    if (owner && owner === asker && spec.joins) return this.#join(run, owner);
    if (owner === undefined) {
      this.counters.requests += 1;
      this.grant(run);
      run.isTold = true;
      this.#expectClaim(run);
      return this.#ticket(run, 'run');
    }
    const isFull = this.waiting(spec.file).length >= spec.limits.maxWaiting;
    if (spec.mode === 'skip' || isFull) return this.#turnAway(run, owner);
    if (spec.waitMs === 0) return this.giveUp(run, 'timedOut', TIMED_OUT);
    this.counters.requests += 1;
    run.phase = 'waiting';
    if (this.#mayInterrupt(run, owner)) {
      run.isAhead = true;
      this.#ticket(run, `interrupting ${owner.spec.id}`);
      this.fire(owner, 'superseded');
    } else if (this.#maySteer(run, owner)) {
      run.steering = owner;
      this.steers.push({ message: spec.id, to: owner.spec.id, isOpen: true });
    } else {
      const ahead = this.line(spec.file).indexOf(run);
      this.#ticket(run, `queued behind ${owner.spec.id}, ${ahead} ahead`);
    }
  }

  #mayInterrupt(run: ModelRun, owner: ModelRun): boolean {
    return run.spec.mode === 'interrupt' && (run.spec.force || !isMoreUrgent(owner, run));
  }

  #maySteer({ spec }: ModelRun, owner: ModelRun): boolean {
    const isOpen = owner.phase === 'prompting' && owner.spec.hasSteer && owner.why === undefined;
    return spec.mode === 'steer' && isOpen && (spec.force || spec.kind === owner.spec.kind);
  }

  #ticket(run: ModelRun, admission: string): void {
    run.admission = admission;
    run.hasTicket = true;
  }

  #join(run: ModelRun, host: ModelRun): void {
    this.counters.requests += 1;
    this.counters.joined += 1;
    run.phase = 'ended';
    run.host = host;
    run.isTold = true;
    this.#ticket(run, 'run');
  }

  #turnAway(run: ModelRun, owner: ModelRun): void {
    const { mode, limits } = run.spec;
    this.counters.requests += 1;
    this.counters.busy += 1;
    run.phase = 'ended';
    run.admission = `busy with ${owner.spec.id}, ${mode === 'skip' ? 'held' : 'queue-full'}`;
    this.busy.push({
      run,
      places: mode === 'skip' ? 0 : limits.maxWaiting,
      isAsked: false,
      isTold: false,
    });
  }

  claim(run: ModelRun, isTask: boolean): void {
    if (run.isTaken || !run.hasTicket) return;
    run.isTaken = true;
    run.isTask = isTask;
    run.unclaimedAtMs = Infinity;
    const owner = run.host ?? run;
    if (run.refusal !== undefined) run.claim = run.refusal;
    else if (!owner.isAlive) run.claim = run.why ? INTERRUPTED : owner.endedCode;
    else if (run.isTold) run.isHanded = true;
  }

  cancel(run: ModelRun): boolean | undefined {
    if (!run.hasTicket) return undefined;
    if (run.isHanded || run.ticketState === 'ended') return false;
    if (run.phase === 'waiting') this.giveUp(run, 'cancelled', ABORTED);
    else {
      run.refusal = ABORTED;
      if (run.isTaken) run.claim = ABORTED;
      this.finish(run, 'aborted');
    }
    return true;
  }

  /** Whoever has the run in hands gives it back. */
  release(run: ModelRun): void {
    if (run.isStarted && !run.isTask && !run.host) this.endAs(run, 'released');
  }

  endTask(run: ModelRun, how: 'value' | 'boom'): void {
    this.#later.push(() => {
      run.isTaskOver = true;
      const owner = run.host ?? run;
      run.hasEndedComingBack = run.backInStep === this.#step;
      const reason = owner.why ? INTERRUPTED : run.host && !owner.isAlive ? ENDED : undefined;
      run.claim ??= reason ?? how;
      if (!run.host) this.endAs(run, how === 'value' ? 'completed' : 'failed');
    });
  }

  prompt(run: ModelRun): void {
    if (run.phase !== 'active' || run.why !== undefined || !run.isStarted) return;
    run.phase = 'prompting';
    run.progressMs = this.nowMs;
  }

  endPrompt(run: ModelRun): void {
    this.#later.push(() => {
      if (run.phase !== 'prompting') return;
      run.phase = 'active';
      run.progressMs = this.nowMs;
    });
  }

  answer(index: number, isTaken: boolean): void {
    const steer = this.steers[index];
    if (steer === undefined) return;
    steer.isOpen = false;
    this.#later.push(() => {
      const run = this.all.find(({ spec }) => spec.id === steer.message);
      if (run?.steering === undefined) return;
      const holder = run.steering;
      if (!isTaken || run.phase !== 'waiting') return this.fallBack(run);
      run.steering = undefined;
      run.phase = 'ended';
      run.admission = `steered into ${holder.spec.id}`;
      this.counters.steered += 1;
    });
  }

  abort(signal: number): void {
    this.firedSignals.add(signal);
    const concerned = this.all.filter(({ spec }) => spec.signal === signal);
    for (const run of concerned) {
      if (run.phase === 'waiting' || run.phase === 'resolving') {
        this.giveUp(run, 'aborted', ABORTED);
      }
    }
    for (const run of concerned) this.fire(run, 'caller');
  }

  park(run: ModelRun, waitMs: number): void {
    if (run.phase !== 'active' || !run.isStarted || run.isAway) return;
    run.phase = 'parked';
    run.park = undefined;
    run.isAway = true;
    this.#parkMs.set(run, waitMs);
    this.handOver(run.spec.file);
  }
  readonly #parkMs = new Map<ModelRun, number>();
  #step = 0;

  comeBack(run: ModelRun): void {
    this.#later.push(() => {
      if (!run.isAway) return;
      const waitMs = this.#parkMs.get(run) ?? 0;
      const owner = this.owner(run.spec.file);
      run.isAway = false;
      if (!run.isAlive) run.park = run.endedCode;
      else if (run.why) run.park = INTERRUPTED;
      else if (owner && waitMs === 0) run.park = TIMED_OUT;
      else {
        run.isAway = true;
        run.back = { order: (this.order += 1), dueMs: this.nowMs + waitMs };
        if (owner === undefined) this.grant(run);
      }
    });
  }

  /** The end of a tick: what was put off happens, and whoever was granted is told. */
  settle(): void {
    this.#step += 1;
    for (const run of this.all) if (run.isHanded) this.#tell(run);
    for (const act of this.#later.splice(0)) act();
    this.#tellAll();
    for (const act of this.#arriving.splice(0)) {
      act();
      this.#tellAll();
    }
    for (const busy of this.busy) busy.isAsked = true;
    this.look();
  }

  #tellAll(): void {
    let before: number;
    do {
      before = this.counters.granted + this.counters.resumed;
      for (const run of this.all) this.#tell(run);
    } while (this.counters.granted + this.counters.resumed > before);
  }

  /** The end of one operation: whoever was turned away is told if the file is free, however short. */
  look(): void {
    for (const busy of this.busy) {
      busy.isTold ||= busy.isAsked && this.isFree(busy.run.spec.file, busy.places);
    }
  }

  isFree(file: number, places: number): boolean {
    return this.owner(file) === undefined || this.waiting(file).length < places;
  }

  #tell(run: ModelRun): void {
    const { host } = run;
    if ((run.generation === 0 && host === undefined) || run.refusal !== undefined) return;
    if (!run.isTold) {
      run.isTold = true;
      this.fallBack(run);
      if (run.isAlive && !run.isTaken) this.#expectClaim(run);
    }
    if (run.isBack) {
      run.isBack = run.isAway = false;
      run.backInStep = this.#step;
      run.park = run.isAlive ? 'value' : run.endedCode;
    }
    if (!run.isTaken || run.isStarted || run.claim !== undefined) return;
    run.isHanded = true;
    const stop = host === undefined ? this.#whyNot(run) : this.#whyNotInside(run, host);
    if (stop !== undefined) run.claim = stop;
    else run.isStarted = true;
    if (stop === undefined && !run.isTask) run.claim = 'value';
  }

  /** Told to stop between the grant and now: nothing is started. */
  #whyNot(run: ModelRun): string | undefined {
    if (run.why === undefined) return run.isAlive ? undefined : run.endedCode;
    this.finish(run, END_AFTER[run.why]);
    return INTERRUPTED;
  }

  #whyNotInside(guest: ModelRun, host: ModelRun): string | undefined {
    if (!guest.isTask) return undefined;
    if (host.why) return INTERRUPTED;
    if (!host.isAlive) return host.endedCode;
    return host.isOwner ? undefined : 'ERR_SESSION_NOT_OWNER';
  }

  #expectClaim(run: ModelRun): void {
    run.unclaimedAtMs = this.nowMs + run.spec.limits.settleMs;
  }
}
