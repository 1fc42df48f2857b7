import { log } from '../observe/deliver.js';
import type { OwnerTable } from '../ownership/owner-table.js';
import { asError } from '../support/as-error.js';
import { wrongType } from '../support/checks.js';
import { monotonicMs, wallMsOf } from '../support/clock.js';
import { Countdown } from '../support/countdown.js';
import type { Finding, Health } from './classify.js';
import type { MonitorEvent, MonitorListeners, SessionState } from './monitor-events.js';
import type { MonitorSettings } from './monitor-options.js';
import {
  NOTHING_DONE,
  RECOVERY_STATUSES,
  type RecoveryOutcome,
  type RecoveryRequest,
} from './outcome.js';
import { recover } from './recover.js';
import type { SessionStates } from './session-states.js';
import { describe, judge, requestFor, type Subject, subjectsOf, withoutEnded } from './subjects.js';
import { Warnings } from './warnings.js';

type Alarm = Exclude<Health, 'healthy' | 'waiting'>;

/**
 * One look after the other at all sessions: says what does not move and has it recovered.
 *
 * Invariants: nobody is looked at just after the process stood still; how often something was told
 * has no say in whether it is recovered; nothing is told or done any more once it has stopped.
 */
export class Attention {
  readonly #table: OwnerTable;
  readonly #settings: MonitorSettings;
  readonly #states: SessionStates;
  readonly #listeners: MonitorListeners;
  readonly #warnings: Warnings;
  /** The recoveries that have not come back yet, by the identity of their session. */
  readonly #recovering = new Map<object, { readonly over?: Promise<void> }>();
  /** What came of the last recovery of a session. */
  readonly #lastOutcomes = new WeakMap<object, string>();
  /** Looks that somebody waits for. */
  readonly #awaited = new Set<Countdown<undefined>>();
  #hasStopped = false;

  constructor(
    table: OwnerTable,
    settings: MonitorSettings,
    states: SessionStates,
    listeners: MonitorListeners,
  ) {
    this.#table = table;
    this.#settings = settings;
    this.#states = states;
    this.#listeners = listeners;
    this.#warnings = new Warnings(settings.warnAfterMs);
  }

