import { type Coordinator, createCoordinator, type OwnershipEvent } from '../../../../src/index.js';
import { OwnerTable } from '../../../../src/ownership/owner-table.js';
import { advanceFakeTime, drain } from '../../../model/clock.js';
import { useTable } from '../../../model/fresh-table.js';
import {
  type CountingController,
  createCountingController,
} from '../../../support/counting-signal.js';
import { createGate, type Gate } from '../../../support/gate.js';
import { BOOM, Call, codeOf } from './call.js';
import { Fates } from './fates.js';
import type { Limits, ModelAnswer, ModelRun, Spec } from './model-run.js';
import { ModelStops } from './model-stops.js';
import { inWords, type Operation, type Step, type Who } from './plan.js';

/** What somebody does with a ticket, or with the turn. */
type Use = Exclude<Extract<Operation, { who: Who }>, { do: 'answer' | 'interrupt' | 'recover' }>;

/** What the files are called: one or more names each. */
export interface Setting {
  readonly isMarker: boolean;
  readonly spellings: readonly (readonly (string | URL)[])[];
}

/** A message in the hands of a holder, and how that answers. */
export interface Handed {
  readonly message: string;
  readonly to: string;
  readonly gate: Gate<string>;
  how: string | undefined;
}

export interface Waiting {
  readonly what: string;
  readonly model: ModelAnswer;
  outcome: string | undefined;
}

/** How long the coordinators of the three lanes are patient. Odd, so that nothing coincides. */
const LIMITS = [
  { settleMs: 7_001, stuckAfterMs: 60_013, maxWaiting: 2, waitMs: 90_019 },
  { settleMs: 11_003, stuckAfterMs: 45_007, maxWaiting: 3, waitMs: 70_003 },
  { settleMs: 13_007, stuckAfterMs: Infinity, maxWaiting: 100, waitMs: 200_017 },
] as const;

/** Three real coordinators on one table, and the model, under the same operations. */
export class Driver {
  readonly setting: Setting;
  readonly table: OwnerTable = new OwnerTable();
  readonly model: ModelStops = new ModelStops();
  readonly fates: Fates = new Fates();
  readonly limits: readonly Limits[] = LIMITS.map((limits) => ({ ...limits, isClosed: false }));
  readonly lanes: readonly Coordinator[];
  readonly calls: Call[] = [];
  readonly waits: Waiting[] = [];
  readonly steers: Handed[] = [];
  readonly signals: readonly CountingController[] = Array.from(
    { length: 6 },
    createCountingController,
  );
  operations = 0;
  /** The operations since somebody read them, in words. */
  told: string[] = [];

  constructor(setting: Setting) {
    this.setting = setting;
    useTable(this.table);
    const onEvent = (event: OwnershipEvent): void => {
      this.fates.note(event);
    };
    const logger = { debug: () => {}, info: () => {}, warn: () => {}, error: () => {} };
    this.lanes = LIMITS.map(({ stuckAfterMs, ...limits }) => {
      const stuckOrNever = stuckAfterMs === Infinity ? (false as const) : stuckAfterMs;
      return createCoordinator({ ...limits, stuckAfterMs: stuckOrNever, onEvent, logger });
    });
  }

  readonly isBusy = (): boolean =>
    this.table.requests.arrivals.size > 0 || this.calls.some(({ isMoving }) => isMoving);

  /** False where nothing can be said any more about what is to come. */
  async take(step: Step): Promise<boolean> {
    let isCertain = true;
    for (const operation of step) {
      this.operations += 1;
      if (operation.do === 'advance') {
        this.told.push(inWords(operation));
        isCertain = this.model.advance(operation.ms);
        await advanceFakeTime(operation.ms, this.isBusy);
      } else this.told.push(`${inWords(operation)} (${this.#act(operation) ?? 'nobody'})`);
      this.model.look();
    }
    this.model.settle();
    await drain(this.isBusy);
    return isCertain;
  }

