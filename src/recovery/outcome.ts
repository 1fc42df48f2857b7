import { wasTaken } from '../ownership/run/ends.js';
import type { OwnerTable } from '../ownership/owner-table.js';
import type { RunRecord } from '../ownership/run/run-record.js';
import type { HolderInfo, SessionFileLike } from '../types.js';

/**
 * What is to be recovered: at least one name. A run id is exact and never falls back; else a file
 * beats a key, a key an id. A waiting run that is found by file or label stands for the owner of
 * its file, which is what blocks it.
 */
export interface RecoveryRequest {
  readonly runId?: string | undefined;
  readonly sessionFile?: SessionFileLike | undefined;
  readonly sessionKey?: string | undefined;
  readonly sessionId?: string | undefined;
  /** Of the run that was judged; another one is left alone. */
  readonly generation?: number | undefined;
  /**
   * Silence from which on a run counts as stuck, measured from its last progress, without the time
   * in which the process stood still. Silence that the run has declared itself, by the
   * `stuckAfterMs` of its request or the `silentMs` of a prompt, is respected all the same; a run
   * that is ending has its coordinator's `settleMs`.
   * @defaultValue the run's `stuckAfterMs`
   */
  readonly silentMs?: number | undefined;
  /**
   * Also stops a run that is not stuck; one that waits, is parked or maintains is left alone all
   * the same. @defaultValue `false`
   */
  readonly allowActiveAbort?: boolean | undefined;
  /**
   * From the firing of its signal until its turn is taken; can only shorten what runs already.
   * @defaultValue that of the run's coordinator
   */
  readonly settleMs?: number | undefined;
}

/** What was seen when this was told, whatever was attempted, and also where nothing was. */
export interface Observed {
  /** The run's signal has fired. */
  readonly aborted: boolean;
  /** It ended by itself. */
  readonly settled: boolean;
  /** Its turn was taken. */
  readonly revoked: boolean;
  /** Another run owns the file now. */
  readonly nextGranted: boolean;
}

/** The run that the names led to: absent where none was found, or several. */
interface Active {
  readonly activeRunId?: string;
  readonly activeSessionKey?: string;
  readonly activeSessionId?: string;
  readonly sessionFile?: string;
  readonly observed: Observed;
}

/** What came of a recovery: `ended` and `revoked` mean that the run has lost the file. */
export type RecoveryOutcome = Active &
  (
    | {
        /** Nothing was done. */
        readonly status: 'skipped';
        readonly reason:
          /** It makes progress, or is silent within its limit. */
          | 'active_run'
          /** It waits or is parked: it has no turn that could be taken. */
          | 'waiting_run'
          /** It has a deadline of its own. */
          | 'maintaining'
          /** Another recovery acts on this file. */
          | 'already_in_flight'
          /** No name was given. */
          | 'missing_session_ref'
          /** Several runs are meant: they bear the label on several files, or are parked on one. */
          | 'ambiguous_session_ref'
          /**
           * The run that was meant has ended, or has another generation; the one there is named.
           */
          | 'stale_state'
          /** The process stood still a moment ago: nobody could make progress. */
          | 'event_loop_stalled';
      }
    | {
        /** Another process or thread has the file: only it can stop that run. */
        readonly status: 'skipped';
        readonly reason: 'held_elsewhere';
        readonly holder: HolderInfo;
      }
    | {
        /** Nobody owns the file, or waits for it: there is nothing to recover. */
        readonly status: 'noop';
        readonly reason: 'no_active_work';
      }
    | {
        /**
         * `still-held`: it was told to stop and is not waited for, since it is the run that asks.
         */
        readonly status: 'ended' | 'revoked' | 'still-held';
        /**
         * `stuck`: silent for too long. `requested`: it moved, and `allowActiveAbort` was given.
         */
        readonly reason: 'stuck' | 'requested';
      }
    | { readonly status: 'failed'; readonly reason: 'exception'; readonly error: Error }
  );

export const RECOVERY_STATUSES: readonly RecoveryOutcome['status'][] = [
  'skipped',
  'noop',
  'ended',
  'revoked',
  'still-held',
  'failed',
];

/** Looked at when it is told, by the key: the file may be in use anew. */
export function activeFacts({ state }: OwnerTable, record: RunRecord): Active {
  const { runId, sessionKey, sessionId, path: sessionFile, end, firing } = record;
  const owner = state.queueOf(record.key)?.owner;
  return {
    activeRunId: runId,
    ...(sessionKey === undefined ? {} : { activeSessionKey: sessionKey }),
    ...(sessionId === undefined ? {} : { activeSessionId: sessionId }),
    sessionFile,
    observed: {
      aborted: firing !== undefined,
      settled: end !== undefined && !wasTaken(end),
      revoked: wasTaken(end),
      nextGranted: owner !== undefined && owner !== record,
    },
  };
}

export const NOTHING_DONE: Observed = Object.freeze({
  aborted: false,
  settled: false,
  revoked: false,
  nextGranted: false,
});
