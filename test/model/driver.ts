import { type Coordinator, createCoordinator } from '../../src/index.js';
import type { OwnershipEvent } from '../../src/observe/events.js';
import { OwnerTable } from '../../src/ownership/owner-table.js';
import { type CountingController, createCountingController } from '../support/counting-signal.js';
import { BOOM, Call, watch } from './call.js';
import { advanceFakeTime, drain } from './clock.js';
import { useTable } from './fresh-table.js';
import { Ledger } from './ledger.js';
import { Model } from './model.js';
import type { ModelRun, Spec } from './model-run.js';
import { inWords, type Operation, type Step } from './plan.js';
import { type Limits, type Names, origins } from './setting.js';

export interface Waiting {
  readonly what: string;
  readonly model: () => string | undefined;
  outcome: string | undefined;
}

/** The real coordinators and the model, side by side, under the same operations. */
export class Driver {
  readonly table: OwnerTable = new OwnerTable();
  readonly model: Model = new Model();
  readonly ledger: Ledger = new Ledger();
  readonly origins: readonly Limits[] = origins();
  readonly coordinators: readonly Coordinator[];
  readonly names: Names;
  readonly calls: Call[] = [];
  /** Those of which something may still be heard. */
  loud: Call[] = [];
  /** Waits for the end of a run, and closings. */
  readonly waits: Waiting[] = [];
  readonly signals: CountingController[] = Array.from({ length: 6 }, createCountingController);
  operations = 0;
  /** The operations since somebody read them, in words. */
  told: string[] = [];
  /** Whom the last operation was about. */
  readonly #whom: string[] = [];

  constructor(names: Names) {
    this.names = names;
    useTable(this.table);
    const onEvent = (event: OwnershipEvent): void => {
      const { file } = this.specOf(event.sessionId);
      this.ledger.note(event, file);
    };
    this.coordinators = this.origins.map((limits) => createCoordinator({ ...limits, onEvent }));
  }

  specOf(id: string | undefined): Spec {
    const spec = this.#specs.get(String(id));
    if (spec === undefined) throw new Error(`There is no request ${String(id)}.`);
    return spec;
  }
  readonly #specs = new Map<string, Spec>();

  readonly isResolving = (): boolean => this.table.requests.arrivals.size > 0;

  /** False where nothing can be said any more about what is to come. */
  async take(step: Step): Promise<boolean> {
    let isCertain = true;
    for (const operation of step) {
      this.operations += 1;
      if (operation.do === 'advance') {
        this.told.push(inWords(operation));
        isCertain = this.model.advance(operation.ms);
        await advanceFakeTime(operation.ms, this.isResolving);
      } else {
        this.#act(operation);
        this.model.react();
        this.told.push(`${inWords(operation)} (${this.#whom.splice(0).join()})`);
      }
    }
    this.model.settle();
    await drain(this.isResolving);
    return isCertain;
  }