  /** Whom it was about. */
  #act(operation: Exclude<Operation, { do: 'advance' }>): string | undefined {
    if (operation.do === 'admit') return this.#admit(operation);
    if (operation.do === 'close') return this.#close(operation);
    if (operation.do === 'answer') return this.#answer(operation);
    if (operation.do === 'interrupt' || operation.do === 'recover') return this.#stop(operation);
    if (operation.do === 'abort') {
      this.model.abort(operation.signal);
      this.signals[operation.signal]?.abort(BOOM);
      return `signal ${operation.signal}`;
    }
    const call = this.#whom(operation);
    if (call) this.#use(call, operation);
    return call?.id;
  }

  #admit(asked: Extract<Operation, { do: 'admit' }>): string {
    const limits = this.limits[asked.lane] as Limits;
    const { waitMs = LIMITS[asked.lane]?.waitMs ?? 0, file, mode, force, kind, hasSteer } = asked;
    const { id = `message ${this.calls.length}` } = asked;
    const asker = asked.joins
      ? this.calls.find(({ model }) => model === this.model.owner(file) && model.isStarted)
      : undefined;
    const spec: Spec = {
      ...{ id, file, limits, mode, force, kind, waitMs, signal: asked.signal, hasSteer },
      ...{ isMarker: this.setting.isMarker, joins: asker !== undefined },
    };
    const call = new Call(this.model.admit(spec, asker?.model));
    this.calls.push(call);
    const take = (message: unknown): Promise<boolean> => {
      const gate = createGate<string>();
      this.steers.push({ message: String(message), to: id, gate, how: undefined });
      return gate.opened.then((how) => {
        if (how === 'throw') throw BOOM;
        return how === 'true';
      });
    };
    const before = this.#standing();
    const admission = this.lanes[asked.lane]?.admit({
      sessionFile: this.spelling(file, asked.alias),
      ...{ mode, force, kind, waitMs, runId: id, sessionKey: `lane ${asked.lane}`, message: id },
      ...(asker ? { parent: asker.handle, onReentry: 'join' as const } : {}),
      signal: asked.signal === undefined ? undefined : this.signals[asked.signal]?.signal,
      steer: hasSteer ? take : undefined,
    });
    if (admission) call.admitted(admission);
    if (spec.isMarker && call.model.admission?.startsWith('busy'))
      this.#expectUntouched(id, before);
    return id;
  }

  spelling(file: number, alias: number): string | URL {
    const names = this.setting.spellings[file] ?? [];
    return names[alias % names.length] ?? '';
  }

  /** Everything that shows, but the count of those who were turned away. */
  #standing(): string {
    const { counters, ...runs } = this.lanes[0]?.inspect() ?? { counters: {} };
    return JSON.stringify({ ...runs, counters: { ...counters, requests: 0, busy: 0 } });
  }

  #expectUntouched(id: string, before: string): void {
    if (this.#standing() !== before) this.fates.faults.push(`${id} was busy and left a trace`);
    const told = this.lanes[0]?.history().filter(({ runId }) => runId === id) ?? [];
    const types = told.map(({ type }) => type).join();
    if (types !== 'requested,busy') this.fates.faults.push(`${id} was busy, but: ${types}`);
  }

  #whom({ do: verb, who }: { readonly do: string; readonly who: Who }): Call | undefined {
    const isAny = typeof who === 'string' || who % 10 === 0;
    const fits = (run: ModelRun): boolean => {
      const isIn = run.isStarted && !run.host;
      if (verb === 'claim') return run.hasTicket && run.isAlive && (!run.isTaken || isAny);
      if (verb === 'cancel') return run.hasTicket && run.isAlive;
      if (verb === 'release') return isIn && !run.isTask && run.isAlive;
      if (verb === 'finish') return run.isStarted && run.isTask && !run.isTaskOver;
      if (verb === 'end prompt') return run.phase === 'prompting';
      if (verb === 'come back') return run.isAway && run.back === undefined && !run.isBack;
      if (verb === 'prompt') return isIn && run.phase === 'active' && !run.why && !run.isAway;
      if (verb === 'park') return isIn && run.phase === 'active' && !run.isAway;
      return isIn && run.isOwner;
    };
    // Used-up tickets are asked as well, as long as there is nobody else.
    const isUsed = ({ model }: Call): boolean => model.hasTicket && verb === 'claim';
    return (
      pick(this.calls, who, (call) => call.ticket !== undefined && fits(call.model)) ??
      pick(this.calls, who, isUsed)
    );
  }

  #use(call: Call, operation: Use): void {
    const { model } = call;
    switch (operation.do) {
      case 'claim':
        return this.#claim(call, operation.isTask);
      case 'cancel': {
        const expected = this.model.cancel(model);
        const isCancelled = call.ticket?.cancel(BOOM);
        if (isCancelled !== expected)
          this.fates.faults.push(`${call.id}: cancel said ${isCancelled}`);
        return undefined;
      }
      case 'release':
        this.model.release(model);
        return void call.handle?.release();
      case 'progress':
        this.model.progress(model);
        return call.handle?.progress();
      case 'prompt':
        this.model.prompt(model);
        return call.openWindow();
      case 'end prompt':
        this.model.endPrompt(model);
        return call.closeWindow();
      case 'park':
        this.model.park(model, operation.waitMs);
        return call.leave(operation.waitMs);
      case 'come back':
        this.model.comeBack(model);
        return call.comeBack();
      case 'finish':
        this.model.endTask(model, operation.how);
        return call.task.open(operation.how);
    }
  }

  #claim(call: Call, isTask: boolean): void {
    const [lane] = this.lanes;
    if (lane === undefined || call.ticket === undefined) return;
    if (call.model.isTaken) {
      const again = call.ticket.acquire().then(() => 'value', codeOf);
      this.#await('a second claim', { outcome: () => 'ERR_SESSION_RUN_ENDED' }, again);
      return;
    }
    this.model.claim(call.model, isTask);
    call.take(lane, isTask);
  }

  #answer({ who, how }: Extract<Operation, { do: 'answer' }>): string | undefined {
    const steer = pick(
      this.steers,
      who,
      ({ gate }) => !gate.isOpen,
      ({ message }) => message,
    );
    if (steer === undefined) return undefined;
    this.model.answer(this.steers.indexOf(steer), how === 'true');
    steer.how = how;
    steer.gate.open(how);
    return `${steer.message} to ${steer.to}`;
  }

  #stop(asked: Extract<Operation, { do: 'interrupt' | 'recover' }>): string | undefined {
    const isAny = typeof asked.who === 'string' || asked.who % 5 === 0;
    const call = pick(this.calls, asked.who, ({ model }) => isAny || model.isAlive);
    if (call === undefined) return undefined;
    const { file } = call.model.spec;
    const sessionFile = this.spelling(file, this.operations);
    const target = asked.isByFile ? file : call.model;
    const names = asked.isByFile ? { sessionFile } : { runId: call.id };
    const [lane] = this.lanes;
    if (lane === undefined) return undefined;
    if (asked.do === 'interrupt') {
      const { settleMs } = asked;
      const outcome = lane.interrupt(names, { settleMs }).then(({ status }) => status, codeOf);
      this.#await('interrupt', this.model.interrupt(target, settleMs), outcome);
    } else {
      const { silentMs, isForced: allowActiveAbort } = asked;
      const request = { sessionFile, ...names, silentMs, allowActiveAbort };
      const outcome = lane
        .recover(request)
        .then(({ status, reason }) => `${status} ${reason}`, codeOf);
      this.#await('recover', this.model.recover(target, silentMs, allowActiveAbort), outcome);
    }
    return asked.isByFile ? `file ${file}` : call.id;
  }

  #close({ lane, waitMs }: Extract<Operation, { do: 'close' }>): string | undefined {
    const limits = this.limits[lane] as Limits;
    if (limits.isClosed) return undefined;
    const report = this.lanes[lane]
      ?.close({ waitMs })
      .then(({ ended, revoked }) => `${ended.length + revoked.length} ended`, codeOf);
    if (report) this.#await('close', this.model.close(limits, waitMs), report);
    return `lane ${lane}`;
  }

  #await(what: string, model: ModelAnswer, answer: Promise<string>): void {
    const waiting: Waiting = { what, model, outcome: undefined };
    this.waits.push(waiting);
    void answer.then((outcome) => (waiting.outcome = outcome));
  }
}

function pick<T>(
  all: readonly T[],
  who: Who,
  fits: (one: T) => boolean,
  idOf: (one: T) => string = (one) => (one as { readonly id: string }).id,
): T | undefined {
  const those = all.filter(fits);
  if (typeof who === 'string') return those.find((one) => idOf(one) === who);
  return those[who % those.length];
}
