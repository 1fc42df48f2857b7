import type { Holder, HoldingRun } from '../../types.js';
import type { RunRecord } from './run-record.js';
import type { Scope } from './scope.js';
import type { Section } from '../file/section.js';

/** What became of a request that was not granted at once, in the step that decided about it. */
export type Decision =
  | {
      readonly outcome: 'interrupting' | 'steering';
      /** Who owned the file in that step. */
      readonly owner: RunRecord;
      readonly holder: HoldingRun;
    }
  | {
      readonly outcome: 'queued';
      /** Undefined where another process has the file. */
      readonly owner: RunRecord | undefined;
      readonly holder: Holder;
    }
  | {
      readonly outcome: 'busy';
      readonly reason: 'held' | 'held-elsewhere' | 'queue-full';
      readonly holder: Holder;
    };

/** Whoever waits for the grant: settled at most once. */
export interface GrantWaiter {
  /** In whose context that is, where it is not that of the request. */
  readonly scope?: Scope | undefined;
  /** @param section open for a guest that was let in */
  resolve(record: RunRecord, section?: Section): void;
  reject(error: unknown): void;
  /** The request waits, or was turned away. Never called where it is granted at once. */
  decided?(decision: Decision): void;
}
