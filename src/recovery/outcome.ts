import type { OwnerTable } from '../ownership/owner-table.js';
import type { RunRecord } from '../ownership/run-record.js';
import type { SessionFileLike } from '../types.js';

/** What is to be recovered: at least one name. */
export interface RecoveryRequest {
  readonly runId?: string | undefined;
  readonly sessionFile?: SessionFileLike | undefined;
  readonly sessionKey?: string | undefined;
  readonly sessionId?: string | undefined;
  /** Of the run that was judged; another one is left alone. */
  readonly generation?: number | undefined;
  /**
   * Silence from which on a run counts as stuck. Silence that the run has declared itself, by the
   * `stuckAfterMs` of its request or the `silentMs` of a prompt, is respected all the same.
   * @defaultValue the run's `stuckAfterMs`
   */
  readonly silentMs?: number | undefined;
  /** Also stops a run that is not stuck. @defaultValue `false` */
  readonly allowActiveAbort?: boolean | undefined;
  /** How long the run has to end by itself. @defaultValue that of its coordinator */
  readonly settleMs?: number | undefined;
}

/** What was looked at after the act, whatever was attempted. */
export interface Observed {
  /** The run's signal has fired. */
  readonly aborted: boolean;
  /** It ended by itself. */
  readonly settled: boolean;
  /** Its turn was taken. */
  readonly revoked: boolean;
  /** Another run owns the file. */
  readonly nextGranted: boolean;
}

/** The run that the names led to. */
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
          | 'active_run'
          | 'waiting_run'
          | 'maintaining'
          | 'already_in_flight'
          | 'missing_session_ref'
          | 'ambiguous_session_ref'
          | 'stale_state'
          | 'event_loop_stalled';
      }
    | {
        /** Nobody owns the file, or waits for it: there is nothing to recover. */
        readonly status: 'noop';
        readonly reason: 'no_active_work';
      }
    | {
        /** `still-held`: it was told to stop and is not waited for, since it is the run that asks. */
        readonly status: 'ended' | 'revoked' | 'still-held';
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
      settled: end !== undefined && end !== 'revoked',
      revoked: end === 'revoked',
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
