import { wasTaken } from '../ownership/run/ends.js';
import { RunInterruptedError } from '../errors/run-errors.js';
import type { OwnerTable } from '../ownership/owner-table.js';
import { waitAborted } from '../ownership/table/refusals.js';
import type { RunRecord } from '../ownership/run/run-record.js';
import { NOWHERE } from '../ownership/run/scope.js';
import { openSectionOf } from '../ownership/file/section.js';
import { endlessWait, nearestAlive, noteWait } from '../ownership/table/wait-graph.js';
import {
  checkCount,
  checkDuration,
  checkObject,
  checkOneOf,
  wrongType,
} from '../support/checks.js';
import { monotonicMs, roundedMs } from '../support/clock.js';
import type { HolderInfo, RunView, SessionFileLike } from '../types.js';
import { holderElsewhere } from './elsewhere.js';
import { checkNames, findRuns, hasNames, type RunNames } from './targets.js';
import { untilEnded } from './until-ended.js';

/**
 * Which run is meant. A run id is exact, and with the generation that was seen even more so: the
 * view of a run is a target. A file means its owner, whatever its session key; with none the runs
 * parked on it, then those that wait. A label means the same among the runs that bear it.
 */
export type RunTarget =
  | { readonly runId: string; readonly generation?: number | undefined }
  | { readonly sessionFile: SessionFileLike }
  | { readonly sessionKey: string }
  | { readonly sessionId: string };

const CAUSES = ['user', 'superseded', 'timeout', 'shutdown'] as const;

export interface InterruptOptions {
  /** What the run, and every callback, is told. @defaultValue `'user'` */
  readonly why?: (typeof CAUSES)[number] | undefined;
  /**
   * From the firing of its signal until its turn is taken. Where it was told to stop before, the
   * time that is left can only become shorter; a waiting run needs none.
   * @defaultValue that of the run's coordinator
   */
  readonly settleMs?: number | undefined;
  /** The `cause` of the `RunInterruptedError` that the run's signal has as its reason. */
  readonly cause?: unknown;
}

/** What was observed. */
export interface InterruptOutcome {
  /**
   * - `ended`: it ended by itself; `run.end` says how.
   * - `revoked`: it did not end in time, and its turn was taken. Its task may still run; it owns
   *   nothing.
   * - `cancelled`: it waited, and is gone.
   * - `still-running`: it was told to stop, and is not waited for, since it is the run that asks,
   *   or one that waits for it.
   * - `not-running`: no such run is alive in this thread.
   * - `stale`: the run has another generation than the one that was meant; nothing was done.
   * - `ambiguous`: several runs are meant; nothing was done.
   */
  readonly status:
    'ended' | 'revoked' | 'cancelled' | 'still-running' | 'not-running' | 'stale' | 'ambiguous';
  /** `ended` or `cancelled`: nothing had to be taken from it. */
  readonly settled: boolean;
  /** The run as it was when this was told; absent where none, or several, are meant. */
  readonly run?: RunView;
  /** The runs that are meant, where they are several: each is a target. */
  readonly candidates?: readonly RunView[];
  /** `not-running`: who has the file elsewhere, and can be stopped only there. */
  readonly holder?: HolderInfo;
  /** From the call to this outcome; 0 where there was nothing to wait for. */
  readonly waitedMs: number;
}

/** Tells a run to stop and waits for exactly that run to end, or to lose its turn. */
export async function interrupt(
  table: OwnerTable,
  target: RunTarget,
  options: InterruptOptions,
): Promise<InterruptOutcome> {
  const names = target as RunNames & { readonly generation?: number };
  check(table, names, options);
  const sinceMs = monotonicMs();
  const found = findRuns(table, names);
  const [record] = found;
  if (record === undefined) return await notRunning(table, names);
  if (found.length > 1) {
    const candidates = found.map((one) => one.view());
    return { status: 'ambiguous', settled: false, candidates, waitedMs: 0 };
  }
  const status = isStale(record, names) ? 'stale' : await stop(table, record, options);
  return {
    status,
    settled: status === 'ended' || status === 'cancelled',
    run: record.view(),
    waitedMs: roundedMs(monotonicMs() - sinceMs),
  };
}

function check(
  table: OwnerTable,
  names: RunNames & { generation?: unknown },
  options: InterruptOptions,
): void {
  checkObject('target', names);
  checkObject('options', options);
  checkNames(table, names);
  if (!hasNames(names)) {
    throw wrongType('target', 'runId, sessionFile, sessionKey or sessionId', names);
  }
  if (names.generation !== undefined) checkCount('generation', names.generation, 0);
  const { why, settleMs } = options;
  if (why !== undefined) checkOneOf('why', why, CAUSES);
  if (settleMs !== undefined) checkDuration('settleMs', settleMs);
}

/** Nothing can be done about it here; where the file is in use elsewhere, that is told. */
async function notRunning(table: OwnerTable, names: RunNames): Promise<InterruptOutcome> {
  const nothing = { status: 'not-running', settled: false, waitedMs: 0 } as const;
  try {
    const holder = await holderElsewhere(table, names);
    return holder === undefined ? nothing : { ...nothing, holder };
  } catch {
    // That it cannot be looked up changes nothing: no such run is here.
    return nothing;
  }
}

function isStale(
  record: RunRecord,
  { runId, generation }: { runId?: unknown; generation?: number },
) {
  return runId !== undefined && generation !== undefined && record.generation !== generation;
}

async function stop(
  table: OwnerTable,
  record: RunRecord,
  { why = 'user', settleMs = record.origin.settleMs, cause }: InterruptOptions,
): Promise<'ended' | 'revoked' | 'cancelled' | 'still-running'> {
  const { state, signals, departures } = table;
  if (record.phase === 'waiting') {
    const { path: sessionFile, runId } = record;
    const detail = 'it waited for its turn, and is gone';
    const facts = { sessionFile, runId, why, settleMs: 0, cause, detail };
    const reason = new RunInterruptedError(facts);
    departures.stopWaiting(record, waitAborted(record, reason), 'cancelled');
    state.outbox.flush();
    return 'cancelled';
  }
  signals.fire(record, why, cause, settleMs);
  state.outbox.flush();
  return await untilOver(table, record);
}

/**
 * A run that waits for its own end would wait until its turn is taken: it is not made to.
 *
 * @param keepsAlive whether somebody waits for it, so that the process must not end before
 */
export async function untilOver(
  table: OwnerTable,
  record: RunRecord,
  keepsAlive = true,
): Promise<'ended' | 'revoked' | 'still-running'> {
  const ambient = table.state.ambient.getStore() ?? NOWHERE;
  const scope = { run: nearestAlive(ambient.run), section: openSectionOf(ambient) };
  if (record.phase !== 'ended' && endlessWait(scope, record, true)) return 'still-running';
  const isBounded = record.firing !== undefined && record.firing.countdown.dueAtMs < Infinity;
  const forget = noteWait([scope.run, scope.section], () => [record], isBounded);
  try {
    // The countdown to the revocation keeps no process alive; whoever waits for it does.
    const lookMs = keepsAlive ? KEEP_ALIVE_MS : Infinity;
    while (!(await untilEnded(table, [record], lookMs)));
  } finally {
    forget();
  }
  return wasTaken(record.end) ? 'revoked' : 'ended';
}

const KEEP_ALIVE_MS = 60_000;
