import {
  type Admission,
  type Coordinator,
  type Run,
  SessionError,
  type Ticket,
} from '../../../../src/index.js';
import { createGate, type Gate } from '../../../support/gate.js';
import type { ModelRun } from './model-run.js';

export const BOOM = new Error('boom');

/** What an error is called on both sides. */
export function codeOf(error: unknown): string {
  if (error === BOOM) return 'boom';
  return SessionError.is(error) ? error.code : String(error);
}

function inShort(admission: Admission): string {
  const { outcome } = admission;
  if (outcome === 'run') return outcome;
  const { runId } = admission.holder;
  if (outcome === 'queued') return `queued behind ${runId}, ${admission.ahead} ahead`;
  if (outcome === 'interrupting') return `interrupting ${runId}`;
  return outcome === 'steered'
    ? `steered into ${runId}`
    : `busy with ${runId}, ${admission.reason}`;
}

/** One message on both sides, and what its caller does with the turn. */
export class Call {
  readonly model: ModelRun;
  /** When the task ends. */
  readonly task: Gate<'value' | 'boom'> = createGate();
  admission: string | undefined = undefined;
  ticket: Ticket | undefined = undefined;
  claim: string | undefined = undefined;
  isFree = false;
  /** How often code of its own was let in. */
  started = 0;
  handle: Run | undefined = undefined;
  park: string | undefined = undefined;
  /** A window is about to open, or to close. */
  isMoving = false;
  #window: Gate<void> | undefined;
  #away: Gate<void> | undefined;

  constructor(model: ModelRun) {
    this.model = model;
  }

  get id(): string {
    return this.model.spec.id;
  }

  admitted(promise: Promise<Admission>): void {
    promise.then(
      (admission) => {
        this.admission = inShort(admission);
        if ('ticket' in admission) this.ticket = admission.ticket;
        if (admission.outcome !== 'busy') return;
        void admission.whenFree().then((isFree) => (this.isFree = isFree));
      },
      (error: unknown) => (this.admission = codeOf(error)),
    );
  }

  take(coordinator: Coordinator, isTask: boolean): void {
    const { ticket } = this;
    if (ticket === undefined) return;
    const enter = (handle: Run): void => {
      this.started += 1;
      this.handle = handle;
    };
    const claimed = isTask
      ? coordinator.run(ticket, async (handle) => {
          enter(handle);
          if ((await this.task.opened) === 'boom') throw BOOM;
        })
      : ticket.acquire().then(enter);
    claimed.then(
      () => (this.claim = 'value'),
      (error: unknown) => (this.claim = codeOf(error)),
    );
  }

  /** Opening and closing may look at the file first. */
  openWindow(): void {
    const window = createGate();
    this.#window = window;
    this.isMoving = true;
    const still = (): void => {
      if (this.#window === window) this.isMoving = false;
    };
    const task = async (): Promise<void> => {
      still();
      await window.opened;
    };
    this.handle?.prompt(task).then(still, still);
  }

  closeWindow(): void {
    if (this.#window?.isOpen !== false) return;
    this.isMoving = this.model.isAlive;
    this.#window.open();
  }

  leave(waitMs: number): void {
    const away = createGate();
    this.#away = away;
    this.park = undefined;
    this.handle
      ?.park(() => away.opened, { waitMs })
      .then(
        () => (this.park = 'value'),
        (error: unknown) => (this.park = codeOf(error)),
      );
  }

  comeBack(): void {
    this.#away?.open();
  }
}
