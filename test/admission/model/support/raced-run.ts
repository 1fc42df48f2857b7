import {
  type Coordinator,
  createCoordinator,
  type OwnershipEvent,
  type Run,
  type Ticket,
} from '../../../../src/index.js';
import { OwnerTable } from '../../../../src/ownership/owner-table.js';
import { drain } from '../../../model/clock.js';
import { useTable } from '../../../model/fresh-table.js';
import { createGate, type Gate } from '../../../support/gate.js';

export const SETTLE_MS = 500;
export const STUCK_MS = 1_000;

/** What a run can be at when several things want to end it at once. */
export type Stage = 'unclaimed' | 'in hands' | 'a task' | 'prompting' | 'parked' | 'coming back';

/** A run with every kind of limit, and two messages that wait behind it. */
export class RacedRun {
  readonly file = 'memory:raced';
  readonly table: OwnerTable = new OwnerTable();
  readonly events: OwnershipEvent[] = [];
  readonly caller: AbortController = new AbortController();
  readonly task: Gate<void> = createGate();
  /** Ends the tasks of those who come after it. */
  readonly others: Gate<void> = createGate();
  /** Ends its park. */
  readonly away: Gate<void> = createGate();
  readonly started: string[] = [];
  /** Calls that were not answered yet. */
  unanswered = 0;
  /** What those who acted on the run were told. */
  readonly told: string[] = [];
  /** Its coordinator; those who come after it have another one. */
  readonly own: Coordinator;
  readonly other: Coordinator;
  ticket: Ticket | undefined;
  handle: Run | undefined;
  next: Run | undefined;

  constructor() {
    useTable(this.table);
    const logger = { debug: () => {}, info: () => {}, warn: () => {}, error: () => {} };
    const onEvent = (event: OwnershipEvent): void => {
      this.events.push(event);
    };
    const usual = { logger, onEvent };
    this.own = createCoordinator({ ...usual, settleMs: SETTLE_MS, stuckAfterMs: STUCK_MS });
    this.other = createCoordinator({ ...usual, settleMs: 60_000, stuckAfterMs: false });
  }

  async begin(stage: Stage): Promise<void> {
    const { file: sessionFile, caller } = this;
    const { signal } = caller;
    const admission = await this.own.admit({ sessionFile, runId: 'run', signal });
    if (admission.outcome !== 'run') throw new Error(admission.outcome);
    this.ticket = admission.ticket;
    await this.#enter(stage, admission.ticket);
    await this.#queue('next');
    await this.#queue('last');
    if (stage === 'parked' || stage === 'coming back') await this.#park(stage);
    await drain();
  }

  async #enter(stage: Stage, ticket: Ticket): Promise<void> {
    if (stage === 'unclaimed') return;
    if (stage === 'in hands' || stage === 'parked' || stage === 'coming back') {
      this.handle = await ticket.acquire();
      return;
    }
    const running = this.own.run(ticket, async (run) => {
      this.handle = run;
      if (stage === 'prompting') await run.prompt(() => this.task.opened);
      else await this.task.opened;
    });
    this.#hear(running);
    await drain();
  }

  async #queue(runId: string): Promise<void> {
    const admission = await this.other.admit({ sessionFile: this.file, runId });
    if (admission.outcome !== 'queued') throw new Error(admission.outcome);
    const running = this.other.run(admission.ticket, async (run) => {
      this.started.push(runId);
      if (runId === 'next') this.next = run;
      await this.others.opened;
    });
    this.#hear(running);
  }

  async #park(stage: Stage): Promise<void> {
    const { handle } = this;
    if (handle) this.#hear(handle.park(() => this.away.opened));
    await drain();
    if (stage === 'coming back') this.away.open();
  }

  #hear(promise: Promise<unknown>): void {
    this.unanswered += 1;
    const answered = (): void => {
      this.unanswered -= 1;
    };
    promise.then(answered, answered);
  }

  /** What was said about the run to whoever acted on it. */
  note(what: string, promise: Promise<string>): void {
    this.#hear(promise.then((answer) => this.told.push(`${what}: ${answer}`)));
  }
}
