import type { OwnerWaitAbortedError } from '../../errors/wait-errors.js';
import { resolvePath } from '../../identity/resolve.js';
import type { ParsedInput } from '../../identity/parse-input.js';
import { monotonicMs } from '../../support/clock.js';
import type { SessionFile } from '../../types.js';
import { Arrivals } from './arrivals.js';
import type { GrantWaiter } from '../run/decision.js';
import { Decisions } from './decisions.js';
import { Guests } from './guests.js';
import { LateDecisions } from './late-decisions.js';
import { Places } from './places.js';
import type { RequestParts } from './request-parts.js';
import { waitAborted, waitTimeout } from '../table/refusals.js';
import { type Resolution, RunRecord } from '../run/run-record.js';
import { openSectionOf } from '../file/section.js';
import type { Scope } from '../run/scope.js';
import type { TableState } from '../table/table-state.js';
import type { Origin, RunTerms } from '../run/terms.js';
import { nearestAlive } from '../table/wait-graph.js';

/** A call, as it is taken. */
export interface Submission {
  readonly origin: Origin;
  readonly terms: RunTerms;
  readonly input: ParsedInput;
  readonly signal: AbortSignal | undefined;
  /** In whose context the call is made. */
  readonly scope: Scope;
  /** Told of the decision, also where that falls inside the call. */
  readonly waiter?: ((record: RunRecord) => GrantWaiter) | undefined;
}

/**
 * From the call to the grant.
 *
 * Invariants: number, arrival and deadline are taken in the call; requests with the same spelling
 * are decided in the order of their calls; the decision is one synchronous step; a request that is
 * refused has changed nothing.
 */
export class Requests {
  /** Requests whose path is still being resolved; not listed, since their file is not known yet. */
  readonly arrivals: Arrivals;
  readonly guests: Guests;
  readonly late: LateDecisions;
  readonly #state: TableState;
  readonly #parts: RequestParts;
  readonly #places: Places;
  readonly #decisions: Decisions;
  #sequence = 0;

  constructor(state: TableState, parts: RequestParts) {
    this.#state = state;
    this.#parts = parts;
    this.late = new LateDecisions(state, parts);
    this.#places = new Places(state, parts, this.late);
    this.guests = new Guests(state, parts, this.#places, this.late);
    this.#decisions = new Decisions(state, parts, this.#places, this.guests);
    this.arrivals = new Arrivals(
      (record, resolution) => {
        this.#arrive(record, resolution);
      },
      () => {
        state.tellIdle();
      },
    );
  }

  /**
   * Takes a call. The answer is the record of the request, which owns or waits, or the record of
   * the run around whose turn it joined. Where it waits, and the call names no waiter, the caller
   * sets `waiter` in the same step.
   *
   * @throws SessionError where the request is refused in the call
   */
  submit({ origin, terms, input, signal, scope, waiter }: Submission): RunRecord {
    const arrivedMs = monotonicMs();
    const isMarker = input.type === 'marker';
    const record = new RunRecord(
      origin,
      terms,
      isMarker ? input.file.path : input.path,
      ++this.#sequence,
      arrivedMs,
      signal,
      { run: nearestAlive(scope.run), section: openSectionOf(scope) },
      this.#state.liveIds,
    );
    record.isUnclaimed = terms.admission !== undefined;
    if (signal?.aborted === true) throw this.#tooLate(record, signal);
    record.waiter = waiter?.(record);
    if (!isMarker) return this.#resolve(record, input.path);
    record.isMarker = true;
    return this.#decideNow(record, input.file);
  }

  /** The caller gave up before it asked. */
  #tooLate(record: RunRecord, signal: AbortSignal): OwnerWaitAbortedError {
    const error = waitAborted(record, signal.reason);
    this.#parts.departures.stopWaiting(record, error);
    this.#state.outbox.flush();
    return error;
  }

  /** A marker needs no I/O: decided in the call. */
  #decideNow(record: RunRecord, file: SessionFile): RunRecord {
    try {
      const owner = this.#decisions.decide(record, file);
      this.#tell(record, owner);
      return owner;
    } catch (error) {
      record.waiter = undefined;
      this.#parts.departures.stopWaiting(record, error);
      throw error;
    } finally {
      this.#state.outbox.flush();
    }
  }

  #resolve(record: RunRecord, path: string): RunRecord {
    this.arrivals.enter(record);
    if (record.waitLimitMs > 0) this.#places.startDeadline(record);
    this.#parts.watchCaller(record);
    const settle = (resolution: Resolution): void => {
      this.arrivals.resolved(record, resolution);
      this.#state.outbox.flush();
    };
    resolvePath(path).then(
      (file) => {
        settle({ file });
      },
      (error: unknown) => {
        settle({ error });
      },
    );
    return record;
  }

  #arrive(record: RunRecord, resolution: Resolution): void {
    try {
      if ('error' in resolution) throw resolution.error;
      if (record.isOverdue) throw waitTimeout(record);
      if (record.callerSignal?.aborted === true) {
        throw waitAborted(record, record.callerSignal.reason);
      }
      this.#tell(record, this.#decisions.decide(record, resolution.file));
    } catch (error) {
      this.#parts.departures.stopWaiting(record, error);
    }
  }

  /** Whoever was granted, or joined, in the step of the decision is told in it. */
  #tell(record: RunRecord, owner: RunRecord): void {
    const { waiter } = record;
    if (owner.phase === 'waiting' || waiter === undefined) return;
    record.waiter = undefined;
    const section = this.guests.sectionAround(record, owner);
    section?.enter();
    waiter.resolve(owner, section);
  }
}
