import type { FileQueue } from '../ownership/file/file-queue.js';
import type { OwnerTable } from '../ownership/owner-table.js';
import type { RunRecord } from '../ownership/run/run-record.js';
import { holderElsewhere } from '../runs/elsewhere.js';
import { untilOver } from '../runs/interrupt.js';
import { checkNames, findRuns, hasNames } from '../runs/targets.js';
import { asError } from '../support/as-error.js';
import { checkBoolean, checkCount, checkDuration, checkObject } from '../support/checks.js';
import { monotonicMs } from '../support/clock.js';
import { describeMs } from '../support/wording.js';
import { CALM_MS, detect, silenceOf } from './detect.js';
import {
  activeFacts,
  NOTHING_DONE,
  type RecoveryOutcome,
  type RecoveryRequest,
} from './outcome.js';

/** In which recovery is asked for. */
export interface Circumstances {
  /** For how long nobody is judged after the process stood still. */
  readonly calmMs?: number;
  /** Whether the process must not end meanwhile: somebody waits for the outcome. */
  readonly keepsAlive?: boolean;
}

/**
 * Judges the run that these names lead to and, where it is stuck, has it end: asks it to give way,
 * tells it to stop, gives it time to settle, takes its turn. Acts on exactly the run that it
 * judged; those who wait keep their places.
 *
 * @throws TypeError, RangeError the request is wrong; everything else is an outcome
 */
export async function recover(
  table: OwnerTable,
  request: RecoveryRequest,
  circumstances: Circumstances = {},
): Promise<RecoveryOutcome> {
  check(table, request);
  if (!hasNames(request)) return skipped(table, 'missing_session_ref');
  try {
    const found = find(table, request);
    const holder = isActive(found) ? undefined : await holderElsewhere(table, request);
    if (holder) {
      return { status: 'skipped', reason: 'held_elsewhere', holder, observed: NOTHING_DONE };
    }
    return 'status' in found ? found : await judgeAndAct(table, found, request, circumstances);
  } catch (error) {
    return { status: 'failed', reason: 'exception', error: asError(error), observed: NOTHING_DONE };
  }
}

function check(table: OwnerTable, request: RecoveryRequest): void {
  checkObject('request', request);
  checkNames(table, request);
  const { generation, silentMs, allowActiveAbort, settleMs } = request;
  if (generation !== undefined) checkCount('generation', generation, 0);
  if (silentMs !== undefined) checkDuration('silentMs', silentMs);
  if (allowActiveAbort !== undefined) checkBoolean('allowActiveAbort', allowActiveAbort);
  if (settleMs !== undefined) checkDuration('settleMs', settleMs);
}

interface Found {
  readonly record: RunRecord;
  readonly queue: FileQueue | undefined;
}

/**
 * Whoever owns the file of the session: where that only waits, it is the owner that it waits for.
 */
function find(table: OwnerTable, request: RecoveryRequest): Found | RecoveryOutcome {
  const { runId, generation } = request;
  const named = findRuns(table, request);
  const isExact = runId !== undefined;
  const found = isExact ? named : [...new Set(named.map((record) => blockerOf(record)))];
  const [record] = found;
  if (record === undefined) {
    const successor = isExact ? findRuns(table, { ...request, runId: undefined })[0] : undefined;
    if (successor)
      return skipped(table, 'stale_state', { record: successor, queue: successor.queue });
    return { status: 'noop', reason: 'no_active_work', observed: NOTHING_DONE };
  }
  if (found.length > 1) return skipped(table, 'ambiguous_session_ref');
  const only = { record, queue: record.queue };
  if (generation !== undefined && generation !== record.generation) {
    return skipped(table, 'stale_state', only);
  }
  return only;
}

/** Whether a run of this thread has a turn that could be looked at. */
function isActive(found: Found | RecoveryOutcome): boolean {
  return 'record' in found && found.record.phase !== 'waiting';
}

function blockerOf(record: RunRecord): RunRecord {
  return record.phase === 'waiting' ? (record.queue?.owner ?? record) : record;
}

async function judgeAndAct(
  table: OwnerTable,
  found: Found,
  request: RecoveryRequest,
  { calmMs = CALM_MS, keepsAlive = true }: Circumstances,
): Promise<RecoveryOutcome> {
  const { record, queue } = found;
  const { silentMs, allowActiveAbort = false } = request;
  const stalledAtMs = table.limits.loop.lastStallMs();
  const measure = { silentMs, allowActiveAbort, stalledAtMs, calmMs };
  const verdict = detect(record, monotonicMs(), measure);
  if (!verdict.isCondemned) return skipped(table, verdict.reason, found);
  if (queue === undefined || table.recoveries.has(queue))
    return skipped(table, 'already_in_flight', found);
  table.recoveries.add(queue);
  try {
    table.pressure.askToYield(record);
    table.state.outbox.flush();
    // Code of the run has just been called: it may have ended, parked or begun to maintain.
    const hasEnded = hasEndedNow(record);
    if (!hasEnded) {
      const again = detect(record, monotonicMs(), measure);
      if (!again.isCondemned) return skipped(table, again.reason, found);
    }
    return await stop(table, found, hasEnded ? undefined : request, verdict.reason, keepsAlive);
  } finally {
    table.recoveries.delete(queue);
  }
}

/** Asked anew each time: what was seen of the phase before does not hold any more. */
function hasEndedNow({ phase }: RunRecord): boolean {
  return phase === 'ended';
}

/** @param request undefined where the run has ended already, asked to give way */
async function stop(
  table: OwnerTable,
  { record }: Found,
  request: RecoveryRequest | undefined,
  reason: 'stuck' | 'requested',
  keepsAlive: boolean,
): Promise<RecoveryOutcome> {
  if (request) {
    const { settleMs = record.origin.settleMs } = request;
    const silent = describeMs(silenceOf(record, monotonicMs()));
    const because = reason === 'stuck' ? `silent for ${silent}` : 'requested while it moved';
    table.signals.fire(record, 'recovery', undefined, settleMs, { because });
    table.state.outbox.flush();
  }
  const over = await untilOver(table, record, keepsAlive);
  const status = over === 'still-running' ? 'still-held' : over;
  return { ...activeFacts(table, record), status, reason };
}

function skipped(
  table: OwnerTable,
  reason: Exclude<(RecoveryOutcome & { status: 'skipped' })['reason'], 'held_elsewhere'>,
  found?: Found,
): RecoveryOutcome {
  const facts = found ? activeFacts(table, found.record) : { observed: NOTHING_DONE };
  return { ...facts, status: 'skipped', reason };
}
