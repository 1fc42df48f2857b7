import type { OwnerTable } from '../ownership/owner-table.js';
import type { GrantWaiter, RunRecord, RunTerms } from '../ownership/run-record.js';
import { runJoined, runOwned, type TaskCall } from './run-task.js';
import type { RunRequest } from './run.js';

/** One call of `run()`: waits for the grant, then for the task. */
export class RunCall<T> implements GrantWaiter, TaskCall<T> {
  readonly task: TaskCall<T>['task'];
  readonly rescue: RunRequest['rescue'];
  readonly answer: (value: T) => void;
  readonly reject: (error: unknown) => void;
  readonly #table: OwnerTable;
  readonly #terms: RunTerms;

  constructor(
    table: OwnerTable,
    terms: RunTerms,
    task: TaskCall<T>['task'],
    rescue: RunRequest['rescue'],
    answer: (value: T) => void,
    reject: (error: unknown) => void,
  ) {
    this.#table = table;
    this.#terms = terms;
    this.task = task;
    this.rescue = rescue;
    this.answer = answer;
    this.reject = reject;
  }

  /** The run owns its file, or shares the turn of the run around. */
  resolve(owner: RunRecord): void {
    try {
      if (owner.terms === this.#terms) runOwned(this.#table, owner, this);
      else runJoined(this.#table, owner, this);
    } catch (error) {
      this.reject(error);
    }
  }
}
