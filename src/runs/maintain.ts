import { RunInterruptedError } from '../errors/run-errors.js';
import type { OwnerTable } from '../ownership/owner-table.js';
import { checkOutside } from '../ownership/table/run-guards.js';
import { Patience } from '../ownership/limits/patience.js';
import type { RunRecord } from '../ownership/run/run-record.js';
import { checkDuration, checkObject } from '../support/checks.js';
import { monotonicMs } from '../support/clock.js';
import { describeMs } from '../support/wording.js';
import { checkMayOpen, type PromptTask } from './prompt.js';
import type { RunRequest } from './run.js';
import { inWindow } from './windows.js';

/** Work on the file inside a turn, such as a compaction, with a deadline of its own. */
export async function maintain<T>(
  table: OwnerTable,
  record: RunRecord,
  task: PromptTask<T>,
  options: { deadlineMs: number },
  rescue: RunRequest['rescue'],
): Promise<T> {
  checkObject('options', options);
  const { deadlineMs } = options;
  checkDuration('deadlineMs', deadlineMs);
  checkMayOpen(record, 'maintain');
  checkOutside(table.state, record, 'maintain');
  const deadline = new Deadline(table, record, deadlineMs);
  try {
    return await inWindow(table, record, {
      window: {
        phase: 'maintaining',
        silentMs: 0,
        dueAtMs: deadline.dueAtMs,
        spareMs: record.origin.settleMs,
      },
      task: () => task(deadline.signal),
      close: () => Promise.resolve(),
      rescue,
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
  readonly #countdown: Patience;

  constructor(table: OwnerTable, record: RunRecord, deadlineMs: number) {
    this.dueAtMs = monotonicMs() + deadlineMs;
    this.#runSignal = table.signals.signalOf(record);
    this.#runSignal.addEventListener('abort', this.#onRunSignal, { once: true });
    const { path: sessionFile, runId, origin } = record;
    const onDue = (): void => {
      const { settleMs } = origin;
      this.reason = new RunInterruptedError({
        sessionFile,
        runId,
        why: 'timeout',
        settleMs,
        subject: `Maintenance of run ${runId}`,
        detail:
          `its deadline of ${describeMs(deadlineMs)} has passed; ` +
          `where it does not end within ${describeMs(settleMs)} the run is told to stop as stuck`,
      });
      this.#controller.abort(this.reason);
    };
    this.#countdown = new Patience(this.dueAtMs, origin.settleMs, onDue);
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
