import { RunEndedError } from '../errors/run-errors.js';
import { OwnerWaitAbortedError } from '../errors/wait-errors.js';
import type { Decision, GrantWaiter } from '../ownership/run/decision.js';
import type { OwnerTable } from '../ownership/owner-table.js';
import { Patience } from '../ownership/limits/patience.js';
import { endless, waitAborted } from '../ownership/table/refusals.js';
import { endedError } from '../ownership/table/run-guards.js';
import type { RunRecord } from '../ownership/run/run-record.js';
import { NOWHERE } from '../ownership/run/scope.js';
import { openSectionOf } from '../ownership/file/section.js';
import { endlessWait, nearestAlive, ownerAround } from '../ownership/table/wait-graph.js';
import { monotonicMs } from '../support/clock.js';
import { RunHandle } from './run-handle.js';
import { checkNotStopped } from './run-task.js';
import type { Run } from './run.js';
import type { Ticket } from './ticket.js';

/** How any copy of this package finds what is behind a ticket that a caller hands back. */
const TICKET = Symbol.for('penholder.ticket');

export function ticketOf(value: unknown): AdmittedTicket | undefined {
  if (typeof value !== 'object' || value === null) return undefined;
  return (value as { readonly [TICKET]?: AdmittedTicket })[TICKET];
}

interface Claim {
  resolve(owner: RunRecord): void;
  reject(error: unknown): void;
}

/** Told what becomes of a request, each at most once; which of them comes first decides. */
export interface TicketListener {
  /** It waits, or was turned away. */
  decided(decision: Decision): void;
  granted(): void;
  refused(error: unknown): void;
}

/** A request that was admitted, from the decision to the hands of its caller. */
export class AdmittedTicket implements Ticket, GrantWaiter {
  static {
    const read = function (this: AdmittedTicket): AdmittedTicket {
      return this;
    };
    Object.defineProperty(this.prototype, TICKET, { get: read });
  }
  readonly #record: RunRecord;
  readonly #table: OwnerTable;
  readonly #listener: TicketListener;
  /** The run that was granted: its own, or the one whose turn it joined. */
  #owner: RunRecord | undefined;
  #refusal: unknown = undefined;
  #claim: Claim | undefined;
  #isTaken = false;
  #isHanded = false;
  #patience: Patience | undefined;

  constructor(table: OwnerTable, record: RunRecord, listener: TicketListener) {
    this.#table = table;
    this.#record = record;
    this.#listener = listener;
  }

  /** On the prototype: whoever shows a ticket shows nothing of the table. */
  get record(): RunRecord {
    return this.#record;
  }

  get table(): OwnerTable {
    return this.#table;
  }

  toJSON(): Pick<Ticket, 'runId' | 'state'> {
    const { runId, state } = this;
    return { runId, state };
  }

  get runId(): string {
    return (this.#owner ?? this.record).runId;
  }

  get state(): Ticket['state'] {
    const { phase } = this.#owner ?? this.record;
    if (phase === 'ended' || this.#refusal !== undefined) return 'ended';
    if (this.#isHanded) return 'claimed';
    return phase === 'waiting' ? 'waiting' : 'granted';
  }

  async acquire(): Promise<Run> {
    const owner = await this.claim('acquire with a ticket');
    const isJoined = owner !== this.record;
    if (!isJoined) checkNotStopped(this.table, owner);
    return new RunHandle(this.table, owner, isJoined, this.record.terms.rescue);
  }

  /** Takes the turn into somebody's hands, now or once it is granted. Once. */
  claim(action: string): Promise<RunRecord> {
    const record = this.record;
    if (this.#isTaken) {
      const { path: sessionFile, runId } = record;
      return Promise.reject(new RunEndedError({ sessionFile, runId, action, handle: 'ticket' }));
    }
    try {
      this.#checkClaim();
    } catch (error) {
      return Promise.reject(error);
    }
    this.#isTaken = true;
    this.#patience?.stop();
    if (this.#refusal !== undefined) return Promise.reject(this.#refusal);
    const owner = this.#owner;
    if (owner?.phase === 'ended' || record.end !== undefined) {
      return Promise.reject(record.firing?.reason ?? endedError(owner ?? record, action));
    }
    return new Promise((resolve, reject) => {
      this.#claim = { resolve, reject };
      if (owner === undefined) return;
      this.#hand(owner);
      this.#table.state.outbox.flush();
    });
  }

  /**
   * Whoever claims waits from now on. Where that could never end the ticket keeps its place, and
   * may be claimed elsewhere. A run may claim what comes after itself, as long as it does not wait.
   *
   * @throws DeadlockError
   */
  #checkClaim(): void {
    const { record, table } = this;
    const ambient = table.state.ambient.getStore() ?? NOWHERE;
    const named = record.terms.hasParent ? nearestAlive(record.asker) : undefined;
    const scope = { run: nearestAlive(ambient.run) ?? named, section: openSectionOf(ambient) };
    const { queue, phase } = record;
    const isBehindOwn = ownerAround(scope.run, record.key) !== undefined;
    if (queue?.owner && phase === 'waiting' && !isBehindOwn) {
      const chain = endlessWait(scope, queue.owner);
      if (chain) throw endless(record, queue, chain);
    }
    table.state.noteClaimed(record, scope);
  }

  cancel(reason?: unknown): boolean {
    if (this.#isHanded || this.state === 'ended') return false;
    const { record } = this;
    const { path: sessionFile, phase } = record;
    if (phase === 'waiting') {
      this.table.departures.stopWaiting(record, waitAborted(record, reason), 'cancelled');
    } else {
      this.reject(new OwnerWaitAbortedError({ sessionFile, cause: reason, wasGranted: true }));
      this.table.turns.end(record, 'aborted');
    }
    this.table.state.outbox.flush();
    return true;
  }

  [Symbol.asyncDispose](): Promise<void> {
    this.cancel();
    return Promise.resolve();
  }

  decided(decision: Decision): void {
    this.#listener.decided(decision);
  }

  resolve(owner: RunRecord): void {
    // It was cancelled, or told to stop, between the grant and now.
    if (this.#refusal !== undefined) return;
    this.#owner = owner;
    if (this.#claim) this.#hand(owner);
    else if (owner === this.record) this.#expectClaim();
    this.#listener.granted();
  }

  reject(error: unknown): void {
    this.#refusal = error;
    this.#claim?.reject(error);
    this.#listener.refused(error);
  }

  #hand(owner: RunRecord): void {
    this.#isHanded = true;
    if (owner === this.#record) this.#table.leasing.notes.claimed(owner);
    this.#claim?.resolve(owner);
  }

  /** A turn that nobody takes must not keep the file from those who wait. */
  #expectClaim(): void {
    const { record } = this;
    if (record.phase === 'ended') return;
    const { settleMs } = record.origin;
    this.#patience = new Patience(monotonicMs() + settleMs, settleMs, () => {
      this.table.turns.end(record, 'unclaimed');
      this.table.state.outbox.flush();
    });
    (record.endListeners ??= new Set()).add(() => this.#patience?.stop());
  }
}
