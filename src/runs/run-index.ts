import type { OwnerTable } from '../ownership/owner-table.js';
import type { RunRecord } from '../ownership/run/run-record.js';
import { checkText } from '../support/checks.js';
import type { RunPhase, RunView, SessionFileLike } from '../types.js';
import { findQueue } from './find-queue.js';
import { type IdleOptions, whenEnded, whenIdle } from './run-waits.js';
import type { WaitOptions } from './until-told.js';

/**
 * The runs alive: synchronous views of the one record of each. Looking never waits, takes no lock
 * and opens no session file; a path costs one resolution, a `SessionFile` no I/O at all.
 */
export interface RunIndex {
  /**
   * The run that owns this file, by whatever name and under whatever session key.
   * @throws InvalidSessionFileError `ERR_SESSION_FILE_INVALID`
   */
  bySessionFile(file: SessionFileLike): RunView | undefined;
  /** Owners first, the latest grant first; then parked runs; then the waiting ones in order. */
  bySessionKey(sessionKey: string): readonly RunView[];
  bySessionId(sessionId: string): readonly RunView[];
  byRunId(runId: string): RunView | undefined;
  /** Who waits for this file, in the order in which they will be served. */
  waitingFor(file: SessionFileLike): readonly RunView[];
  list(): readonly RunView[];
  readonly size: number;
  /**
   * True once the run has ended; false where the wait ended first. A run that is not known has
   * ended.
   * @throws DeadlockError `ERR_SESSION_DEADLOCK` asked by the run itself, or by one it waits for
   */
  whenEnded(run: RunView | string, options?: WaitOptions): Promise<boolean>;
  /**
   * True once no run owns, waits for or is parked on this file, or any file.
   * @throws DeadlockError `ERR_SESSION_DEADLOCK` asked by a run that would have to end first
   */
  whenIdle(options?: IdleOptions): Promise<boolean>;
}

export class TableIndex implements RunIndex {
  readonly #table: OwnerTable;

  constructor(table: OwnerTable) {
    this.#table = table;
  }

  get size(): number {
    return this.#table.state.live;
  }

  bySessionFile(file: SessionFileLike): RunView | undefined {
    const queue = findQueue(this.#table, file);
    return queue?.owner?.view();
  }

  bySessionKey(sessionKey: string): readonly RunView[] {
    checkText('sessionKey', sessionKey);
    return this.#views([...this.#table.state.sessionKeys.get(sessionKey)].sort(byStanding));
  }

  bySessionId(sessionId: string): readonly RunView[] {
    checkText('sessionId', sessionId);
    return this.#views([...this.#table.state.sessionIds.get(sessionId)].sort(byStanding));
  }

  byRunId(runId: string): RunView | undefined {
    checkText('runId', runId);
    const record = this.#table.state.liveIds.get(runId);
    return record && this.#view(record);
  }

  waitingFor(file: SessionFileLike): readonly RunView[] {
    return this.#views(findQueue(this.#table, file)?.inOrder() ?? []);
  }

  list(): readonly RunView[] {
    return this.#views([...this.#table.state.all()]);
  }

  whenEnded(run: RunView | string, options?: WaitOptions): Promise<boolean> {
    return whenEnded(this.#table, run, options);
  }

  whenIdle(options?: IdleOptions): Promise<boolean> {
    return whenIdle(this.#table, options);
  }

  #view(record: RunRecord): RunView {
    return record.view();
  }

  #views(records: readonly RunRecord[]): readonly RunView[] {
    return records.map((record) => this.#view(record));
  }
}

const STANDING: Readonly<Record<RunPhase, number>> = {
  active: 0,
  prompting: 0,
  maintaining: 0,
  finishing: 0,
  parked: 1,
  waiting: 2,
  ended: 3,
};

/** Owners, then parked, then waiting runs; the latest grant first, waiting runs by urgency. */
function byStanding(one: RunRecord, other: RunRecord): number {
  const rank = STANDING[one.phase] - STANDING[other.phase];
  if (rank !== 0) return rank;
  if (one.phase !== 'waiting') return other.grantedMs - one.grantedMs;
  return one.urgencyMs - other.urgencyMs || one.sequence - other.sequence;
}
