import { type Run, SessionError } from '../../src/index.js';
import { createGate, type Gate } from '../support/gate.js';
import type { ModelPark, ModelRun } from './model-run.js';

export const BOOM = new Error('boom');

/** How a promise ended, in the words of the model; undefined while it has not. */
export function watch(promise: Promise<unknown>, told: (outcome: string) => void): void {
  promise.then(
    () => told('value'),
    (error: unknown) => {
      if (error === BOOM) told('boom');
      else told(SessionError.is(error) ? error.code : String(error));
    },
  );
}

interface Park {
  readonly gate: Gate<'value' | 'boom'>;
  readonly model: ModelPark;
  outcome: string | undefined;
}

/** One request on both sides, and what its caller does with it. */
export class Call {
  readonly model: ModelRun;
  readonly gate: Gate<'value' | 'boom'> = createGate();
  readonly parks: Park[] = [];
  handle: Run | undefined = undefined;
  outcome: string | undefined = undefined;
  rescued = 0;
  /** Code of this caller runs in the belief that it owns the file. */
  isInside = false;

  readonly #faults: string[];

  constructor(model: ModelRun, faults: string[]) {
    this.model = model;
    this.#faults = faults;
  }

  get id(): string {
    return this.model.spec.id;
  }

  /** Nothing more can happen to it, unless its caller uses the handle once more. */
  get isQuiet(): boolean {
    const { outcome, isAlive, isStarted, isTaskOver, spec, host } = this.model;
    const isIdle = !isStarted || !spec.isTask || isTaskOver;
    const isOver = outcome !== undefined && !isAlive && isIdle && host?.isAlive !== true;
    return isOver && this.parks.every(({ model }) => model.outcome !== undefined);
  }

  /** The caller has its handle: from here on it counts on being alone. */
  enter(handle: Run, others: readonly Call[]): void {
    this.handle = handle;
    this.comeInside(others);
    const obey = (): void => {
      if (!this.model.spec.obeys || this.model.host) return;
      if (this.model.spec.isTask) this.gate.open('value');
      else this.leave(() => void handle.release());
    };
    if (handle.signal.aborted) obey();
    else handle.signal.addEventListener('abort', obey);
  }

  /** Two callers may be inside of one file only where the turn of one of them was taken. */
  comeInside(others: readonly Call[]): void {
    const { host, spec } = this.model;
    for (const other of others) {
      const isSameFile = other.isInside && other.model.spec.file === spec.file;
      if (!isSameFile || other === this || other.handle?.end === 'revoked') continue;
      // The end of a host invalidates those who joined it, and never waits for them.
      if (other.model.host && other.handle?.phase !== 'active') continue;
      const isShared = host !== undefined && (other.model === host || other.model.host === host);
      const isHost = other.model.host === this.model;
      if (!isShared && !isHost) this.#faults.push(`${this.id} and ${other.id} are both inside`);
    }
    if (host && this.model.spec.isTask && this.handle?.phase !== 'active')
      this.#faults.push(`${this.id} joined a dead turn`);
    this.isInside = true;
  }

  leave(giveUp: () => void): void {
    this.isInside = false;
    giveUp();
  }

  park(model: ModelPark, others: readonly Call[]): void {
    const park: Park = { gate: createGate(), model, outcome: undefined };
    const { handle } = this;
    if (handle === undefined) return;
    this.parks.push(park);
    if (handle.phase === 'active' && !this.model.host) this.isInside = false;
    const task = async (): Promise<void> => {
      if ((await park.gate.opened) === 'boom') throw BOOM;
    };
    watch(handle.park(task, { waitMs: model.waitMs }), (outcome) => {
      park.outcome = outcome;
      const isBack = outcome === 'value' || outcome === 'boom';
      if (isBack && handle.phase === 'active') this.comeInside(others);
    });
  }
}
