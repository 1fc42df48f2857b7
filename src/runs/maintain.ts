import { RunInterruptedError } from '../errors/run-errors.js';
import type { OwnerTable } from '../ownership/owner-table.js';
import type { RunRecord } from '../ownership/run-record.js';
import { checkDuration, checkObject } from '../support/checks.js';
import { monotonicMs } from '../support/clock.js';
import { Countdown } from '../support/countdown.js';
import { penOf } from '../transcript/pen.js';
import { checkOutside } from '../transcript/run-transcript.js';
import { checkMayOpen, type PromptTask } from './prompt.js';
import { inWindow } from './windows.js';

/** Work on the file inside a turn, such as a compaction, with a deadline of its own. */
export async function maintain<T>(
  table: OwnerTable,
  record: RunRecord,
  task: PromptTask<T>,
  options: { deadlineMs: number },
): Promise<T> {
  checkObject('options', options);
  const { deadlineMs } = options;
  checkDuration('deadlineMs', deadlineMs);
  checkMayOpen(record, 'maintain');
  if (!record.isMarker) checkOutside(penOf(table, record), 'maintain');
  const deadline = new Deadline(table, record, deadlineMs);
  try {
    return await inWindow(table, record, {
      window: { phase: 'maintaining', silentMs: 0, dueAtMs: deadline.dueAtMs },
      task: () => task(deadline.signal),
      close: () => Promise.resolve(),
      stopped: () => record.firing?.reason ?? deadline.reason,
    });
  } finally {
    deadline.stop();
  }
}

/** Fires with the run's signal, or once its time is up. */
class Deadline {
  readonly dueAtMs: number;
  reason: RunInterruptedError | undefined = undefined;
  readonly #controller = new AbortController();
  readonly #runSignal: AbortSignal;
  readonly #countdown: Countdown<undefined>;

  constructor(table: OwnerTable, record: RunRecord, deadlineMs: number) {
    this.dueAtMs = monotonicMs() + deadlineMs;
    this.#runSignal = table.signals.signalOf(record);
    this.#runSignal.addEventListener('abort', this.#onRunSignal, { once: true });
    const { path: sessionFile, runId, origin } = record;
    const onDue = (): void => {
      const { settleMs } = origin;
      this.reason = new RunInterruptedError({ sessionFile, runId, why: 'timeout', settleMs });
      this.#controller.abort(this.reason);
    };
    this.#countdown = new Countdown(this.dueAtMs, undefined, onDue, false);
  }

  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  stop(): void {
    this.#countdown.stop();
    this.#runSignal.removeEventListener('abort', this.#onRunSignal);
  }

  readonly #onRunSignal = (): void => {
    this.#controller.abort(this.#runSignal.reason);
  };
}
