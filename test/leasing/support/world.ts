import { QueueLease } from '../../../src/ownership/leasing/queue-lease.js';
import { expect, vi } from 'vitest';
import { createCoordinator, type Coordinator, type Run, type Ticket } from '../../../src/index.js';
import { OwnerTable } from '../../../src/ownership/owner-table.js';
import { useTable } from '../../model/fresh-table.js';
import { expectBalanced, loopTurn, until } from '../../runs/support/sessions.js';
import { createGate, type Gate } from '../../support/gate.js';
import { FakeLease } from './fake-lease.js';
import { FakeLeases } from './fake-leases.js';

/** A run in somebody's hands. */
interface Held {
  readonly run: Run;
  /** Ends it. */
  end(): void;
  /** Opened to come back from park. */
  back: Gate<void> | undefined;
}

/** One table with its provider, and all that was asked of it. */
export class World {
  readonly provider = new FakeLeases();
  readonly table = new OwnerTable(64);
  readonly sessions: Coordinator;
  readonly runs: Held[] = [];
  readonly tickets: Ticket[] = [];
  readonly callers: AbortController[] = [];
  readonly guests: Gate<void>[] = [];
  readonly #folder: string;
  /** What has not settled yet. */
  readonly #pending = new Set<Promise<unknown>>();
  /** What is being done. */
  step = '';
  readonly #names = new Map<Promise<unknown>, string>();
  readonly problems: unknown[] = [];

  constructor(folder: string) {
    this.#folder = folder;
    useTable(this.table);
    this.sessions = createCoordinator({
      isolated: false,
      leases: this.provider,
      maxWaiting: 3,
      settleMs: 50,
      stuckAfterMs: false,
    });
  }

  file(name: string): string {
    return `${this.#folder}/${name}.jsonl`;
  }

  /** Whatever becomes of it, it has to come to an end. */
  watch(promise: Promise<unknown>): void {
    this.#pending.add(promise);
    this.#names.set(promise, this.step);
    const done = (): void => void this.#pending.delete(promise);
    promise.then(done, done);
  }

  noteRun(run: Run, end: () => void = () => this.watch(run.release())): void {
    this.runs.push({ run, end, back: undefined });
  }

  park(held: Held, waitMs: number): void {
    if (held.back !== undefined) return;
    const back = createGate();
    held.back = back;
    const parked = held.run.park(() => back.opened, { waitMs });
    this.watch(
      parked.finally(() => {
        if (held.back === back) held.back = undefined;
      }),
    );
  }

  /** A write gets through only while the lease is there. */
  append(held: Held): void {
    const { run } = held;
    const token = run.fencingToken;
    const lease = this.provider.leases.find(({ fencingToken }) => String(fencingToken) === token);
    const isHeld = lease?.state === 'held';
    const written = run.transcript.append({ token });
    const check = written.then(() => {
      if (!isHeld) this.problems.push(new Error(`a write without a lease: ${token}`));
    });
    this.watch(check);
  }

  /** All that needs no time has happened. */
  async quiet(): Promise<void> {
    for (let turn = 0; turn < 4; turn += 1) await loopTurn();
    await until(() => this.table.requests.arrivals.size === 0);
    for (let turn = 0; turn < 4; turn += 1) await loopTurn();
  }

  /** What holds between any two steps. */
  check(): void {
    expect(this.problems).toEqual([]);
    expectBalanced(this.sessions);
    const { held } = this.provider;
    const known = new Set<unknown>();
    let wishes = 0;
    for (const queue of this.table.state.queues.values()) {
      const { owner, lease: own } = queue;
      expect(own, 'a file without a lease').toBeInstanceOf(QueueLease);
      if (own?.wish) wishes += 1;
      if (own?.lease) known.add(own.lease);
      for (const lease of own?.former.values() ?? []) known.add(lease);
      if (owner) {
        expect(own?.lease, 'an owner without a lease').toBeInstanceOf(FakeLease);
        expect(owner.fencingToken).toBe(String(own?.lease?.fencingToken));
        const isLossTold = own?.lease instanceof FakeLease && own.lease.isLossTold;
        expect(isLossTold, 'a turn under a lease that is known to be lost').toBe(false);
        expect(own?.wish, 'a wish for what is there').toBeUndefined();
      } else if (queue.length > 0) {
        expect(own?.wish, 'nobody asks for those who wait').toBeInstanceOf(AbortController);
      }
      expect(queue.isUnused, 'a file that nobody uses').toBe(false);
    }
    const waiting = this.provider.asked.filter(({ request }) => request.wait);
    expect(waiting).toHaveLength(wishes);
    for (const lease of held) expect(known.has(lease), 'a lease that nobody has').toBe(true);
    for (const { releases } of this.provider.leases) expect(releases).toBeLessThan(2);
  }

  /** Everything is let go; nothing may be left. */
  async end(): Promise<void> {
    this.provider.isGenerous = true;
    this.provider.elsewhere.clear();
    for (let round = 0; round < 40; round += 1) {
      for (const wish of this.provider.asked) wish.grant();
      for (const gate of this.guests) gate.open();
      for (const ticket of this.tickets) ticket.cancel();
      for (const held of this.runs) {
        held.back?.open();
        held.end();
      }
      for (const lease of this.provider.leases) lease.question = undefined;
      await this.quiet();
      if (this.#pending.size === 0 && this.table.state.queues.size === 0) break;
      await vi.advanceTimersByTimeAsync(100);
    }
    // The file system takes as long as it takes.
    await until(() => this.#pending.size === 0).catch(() => undefined);
    await this.quiet();
    this.check();
    expect([...this.#pending].map((promise) => this.#names.get(promise))).toEqual([]);
    const { queues, moved, liveIds, deadlines, draining } = this.table.state;
    const left = { queues, moved, liveIds, deadlines, draining, pending: this.#pending };
    const sizes = Object.entries(left).filter(([, { size }]) => size > 0);
    expect(sizes.map(([name]) => name)).toEqual([]);
    expect(this.provider.held).toEqual([]);
    expect(this.provider.asked).toEqual([]);
    expect(vi.getTimerCount()).toBe(0);
  }
}
