import type { OwnerTable } from '../ownership/owner-table.js';
import { stalledMs } from '../ownership/patience.js';
import { spellingOf } from '../runs/find-queue.js';
import {
  checkCount,
  checkFunction,
  checkObject,
  checkOneOf,
  checkText,
  wrongType,
} from '../support/checks.js';
import { monotonicMs, wallMsOf } from '../support/clock.js';
import { Countdown } from '../support/countdown.js';
import type { Logger } from '../types.js';
import type { Finding, Health } from './classify.js';
import {
  type MonitorEventOf,
  type MonitorEventType,
  MonitorListeners,
  type SessionState,
} from './monitor-events.js';
import type { MonitorSettings } from './monitor-options.js';
import { NOTHING_DONE, type RecoveryOutcome, type RecoveryRequest } from './outcome.js';
import { recover } from './recover.js';
import { type SessionReport, SessionStates } from './session-states.js';
import { describe, judge, requestFor, type Subject, subjectsOf } from './subjects.js';
import { Warnings } from './warnings.js';

const EVENTS: readonly MonitorEventType[] = [
  'long-running',
  'stalled',
  'stuck',
  'recovery-requested',
  'recovery-completed',
];

type Alarm = Exclude<Health, 'healthy' | 'waiting'>;

/**
 * The diagnostic heartbeat: looks at every session from time to time, says what does not move, and
 * has it recovered. The limits of the runs themselves work without it.
 */
export interface Monitor extends Disposable {
  /**
   * What the host knows of a session, whether a run of it is alive or not. Every report is a sign of
   * life. At least one name; what is learned later about the same session joins what was known.
   *
   * @throws TypeError, RangeError
   */
  report(state: SessionReport): void;
  on<Type extends MonitorEventType>(
    event: Type,
    listener: (event: MonitorEventOf<Type>) => void,
  ): Disposable;
  /** Looks at once; resolves when what was found has been told and recovered. Never rejects. */
  check(): Promise<void>;
  /** Every session that was reported lately, and every owner. */
  sessions(): readonly SessionState[];
}

export class SessionMonitor implements Monitor {
  readonly #table: OwnerTable;
  readonly #settings: MonitorSettings;
  readonly #listeners: MonitorListeners;
  readonly #warnings: Warnings;
  readonly #states = new SessionStates();
  /** Sessions whose recovery has not come back yet. */
  readonly #recovering = new Set<object>();
  #countdown: Countdown<undefined> | undefined;
  readonly #onDisposed: () => void;
  #isDisposed = false;

  constructor(
    table: OwnerTable,
    settings: MonitorSettings,
    logger: Logger | undefined,
    onDisposed: () => void,
  ) {
    this.#onDisposed = onDisposed;
    this.#table = table;
    this.#settings = settings;
    this.#listeners = new MonitorListeners(logger);
    this.#warnings = new Warnings(settings.warnAfterMs);
    this.#arm();
  }

