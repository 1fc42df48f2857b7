import { log } from '../observe/deliver.js';
import { takesMessages } from '../ownership/requests/how-to-wait.js';
import type { OwnerTable } from '../ownership/owner-table.js';
import type { RunRecord } from '../ownership/run/run-record.js';
import { isThenable } from '../support/thenable.js';

/**
 * One attempt to hand the message of a waiting request to the run that it waits for. The request
 * keeps its place until that run has said that the message is in its hands.
 *
 * Invariants: only the holder that was seen is tried; the answer is told once; a message that was
 * taken leaves the queue in the same step, unless its request is over or granted already.
 */
export class Steering {
  readonly #table: OwnerTable;
  readonly #record: RunRecord;
  readonly #holder: RunRecord;
  readonly #message: unknown;
  readonly #tell: (isTaken: boolean) => void;
  #isTold = false;

  constructor(
    table: OwnerTable,
    record: RunRecord,
    holder: RunRecord,
    message: unknown,
    tell: (isTaken: boolean) => void,
  ) {
    this.#table = table;
    this.#record = record;
    this.#holder = holder;
    this.#message = message;
    this.#tell = tell;
    (holder.endListeners ??= new Set()).add(this.giveUp);
    table.state.outbox.push(this.#try);
  }

  /** The request waits, or was granted, whatever the holder says from now on. */
  readonly giveUp = (): void => {
    this.#answer(false);
  };

  readonly #try = (): void => {
    if (this.#isTold) return;
    // Others were called before: the holder may be at something else by now.
    if (!takesMessages(this.#holder)) {
      this.giveUp();
      return;
    }
    try {
      const { ambient } = this.#table.state;
      const { steer } = this.#holder.terms;
      const answer: unknown = ambient.run(this.#holder, () => steer?.(this.#message));
      if (isThenable(answer)) Promise.resolve(answer).then(this.#onAnswer, this.#onError);
      else this.#onAnswer(answer);
    } catch (error) {
      this.#onError(error);
    }
  };

  readonly #onError = (error: unknown): void => {
    this.#log({ err: error }, 'a steer callback failed: the message keeps its place');
    this.giveUp();
  };

  /** Read in the very step in which it was given: the holder may end in the next. */
  readonly #onAnswer = (answer: unknown): void => {
    if (answer !== true) {
      this.giveUp();
      return;
    }
    const isWaiting = !this.#isTold && this.#record.phase === 'waiting';
    if (!isWaiting || this.#holder.phase === 'ended') {
      this.#log({}, 'a message was taken too late: its request is over, or has a turn of its own');
      this.giveUp();
      return;
    }
    this.#table.departures.steer(this.#record, this.#holder);
    this.#answer(true);
    this.#table.state.outbox.flush();
  };

  #answer(isTaken: boolean): void {
    if (this.#isTold) return;
    this.#isTold = true;
    this.#holder.endListeners?.delete(this.giveUp);
    this.#tell(isTaken);
  }

  #log(facts: object, message: string): void {
    const { origin, path: sessionFile, runId } = this.#record;
    const holderRunId = this.#holder.runId;
    log(origin.logger, 'warn', { ...facts, runId, holderRunId, sessionFile }, message);
  }
}