  #act(operation: Exclude<Operation, { do: 'advance' }>): void {
    switch (operation.do) {
      case 'request':
        return this.#request(operation);
      case 'finish':
        return this.#finish(operation);
      case 'release':
        return this.#release(operation);
      case 'abort': {
        this.model.abort(operation.signal);
        this.signals[operation.signal]?.abort(BOOM);
        return undefined;
      }
      case 'progress': {
        const call = this.#granted(operation.who);
        if (call && !call.model.isReleased) this.model.progress(call.model.host ?? call.model);
        call?.handle?.progress();
        return undefined;
      }
      case 'park': {
        const call = this.#granted(operation.who);
        if (call) this.loud = [...new Set([...this.loud, call])];
        call?.park(this.model.park(call.model, operation.waitMs), this.calls);
        return undefined;
      }
      case 'come back':
        return this.#comeBack(operation);
      case 'rebind':
        return this.#rebind(operation);
      case 'await end':
        return this.#awaitEnd(operation);
      case 'close':
        return this.#close(operation);
      case 'create':
        return this.names.create?.(operation.file);
    }
  }

  #request(asked: Extract<Operation, { do: 'request' }>): void {
    const origin = this.origins[asked.origin] as Limits;
    const { stuckAfterMs = origin.stuckAfterMs, maxHoldMs = origin.maxHoldMs } = asked;
    const { waitMs = origin.waitMs, kind, onReentry, file } = asked;
    const runId = asked.runId === undefined ? undefined : `run ${asked.runId}`;
    const id = `request ${this.calls.length}`;
    const spec: Spec = {
      ...{ id, file, origin, kind, waitMs, runId, onReentry },
      stuckAfterMs: stuckAfterMs === false ? Infinity : stuckAfterMs,
      maxHoldMs: maxHoldMs ?? Infinity,
      signal: asked.signal,
      isTask: asked.isTask,
      obeys: asked.obeys,
    };
    this.#specs.set(id, spec);
    const inside = this.#granted(asked.inside);
    const call = new Call(
      this.model.request(spec, inside?.model.host ?? inside?.model),
      this.ledger.faults,
    );
    this.calls.push(call);
    this.loud.push(call);
    this.#whom.push(id);
    const request = {
      sessionFile: this.spelling(file, asked.alias),
      ...{ sessionId: id, sessionKey: 'lane', kind, waitMs, maxHoldMs, stuckAfterMs },
      ...{ runId, onReentry },
      signal: asked.signal === undefined ? undefined : this.signals[asked.signal]?.signal,
      parent: asked.isAmbient ? undefined : inside?.handle,
      rescue: () => {
        call.rescued += 1;
      },
    };
    const coordinator = this.coordinators[asked.origin] as Coordinator;
    const ask = (): Promise<unknown> => {
      if (!asked.isTask) {
        return coordinator.acquire(request).then((handle) => call.enter(handle, this.calls));
      }
      return coordinator.run(request, async (handle) => {
        call.enter(handle, this.calls);
        const how = await call.gate.opened;
        call.isInside = false;
        if (how === 'boom') throw BOOM;
      });
    };
    const promise = asked.isAmbient && inside?.handle ? inside.handle.within(ask) : ask();
    watch(promise, (outcome) => {
      call.outcome = outcome;
    });
  }

  spelling(file: number, alias: number): string | URL {
    const names = this.names.spellings[file] ?? [];
    return names[alias % names.length] ?? '';
  }

  /** One of those who hold a handle, used up or not. */
  #granted(who: number | undefined): Call | undefined {
    if (who === undefined) return undefined;
    const call = pick(this.calls, who, ({ model }) => model.isStarted);
    if (call) this.#whom.push(call.id);
    return call;
  }

  #finish({ who, how }: Extract<Operation, { do: 'finish' }>): void {
    const isOpen = ({ isStarted, isTaskOver, spec }: ModelRun): boolean =>
      isStarted && spec.isTask && !isTaskOver;
    const call = pick(this.calls, who, ({ model }) => isOpen(model));
    if (call === undefined) return;
    this.#whom.push(call.id);
    this.model.endTask(call.model, how);
    call.gate.open(how);
  }

  #release({ who, how }: Extract<Operation, { do: 'release' }>): void {
    const call = this.#granted(who);
    if (call === undefined) return;
    this.model.release(call.model, how);
    call.leave(() => void call.handle?.release(how === 'failed' ? { error: BOOM } : {}));
  }

  #comeBack({ who, how }: Extract<Operation, { do: 'come back' }>): void {
    const parks = this.calls.flatMap(({ parks }) => parks);
    const park = pick(parks, who, ({ gate, model }) => !gate.isOpen && model.outcome === undefined);
    if (park === undefined) return;
    this.#whom.push(park.model.run.spec.id);
    this.model.comeBack(park.model, how);
    park.gate.open(how);
  }

  #rebind({ who, name }: Extract<Operation, { do: 'rebind' }>): void {
    const call = this.#granted(who);
    if (call === undefined) return;
    const { host = call.model } = call.model;
    let refusal: unknown;
    try {
      call.handle?.rebind({ sessionKey: `lane ${name}` });
    } catch (error) {
      refusal = (error as { code?: unknown }).code;
    }
    let expected: string | undefined;
    if (call.model.host && call.model.isReleased) expected = 'ERR_SESSION_RUN_ENDED';
    else if (!host.isAlive) expected = host.endedCode;
    else host.sessionKey = `lane ${name}`;
    if (refusal !== expected)
      this.ledger.faults.push(`rebind: ${String(refusal)}, not ${expected}`);
  }

  #awaitEnd({ who, inside }: Extract<Operation, { do: 'await end' }>): void {
    const call = pick(this.calls, who, ({ model }) => model.isAlive);
    const [view] = call === undefined ? [] : this.table.state.sessionIds.get(call.id);
    if (call === undefined || view === undefined) return;
    const asker = this.#granted(inside);
    const { model } = call;
    const isAllowed = this.model.whenEnded(model, asker?.model.host ?? asker?.model);
    const wait = (): Promise<unknown> => {
      const ended = this.coordinators[0]?.runs.whenEnded(view.runId);
      return ended ?? Promise.resolve();
    };
    this.#expect(
      `the end of ${call.id}`,
      () => (isAllowed ? (model.isAlive ? undefined : 'value') : 'ERR_SESSION_DEADLOCK'),
      asker?.handle ? asker.handle.within(wait) : wait(),
    );
  }

  #close({ origin, waitMs, inside }: Extract<Operation, { do: 'close' }>): void {
    const limits = this.origins[origin] as Limits;
    if (limits.isClosed) return;
    const asker = this.#granted(inside);
    const granted = this.model.close(limits, waitMs, asker?.model.host ?? asker?.model);
    const close = async (): Promise<void> => {
      const report = await this.coordinators[origin]?.close({ waitMs });
      const ended = report?.ended.map(({ sessionId }) => sessionId);
      const expected = granted?.filter(({ end }) => end !== 'revoked').map(({ spec }) => spec.id);
      if (ended?.sort().join() !== expected?.sort().join()) {
        throw new Error(`closed: ${ended?.join()}, not ${expected?.join()}`);
      }
    };
    this.#expect(
      `closing ${origin}`,
      () => {
        if (granted === undefined) return 'ERR_SESSION_DEADLOCK';
        return granted.some(({ isAlive }) => isAlive) ? undefined : 'value';
      },
      asker?.handle ? asker.handle.within(close) : close(),
    );
  }

  #expect(what: string, model: () => string | undefined, promise: Promise<unknown>): void {
    const waiting: Waiting = { what, model, outcome: undefined };
    this.waits.push(waiting);
    watch(promise, (outcome) => {
      waiting.outcome = outcome;
    });
  }
}

function pick<T>(all: readonly T[], index: number, fits: (one: T) => boolean): T | undefined {
  const those = all.filter(fits);
  return those[index % those.length];
}