  stop(): void {
    this.#hasStopped = true;
    for (const alive of this.#awaited) alive.stop();
  }

  /**
   * Resolves when what was found has been told and recovered. Never rejects.
   *
   * @param keepsAlive whether the process must not end while something is being recovered
   */
  async look(keepsAlive: boolean): Promise<void> {
    const alive = keepsAlive ? keepAlive() : undefined;
    if (alive) this.#awaited.add(alive);
    try {
      await Promise.all(this.#attend());
    } catch (error) {
      log(this.#listeners.logger, 'error', { err: error }, 'a look of the monitor failed');
    } finally {
      alive?.stop();
      if (alive) this.#awaited.delete(alive);
    }
  }

  #attend(): Promise<void>[] {
    const nowMs = monotonicMs();
    const recoveries: Promise<void>[] = [];
    if (this.#hasStopped) return recoveries;
    this.#states.prune(nowMs);
    // While the process stood still nobody could move: that is no reason to condemn anybody.
    const calmForMs = nowMs - this.#table.limits.loop.lastStallMs();
    if (calmForMs < this.#settings.calmMs) return recoveries;
    for (const subject of [...subjectsOf(this.#table, this.#states)]) {
      const finding = judge(subject, nowMs, this.#settings);
      const { health } = finding;
      // Code of users runs between one session and the next.
      const isOver = this.#hasStopped || subject.run?.phase === 'ended';
      if (isOver || health === 'healthy' || health === 'waiting') continue;
      this.#warn(subject, finding, health, nowMs);
      const recovery = this.#act(subject, health);
      if (recovery) recoveries.push(recovery);
    }
    return recoveries;
  }

  #warn(subject: Subject, finding: Finding, type: Alarm, nowMs: number): void {
    if (!this.#warnings.isDue(subject.identity, finding, nowMs)) return;
    const state = describe(subject, finding, nowMs);
    this.#listeners.emit({ ...state, type, atMs: wallMsOf(nowMs) });
  }

  #act(subject: Subject, health: Alarm): Promise<void> | undefined {
    const { recover: how, abortAfterMs } = this.#settings;
    if (this.#hasStopped || how === false) return undefined;
    if (health === 'stalled') this.#askToYield(subject);
    if (health !== 'stuck') return undefined;
    const { identity } = subject;
    const underWay = this.#recovering.get(identity);
    // What a host does by itself may ask for another look, and is not waited for in that.
    if (underWay) return how === true ? underWay.over : undefined;
    const recovery: { over?: Promise<void> } = {};
    this.#recovering.set(identity, recovery);
    recovery.over = this.#recover(subject, requestFor(subject, abortAfterMs), how).finally(() =>
      this.#recovering.delete(identity),
    );
    return recovery.over;
  }

  /**
   * The first step of the ladder, long before the next: somebody waits for a run that is silent.
   */
  #askToYield({ run }: Subject): void {
    if (run?.isOwner !== true || run.waiting === 0) return;
    this.#table.pressure.askToYield(run);
    this.#table.state.outbox.flush();
  }

  async #recover(
    subject: Subject,
    request: RecoveryRequest,
    how: Exclude<MonitorSettings['recover'], false>,
  ): Promise<void> {
    const { entry } = subject;
    const generation = entry?.generation;
    this.#emit(subject, (facts) => ({ ...facts, type: 'recovery-requested', request }));
    if (this.#hasStopped) return;
    const outcome = await this.#outcomeOf(request, how);
    const isStale = entry?.generation !== generation;
    if (entry && !isStale) this.#apply(entry, outcome);
    const type = 'recovery-completed';
    const isNews = this.#isNews(subject.identity, outcome);
    this.#emit(subject, (facts) => ({ ...facts, type, request, outcome, isStale }), isNews);
  }

  async #outcomeOf(
    request: RecoveryRequest,
    how: Exclude<MonitorSettings['recover'], false>,
  ): Promise<RecoveryOutcome> {
    try {
      if (how === true) {
        const { calmMs } = this.#settings;
        return await recover(this.#table, request, { calmMs, keepsAlive: false });
      }
      const outcome: unknown = await how(request);
      if (isOutcome(outcome)) return outcome;
      throw wrongType('the answer of recover', 'an outcome of recover()', outcome);
    } catch (error) {
      const status = 'failed';
      return { status, reason: 'exception', error: asError(error), observed: NOTHING_DONE };
    }
  }

  /** What has ended is not at work any more; what was never there has nothing queued either. */
  #apply(entry: NonNullable<Subject['entry']>, { status }: RecoveryOutcome): void {
    if (status === 'noop') this.#states.settle(entry, 0);
    if (status !== 'ended' && status !== 'revoked') return;
    this.#states.settle(entry, Math.max(0, entry.queueDepth - 1));
  }

  /** The session as it is now: its run may have ended since it was looked at. */
  #emit(
    seen: Subject,
    eventOf: (facts: SessionState & { readonly atMs: number }) => MonitorEvent,
    isNews = true,
  ): void {
    if (this.#hasStopped) return;
    const nowMs = monotonicMs();
    const subject = withoutEnded(this.#table, seen);
    const state = describe(subject, judge(subject, nowMs, this.#settings), nowMs);
    this.#listeners.emit(eventOf({ ...state, atMs: wallMsOf(nowMs) }), isNews);
  }

  /** A phantom is asked about at every look, and mostly the same comes of it. */
  #isNews(identity: object, { status, reason, activeRunId }: RecoveryOutcome): boolean {
    const outcome = [status, reason, activeRunId].join();
    const isNews = this.#lastOutcomes.get(identity) !== outcome;
    this.#lastOutcomes.set(identity, outcome);
    return isNews;
  }
}

const DAY_MS = 86_400_000;

/** Somebody waits for the look: the process must not end before. */
function keepAlive(): Countdown<undefined> {
  return new Countdown(monotonicMs() + DAY_MS, undefined, () => {}, true);
}

function isOutcome(value: unknown): value is RecoveryOutcome {
  const status: unknown = (value as Partial<RecoveryOutcome> | null | undefined)?.status;
  return RECOVERY_STATUSES.some((known) => known === status);
}