  report(state: SessionReport): void {
    checkReport(state);
    const { sessionFile } = state;
    const path = sessionFile === undefined ? undefined : spellingOf(this.#table, sessionFile);
    if (!this.#isDisposed) this.#states.note(state, path, monotonicMs());
  }

  on<Type extends MonitorEventType>(
    event: Type,
    listener: (event: MonitorEventOf<Type>) => void,
  ): Disposable {
    checkOneOf('event', event, EVENTS);
    checkFunction('listener', listener);
    return this.#listeners.add(event, listener as Parameters<MonitorListeners['add']>[1]);
  }

  async check(): Promise<void> {
    await this.#look(0);
  }

  sessions(): readonly SessionState[] {
    const nowMs = monotonicMs();
    this.#states.prune(nowMs);
    return [...subjectsOf(this.#table, this.#states)].map((subject) =>
      describe(subject, judge(subject, nowMs, this.#settings), nowMs),
    );
  }

  [Symbol.dispose](): void {
    this.#isDisposed = true;
    this.#countdown?.stop();
    this.#states.clear();
    this.#listeners.clear();
    this.#onDisposed();
  }

  #arm(): void {
    const dueAtMs = monotonicMs() + this.#settings.intervalMs;
    this.#countdown = new Countdown(dueAtMs, undefined, this.#onTick, false);
  }

  readonly #onTick = (): void => {
    const lateMs = stalledMs(this.#countdown?.dueAtMs ?? Infinity, monotonicMs());
    this.#arm();
    void this.#look(lateMs);
  };

  async #look(lateMs: number): Promise<void> {
    if (this.#isDisposed) return;
    const nowMs = monotonicMs();
    this.#states.prune(nowMs);
    // While the process stood still nobody could move: that is no reason to condemn anybody.
    const calmForMs = nowMs - this.#table.limits.loop.lastStallMs();
    if (lateMs > 0 || calmForMs < this.#settings.calmMs) return;
    const recoveries: Promise<void>[] = [];
    for (const subject of [...subjectsOf(this.#table, this.#states)]) {
      const finding = judge(subject, nowMs, this.#settings);
      if (finding.health === 'healthy' || finding.health === 'waiting') continue;
      this.#warn(subject, finding, finding.health, nowMs);
      const recovery = this.#act(subject, finding.health);
      if (recovery) recoveries.push(recovery);
    }
    await Promise.all(recoveries);
  }

  #warn(subject: Subject, finding: Finding, type: Alarm, nowMs: number): void {
    if (!this.#warnings.isDue(subject.identity, finding, nowMs)) return;
    const state = describe(subject, finding, nowMs);
    this.#listeners.emit({ ...state, type, atMs: wallMsOf(nowMs) });
  }

  /** How often it was told does not matter: what is stuck is recovered at every look. */
  #act(subject: Subject, health: Alarm): Promise<void> | undefined {
    const { recover: how, abortAfterMs } = this.#settings;
    if (how === false) return undefined;
    if (health === 'stalled') this.#askToYield(subject);
    if (health !== 'stuck' || this.#recovering.has(subject.identity)) return undefined;
    return this.#recover(subject, requestFor(subject, abortAfterMs), how);
  }

  /** The first step of the ladder, long before the next: somebody waits for a run that is silent. */
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
    const { entry, identity } = subject;
    const generation = entry?.generation;
    this.#recovering.add(identity);
    this.#emit(subject, (facts) => ({ ...facts, type: 'recovery-requested', request }));
    const outcome = await this.#outcomeOf(request, how);
    this.#recovering.delete(identity);
    const isStale = entry?.generation !== generation;
    if (entry && !isStale) this.#apply(entry, outcome);
    this.#emit(subject, (facts) => ({
      ...facts,
      type: 'recovery-completed',
      request,
      outcome,
      isStale,
    }));
  }

  async #outcomeOf(
    request: RecoveryRequest,
    how: Exclude<MonitorSettings['recover'], false>,
  ): Promise<RecoveryOutcome> {
    try {
      if (how !== true) return await how(request);
      return await recover(this.#table, request, this.#settings.calmMs);
    } catch (error) {
      const cause = error instanceof Error ? error : new Error(String(error));
      return { status: 'failed', reason: 'exception', error: cause, observed: NOTHING_DONE };
    }
  }

  /** What has ended is not at work any more; what was never there has nothing queued either. */
  #apply(entry: NonNullable<Subject['entry']>, { status }: RecoveryOutcome): void {
    if (status === 'noop') this.#states.settle(entry, 0);
    if (status !== 'ended' && status !== 'revoked') return;
    this.#states.settle(entry, Math.max(0, entry.queueDepth - 1));
  }

  #emit(
    subject: Subject,
    eventOf: (facts: SessionState & { atMs: number }) => Parameters<MonitorListeners['emit']>[0],
  ): void {
    if (this.#isDisposed) return;
    const nowMs = monotonicMs();
    const state = describe(subject, judge(subject, nowMs, this.#settings), nowMs);
    this.#listeners.emit(eventOf({ ...state, atMs: wallMsOf(nowMs) }));
  }
}

function checkReport(report: SessionReport): void {
  checkObject('state', report);
  const { sessionFile, sessionKey, sessionId, state, queueDepth } = report;
  checkOneOf('state', state, ['processing', 'waiting', 'idle']);
  if (sessionKey !== undefined) checkText('sessionKey', sessionKey);
  if (sessionId !== undefined) checkText('sessionId', sessionId);
  if (queueDepth !== undefined) checkCount('queueDepth', queueDepth, 0);
  if (sessionFile ?? sessionKey ?? sessionId) return;
  throw wrongType('state', 'sessionFile, sessionKey or sessionId', report);
}
