import type { Decision } from '../ownership/run/decision.js';
import type { OwnerTable } from '../ownership/owner-table.js';
import type { Submission } from '../ownership/requests/requests.js';
import type { RunRecord } from '../ownership/run/run-record.js';
import type { AdmissionMode, Holder, HoldingRun, SessionFile } from '../types.js';
import { AdmittedTicket, type TicketListener } from './admitted-ticket.js';
import type { RunRequest } from './run.js';
import { Steering } from './steering.js';
import type { Ticket } from './ticket.js';
import type { WaitOptions } from './until-told.js';
import { whenFree } from './when-free.js';

/** A request that asks how it may run, and says what to do where somebody owns the file already. */
export interface AdmitRequest extends RunRequest {
  /**
   * What to do where somebody owns the file.
   * - `queue`: waits for its turn.
   * - `steer`: hands its message to the run that prompts on the file; where that does not take it,
   *   it waits in the place that it got at the call.
   * - `interrupt`: tells the owner to stop, and is served before all that only wait (parked runs
   *   that come back are served first); an owner that is ending, or of a more urgent kind, is
   *   waited for.
   * - `skip`: runs now or never; it disturbs nobody, and asks nobody to give way.
   * @defaultValue `'queue'`
   */
  readonly mode?: AdmissionMode | undefined;
  /** What the `steer` of the holder is called with, as it is. Not looked at in any other mode. */
  readonly message?: unknown;
  /**
   * Mode `interrupt`: also stops an owner of a more urgent kind, and one that is ending. Mode
   * `steer`: also hands the message to a run of another kind. @defaultValue `false`
   */
  readonly force?: boolean | undefined;
}

/** How a request may run: one fact, from the step in which it was decided. */
export type Admission =
  /**
   * Nobody was there: the turn has begun, and ends as `unclaimed` unless it is claimed within
   * `settleMs`. With `onReentry: 'join'` it is the turn of the run around.
   */
  | { readonly outcome: 'run'; readonly ticket: Ticket }
  /**
   * It waits. In mode `steer` the holder did not take the message; in mode `interrupt` it was not
   * told to stop.
   */
  | {
      readonly outcome: 'queued';
      readonly ticket: Ticket;
      /** Who owned the file in the step of the decision. */
      readonly holder: Holder;
      /**
       * How many of the runs that wait would be served before it when this was told: what is more
       * urgent may still come before it.
       */
      readonly ahead: number;
    }
  /**
   * The holder was told to stop; the ticket is served as soon as that has ended or lost its turn.
   */
  | { readonly outcome: 'interrupting'; readonly ticket: Ticket; readonly holder: HoldingRun }
  /** The holder has the message, and answers for it; this request gets no turn. */
  | { readonly outcome: 'steered'; readonly holder: HoldingRun }
  /** Nothing was changed. */
  | {
      readonly outcome: 'busy';
      /** `held-elsewhere`: by another process or thread. */
      readonly reason: 'held' | 'held-elsewhere' | 'queue-full';
      readonly holder: Holder;
      /**
       * True once a request would not be turned away for this reason; false where `waitMs` or
       * `signal` ended the wait first. Reserves nothing: whoever asks next may be earlier.
       * @throws TypeError, RangeError an option is wrong
       * @throws DeadlockError `ERR_SESSION_DEADLOCK` asked by a run that would have to end first
       */
      whenFree(options?: WaitOptions): Promise<boolean>;
    };

/** Takes a request and tells how it may run. */
export function admit(
  table: OwnerTable,
  submission: Submission,
  message: unknown,
): Promise<Admission> {
  return new Promise((answer, reject) => {
    const waiter = (record: RunRecord): AdmittedTicket => {
      const teller = new Teller(table, message, answer, reject);
      return (teller.ticket = new AdmittedTicket(table, record, teller));
    };
    table.requests.submit({ ...submission, waiter });
  });
}

/** Turns what becomes of a request into the one answer that its caller gets: the first counts. */
class Teller implements TicketListener {
  ticket!: AdmittedTicket;
  #steering: Steering | undefined;
  readonly #table: OwnerTable;
  readonly #message: unknown;
  readonly #answer: (admission: Admission) => void;
  readonly #reject: (error: unknown) => void;

  constructor(
    table: OwnerTable,
    message: unknown,
    answer: (admission: Admission) => void,
    reject: (error: unknown) => void,
  ) {
    this.#table = table;
    this.#message = message;
    this.#answer = answer;
    this.#reject = reject;
  }

  decided(decision: Decision): void {
    const { ticket } = this;
    if (decision.outcome === 'busy') {
      this.#answer(turnedAway(this.#table, ticket.record, decision));
    } else if (decision.outcome === 'steering') this.#steer(decision);
    else this.#answer(waiting(ticket, decision));
  }

  granted(): void {
    const { ticket } = this;
    if (this.#steering) this.#steering.giveUp();
    else this.#answer({ outcome: 'run', ticket });
  }

  refused(error: unknown): void {
    this.#reject(error);
    this.#steering?.giveUp();
  }

  #steer(decision: Extract<Decision, { outcome: 'interrupting' | 'steering' }>): void {
    const { ticket } = this;
    const { holder, owner } = decision;
    const onTold = (isTaken: boolean): void => {
      this.#answer(isTaken ? { outcome: 'steered', holder } : waiting(ticket, decision));
    };
    this.#steering = new Steering(this.#table, ticket.record, owner, this.#message, onTold);
  }
}

type Waiting = Exclude<Decision, { outcome: 'busy' }>;

function waiting(ticket: AdmittedTicket, decision: Waiting): Admission {
  const { outcome, holder } = decision;
  if (outcome === 'interrupting') return { outcome, ticket, holder: decision.holder };
  const { record } = ticket;
  const ahead = record.list === undefined ? 0 : (record.queue?.positionOf(record) ?? 1) - 1;
  return { outcome: 'queued', ticket, holder, ahead };
}

/** The lock is beside the name under which the file is in use, if it is. */
function lockedAs(
  { state }: OwnerTable,
  key: string,
): Pick<SessionFile, 'key' | 'realPath'> | undefined {
  const queue = state.queueOf(key);
  return queue && { key: queue.key, realPath: queue.realPath };
}

function turnedAway(
  table: OwnerTable,
  { key, path, file, origin }: RunRecord,
  { reason, holder }: Extract<Decision, { outcome: 'busy' }>,
): Admission {
  const places = reason === 'queue-full' ? origin.maxWaiting : 0;
  const isElsewhere = reason === 'held-elsewhere' || (places === 0 && !('phase' in holder));
  const elsewhere = isElsewhere && file ? { ...file, ...lockedAs(table, key) } : undefined;
  return {
    outcome: 'busy',
    reason,
    holder,
    whenFree: (options) => whenFree(table, { key, path, places, elsewhere }, options),
  };
}
