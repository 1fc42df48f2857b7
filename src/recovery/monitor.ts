import type { OwnerTable } from '../ownership/owner-table.js';
import { stalledMs } from '../ownership/limits/patience.js';
import { NOWHERE } from '../ownership/run/scope.js';
import { isSessionFile } from '../identity/parse-input.js';
import { spellingOf } from '../runs/find-queue.js';
import {
  checkCount,
  checkFunction,
  checkObject,
  checkOneOf,
  checkText,
  wrongType,
} from '../support/checks.js';
import { monotonicMs } from '../support/clock.js';
import { Countdown } from '../support/countdown.js';
import type { Logger } from '../types.js';
import { Attention } from './attention.js';
import {
  type MonitorEventOf,
  type MonitorEventType,
  MonitorListeners,
  type SessionState,
} from './monitor-events.js';
import type { MonitorSettings } from './monitor-options.js';
import { type SessionReport, SessionStates } from './session-states.js';
import { describe, judge, subjectsOf } from './subjects.js';

const EVENTS: readonly MonitorEventType[] = [
  'long-running',
  'stalled',
  'stuck',
  'recovery-requested',
  'recovery-completed',
];

/**
 * The diagnostic heartbeat: looks at every session from time to time, says what does not move, and
 * has it recovered. The limits of the runs themselves work without it. Its disposal stops the timer
 * and forgets reports and listeners; a recovery that is under way goes on, untold.
 */
export interface Monitor extends Disposable {
  /**
   * What the host knows of a session, whether a run of it is alive or not. Every report is a sign
   * of life. At least one name; what is learned later about the same session joins what was known.
   * The file is looked up at each look, not here. Ignored once the monitor is disposed of.
   *
   * @throws TypeError, RangeError the report is wrong
   * @throws InvalidSessionFileError `ERR_SESSION_FILE_INVALID` the path cannot name a session file
   */
  report(state: SessionReport): void;
  /**
   * Calls the listener after the fact, in the step of the look, in the context of no run (at a look
   * by `check()`: in that of its caller). What it throws is logged and changes nothing. Disposing
   * of the answer ends it.
   *
   * @throws TypeError, RangeError no such event, or no function
   */
  on<Type extends MonitorEventType>(
    event: Type,
    listener: (event: MonitorEventOf<Type>) => void,
  ): Disposable;
  /**
   * Looks at once, by the rules of a tick in time: within `intervalMs` after the process stood
   * still nobody is judged. Resolves when what was found has been told and its recoveries have come
   * back, which may take a run's `settleMs`, and keeps the process alive until then. What a
   * `recover` function is still at since an earlier look is not waited for. Never rejects; does
   * nothing once disposed of.
   */
  check(): Promise<void>;
  /**
   * Every session that was reported lately, and every owner of the thread, as it would be judged
   * now. Fresh and plain; tells and recovers nothing.
   */
  sessions(): readonly SessionState[];
}

export class SessionMonitor implements Monitor {
  readonly #table: OwnerTable;
  readonly #settings: MonitorSettings;
  readonly #states = new SessionStates();
  readonly #listeners: MonitorListeners;
  readonly #attention: Attention;
  readonly #onDisposed: () => void;
  #countdown: Countdown<undefined> | undefined;
  #isDisposed = false;

  constructor(
    table: OwnerTable,
    settings: MonitorSettings,
    logger: Logger | undefined,
    onDisposed: () => void,
  ) {
    this.#table = table;
    this.#settings = settings;
    this.#listeners = new MonitorListeners(logger);
    this.#attention = new Attention(table, settings, this.#states, this.#listeners);
    this.#onDisposed = onDisposed;
    this.#arm();
  }

  report(state: SessionReport): void {
    checkReport(state);
    const { sessionFile } = state;
    const path = sessionFile === undefined ? undefined : spellingOf(this.#table, sessionFile);
    if (this.#isDisposed) return;
    // A relative path means the file that it names now, a URL what it says now.
    const kept = isSessionFile(sessionFile) ? sessionFile : path;
    this.#states.note({ ...state, sessionFile: kept }, path, monotonicMs());
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
    await this.#attention.look(true);
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
    this.#attention.stop();
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
    // A look that comes late condemns nobody.
    if (lateMs > 0) return;
    // The timer remembers in whose context the monitor was made; it acts for nobody.
    void this.#table.state.ambient.run(NOWHERE, async () => {
      await this.#attention.look(false);
    });
  };
}

function checkReport(report: SessionReport): void {
  checkObject('state', report);
  const { sessionFile, sessionKey, sessionId, state, queueDepth } = report;
  checkOneOf('state', state, ['processing', 'waiting', 'idle']);
  if (sessionKey !== undefined) checkText('sessionKey', sessionKey);
  if (sessionId !== undefined) checkText('sessionId', sessionId);
  if (queueDepth !== undefined) checkCount('queueDepth', queueDepth, 0);
  if (queueDepth === Infinity) {
    throw new RangeError('Invalid queueDepth: expected a whole number from 0, got Infinity');
  }
  const names = [sessionFile, sessionKey, sessionId];
  if (names.some((name) => name !== undefined)) return;
  throw wrongType('state', 'sessionFile, sessionKey or sessionId', report);
}
