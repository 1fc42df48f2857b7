import { log } from '../observe/deliver.js';
import type { OwnerTable } from '../ownership/owner-table.js';
import { Patience } from '../ownership/limits/patience.js';
import { checkOutside, checkOwner } from '../ownership/table/run-guards.js';
import type { RunRecord } from '../ownership/run/run-record.js';
import type { Section } from '../ownership/file/section.js';
import { checkDuration, checkObject, checkOneOf } from '../support/checks.js';
import { monotonicMs } from '../support/clock.js';
import { verify } from '../transcript/fence.js';
import { type Pen, penOf } from '../transcript/pen.js';
import { perform } from '../transcript/perform.js';
import { drain } from '../transcript/queued-writes.js';
import type { RunRequest } from './run.js';
import { inWindow } from './windows.js';

export interface PromptOptions {
  /**
   * Silence that is no sign of being stuck, of a long tool for instance: while the window is open
   * the run is told to stop after that, or after its `stuckAfterMs` if that is longer.
   */
  readonly silentMs?: number | undefined;
  /**
   * `adopt` for agents that append to the file by themselves: what anybody appends while the window
   * is open is taken in and reported by `takeGuestWrites()`, instead of ending the run.
   * @defaultValue the request's
   */
  readonly onForeignAppend?: 'takeover' | 'adopt' | undefined;
}

export type PromptTask<T> = (signal: AbortSignal) => T | Promise<T>;

/** One model call with its tools: the fence is looked at when it opens and when it closes. */
export async function prompt<T>(
  table: OwnerTable,
  record: RunRecord,
  task: PromptTask<T>,
  options: PromptOptions,
  rescue: RunRequest['rescue'],
): Promise<T> {
  checkOptions(options);
  checkMayOpen(record, 'prompt');
  const pen = record.isMarker ? undefined : penOf(table, record);
  checkOutside(table.state, record, 'prompt');
  if (pen) {
    await look(pen);
    checkMayOpen(record, 'prompt');
  }
  const policies = options.onForeignAppend && pen?.policies[options.onForeignAppend];
  const policy = {};
  policies?.add(policy);
  try {
    return await inWindow(table, record, {
      window: {
        phase: 'prompting',
        silentMs: options.silentMs ?? 0,
        dueAtMs: Infinity,
        spareMs: 0,
      },
      task: () => task(table.signals.signalOf(record)),
      close: async () => {
        if (pen) await lookAfter(pen);
      },
      rescue,
      stopped: () => record.firing?.reason,
    });
  } finally {
    policies?.delete(policy);
  }
}

function checkOptions(options: PromptOptions): void {
  checkObject('options', options);
  const { silentMs, onForeignAppend } = options;
  if (silentMs !== undefined) checkDuration('silentMs', silentMs);
  if (onForeignAppend !== undefined) {
    checkOneOf('onForeignAppend', onForeignAppend, ['takeover', 'adopt']);
  }
}

/** @throws what `checkOwner` throws, or the reason of the run's signal */
export function checkMayOpen(record: RunRecord, action: string): void {
  checkOwner(record, action);
  if (record.firing) throw record.firing.reason;
}

/**
 * Queued writes first, then the fence, within the time to settle. A conflict is told as what it is:
 * the end of the run.
 */
async function look(pen: Pen): Promise<void> {
  const { record } = pen;
  const { settleMs } = record.origin;
  const dueAtMs = monotonicMs() + settleMs;
  try {
    if (pen.queue !== undefined) await atMost(dueAtMs, settleMs, drain(pen));
    const waitMs = Math.max(0, dueAtMs - monotonicMs());
    const verified = (section: Section) => verify({ pen, section, isGuest: false });
    await perform(pen, 'look at the fence', verified, { waitMs });
  } catch (error) {
    throw error === pen.tripped ? (record.firing?.reason ?? error) : error;
  }
}

/** The result is there: what the look came to is logged, or has fired the signal. */
async function lookAfter(pen: Pen): Promise<void> {
  const { origin, runId, path: sessionFile } = pen.record;
  try {
    await look(pen);
  } catch (error) {
    if (pen.record.firing) return;
    const facts = { runId, sessionFile, err: error };
    log(origin.logger, 'warn', facts, 'the fence could not be looked at behind a prompt');
  }
}

/** A queued write that hangs does not keep a window from opening or closing. */
function atMost(dueAtMs: number, settleMs: number, work: Promise<void>): Promise<void> {
  return new Promise((done) => {
    const patience = new Patience(dueAtMs, settleMs, done);
    void work.then(() => {
      patience.stop();
      done();
    });
  });
}
