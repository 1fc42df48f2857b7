import { monotonicMs } from '../../support/clock.js';
import { Countdown } from '../../support/countdown.js';
import { type ListMember, MemberList } from '../file/member-list.js';
import type { RunRecord } from '../run/run-record.js';

/** When the wait of one run ends, whatever happens. */
export class Deadline implements ListMember<Deadline> {
  list: MemberList<Deadline> | undefined = undefined;
  before: Deadline | undefined = undefined;
  after: Deadline | undefined = undefined;
  readonly record: RunRecord;
  readonly waitMs: number;
  readonly dueAtMs: number;

  constructor(record: RunRecord, waitMs: number, dueAtMs: number) {
    this.record = record;
    this.waitMs = waitMs;
    this.dueAtMs = dueAtMs;
  }
}

interface Line {
  readonly deadlines: MemberList<Deadline>;
  countdown: Countdown<number> | undefined;
}

/**
 * The deadlines of all that wait. Waits of one length end in the order in which they began, so one
 * timer serves all waits of that length; it keeps the process alive while one of them lasts.
 */
export class Deadlines {
  /** Length of the wait -> those who wait so long. Deleted with the last of them. */
  readonly #lines = new Map<number, Line>();
  readonly #expire: (record: RunRecord) => void;

  constructor(expire: (record: RunRecord) => void) {
    this.#expire = expire;
  }

  get size(): number {
    return this.#lines.size;
  }

  /** A wait of `waitMs` begins in this step, or began at `sinceMs` in this step; without a limit there is nothing to start. */
  start(record: RunRecord, sinceMs: number, waitMs: number): void {
    if (waitMs === Infinity) return;
    const deadline = new Deadline(record, waitMs, sinceMs + waitMs);
    let line = this.#lines.get(waitMs);
    if (line === undefined) {
      line = { deadlines: new MemberList(), countdown: undefined };
      this.#lines.set(waitMs, line);
    }
    line.deadlines.push(deadline);
    line.countdown ??= new Countdown(deadline.dueAtMs, waitMs, this.#onDue, true);
    record.deadline = deadline;
  }

  stop(record: RunRecord): void {
    const { deadline } = record;
    if (deadline === undefined) return;
    record.deadline = undefined;
    const line = this.#lines.get(deadline.waitMs);
    line?.deadlines.remove(deadline);
    if (line === undefined || line.deadlines.size > 0) return;
    line.countdown?.stop();
    this.#lines.delete(deadline.waitMs);
  }

  readonly #onDue = (waitMs: number): void => {
    const line = this.#lines.get(waitMs);
    if (line === undefined) return;
    const nowMs = monotonicMs();
    let { first } = line.deadlines;
    while (first !== undefined && first.dueAtMs <= nowMs) {
      this.#expire(first.record);
      ({ first } = line.deadlines);
    }
    line.countdown = first && new Countdown(first.dueAtMs, waitMs, this.#onDue, true);
  };
}
