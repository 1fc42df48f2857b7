import type { Coordinator, CoordinatorSnapshot } from './coordinator-interface.js';
import { CoordinatorClosedError } from './errors/wait-errors.js';
import { parseSessionFile } from './identity/parse-input.js';
import { copyCounters } from './observe/counters.js';
import type { OwnershipEvent } from './observe/events.js';
import { openingClosed } from './ownership/openings.js';
import { OwnerTable, sharedOwnerTable } from './ownership/owner-table.js';
import type { Submission } from './ownership/requests/requests.js';
import type { RunRecord } from './ownership/run/run-record.js';
import { NOWHERE, type Scope } from './ownership/run/scope.js';
import type { RunTerms } from './ownership/run/terms.js';
import { scopeWithin } from './ownership/table/wait-graph.js';
import type { CoordinatorOptions, Settings } from './options/coordinator-options.js';
import { readOptions } from './options/read-options.js';
import { readAdmission, readTerms, readWriteTerms } from './options/read-terms.js';
import { type MonitorOptions, readMonitorOptions } from './recovery/monitor-options.js';
import { type Monitor, SessionMonitor } from './recovery/monitor.js';
import type { RecoveryOutcome, RecoveryRequest } from './recovery/outcome.js';
import { recover } from './recovery/recover.js';
import { type Admission, admit, type AdmitRequest } from './runs/admission.js';
import { type AdmittedTicket, ticketOf } from './runs/admitted-ticket.js';
import { type CloseReport, closeOrigin, refuseFromInside } from './runs/close.js';
import { findKey, spellingOf } from './runs/find-queue.js';
import {
  checkWritable,
  type GuestSection,
  untilLetIn,
  writeAsGuest,
  type WriteOptions,
} from './runs/guest-write.js';
import {
  interrupt,
  type InterruptOptions,
  type InterruptOutcome,
  type RunTarget,
} from './runs/interrupt.js';
import { RunHandle, recordOf } from './runs/run-handle.js';
import { type RunIndex, TableIndex } from './runs/run-index.js';
import { checkNotStopped, runJoined, runOwned, type TaskCall } from './runs/run-task.js';
import type { Run, RunRequest } from './runs/run.js';
import type { Ticket } from './runs/ticket.js';
import { settleShared } from './shared-settings.js';
import {
  checkDuration,
  checkFunction,
  checkObject,
  checkSignal,
  checkText,
} from './support/checks.js';
import type { RunPhase, RunView, SessionFileLike } from './types.js';

/** Gives session files to one run at a time, for one thread. */
class SessionCoordinator implements Coordinator {
  readonly runs: RunIndex;
  readonly #table: OwnerTable;
  readonly #settings: Settings;
  readonly #monitors = new Set<SessionMonitor>();
  #closing: Promise<CloseReport> | undefined;

  constructor(table: OwnerTable, settings: Settings) {
    this.#table = table;
    this.#settings = settings;
    this.runs = new TableIndex(table);
  }

  run<T>(request: RunRequest | Ticket, task: (run: Run) => T | Promise<T>): Promise<T> {
    return new Promise<T>((answer, reject) => {
      checkFunction('task', task);
      const ticket = ticketOf(request);
      if (ticket) {
        runClaimed(ticket, { task, rescue: ticket.record.terms.rescue, answer, reject });
        return;
      }
      const terms = this.#read(request as RunRequest);
      const call = { task, rescue: terms.rescue, answer, reject };
      // Through a promise, so that the task never starts inside the call, and runs in the async
      // context of its caller, not of the run that made way for it.
      untilGranted(this.#submit(request as RunRequest, terms)).then((owner) => {
        if (owner.terms === terms) runOwned(this.#table, owner, call);
        else runJoined(this.#table, owner, this.#scope(request as RunRequest), call);
      }, reject);
    });
  }

  /** Not `async`: a free file without I/O is granted in the call, and costs one promise. */
  acquire(request: RunRequest): Promise<Run> {
    try {
      const terms = this.#read(request);
      const record = this.#submit(request, terms);
      if (record.isOwner) return Promise.resolve(this.#handle(record, terms));
      return untilGranted(record).then((owner) => this.#handle(owner, terms));
    } catch (error) {
      return Promise.reject(error);
    }
  }

  async admit(request: AdmitRequest): Promise<Admission> {
    const terms = readAdmission(request, this.#settings);
    const { sessionFile, message } = request;
    return await admit(this.#table, this.#submission(sessionFile, terms, request), message);
  }

  async write<T>(
    file: SessionFileLike,
    section: GuestSection<T>,
    options: WriteOptions = {},
  ): Promise<T> {
    checkFunction('section', section);
    checkObject('options', options);
    const terms = readWriteTerms(options, this.#settings);
    const submission = this.#submission(file, terms, options);
    checkWritable(submission.input);
    const guest = this.#table.requests.submit(submission);
    const grant = await untilLetIn(guest);
    return await writeAsGuest(this.#table, guest, grant, section);
  }

  async openOnce<T>(
    sessionKey: string,
    create: () => T | Promise<T>,
    options: { signal?: AbortSignal } = {},
  ): Promise<T> {
    checkText('sessionKey', sessionKey);
    checkFunction('create', create);
    checkObject('options', options);
    if (options.signal !== undefined) checkSignal('signal', options.signal);
    if (this.#settings.isClosed) throw openingClosed(sessionKey);
    return await this.#table.openings.open(sessionKey, create, options.signal);
  }

  async interrupt(target: RunTarget, options: InterruptOptions = {}): Promise<InterruptOutcome> {
    return await interrupt(this.#table, target, options);
  }

  async recover(request: RecoveryRequest): Promise<RecoveryOutcome> {
    return await recover(this.#table, request);
  }

  monitor(options: MonitorOptions = {}): Monitor {
    const settings = readMonitorOptions(options);
    const { isClosed, logger } = this.#settings;
    if (isClosed) throw new CoordinatorClosedError({ sessionFile: '', subject: 'a monitor' });
    const monitor = new SessionMonitor(this.#table, settings, logger, () => {
      this.#monitors.delete(monitor);
    });
    this.#monitors.add(monitor);
    return monitor;
  }

  inspect(): CoordinatorSnapshot {
    const { state } = this.#table;
    const held: RunView[] = [];
    const waiting: RunView[] = [];
    const parked: RunView[] = [];
    const draining: RunView[] = [];
    const views: Partial<Record<RunPhase, RunView[]>> = { waiting, parked, ended: draining };
    const show = (record: RunRecord): void => {
      (views[record.phase] ?? held).push(record.view());
    };
    for (const record of state.all()) show(record);
    for (const record of state.draining) show(record);
    return { held, waiting, parked, draining, counters: copyCounters(state.counters) };
  }

  history(file?: SessionFileLike): readonly OwnershipEvent[] {
    const { log } = this.#table.state;
    if (file === undefined) return log.read(() => true);
    const key = findKey(this.#table, file);
    const spelling = spellingOf(this.#table, file);
    // A request that was given up before its path was resolved is known by its spelling only.
    return log.read(({ key: at, path, formerKey }) =>
      at === '' ? path === spelling : at === key || formerKey === key,
    );
  }

  close(options: { waitMs?: number } = {}): Promise<CloseReport> {
    try {
      checkObject('options', options);
      const { waitMs = this.#settings.settleMs } = options;
      checkDuration('waitMs', waitMs);
      refuseFromInside(this.#table, this.#settings);
      for (const monitor of this.#monitors) monitor[Symbol.dispose]();
      this.#closing ??= closeOrigin(this.#table, this.#settings, waitMs);
      return this.#closing;
    } catch (error) {
      return Promise.reject(error);
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }

  #read(request: RunRequest): RunTerms {
    checkObject('request', request);
    return readTerms(request, this.#settings);
  }

  /** The record of this request, or that of the run around whose turn it joined. */
  #submit(request: RunRequest, terms: RunTerms): RunRecord {
    return this.#table.requests.submit(this.#submission(request.sessionFile, terms, request));
  }

  #submission(file: SessionFileLike, terms: RunTerms, asked: Asked): Submission {
    const { signal } = asked;
    const input = parseSessionFile(file, this.#table.markers);
    return { origin: this.#settings, terms, input, signal, scope: this.#scope(asked) };
  }

  /** In whose context the call is made: of the run that is named, or of the one around. */
  #scope({ parent }: Asked): Scope {
    const ambient = this.#table.state.ambient.getStore() ?? NOWHERE;
    const named = recordOf(parent);
    return named === undefined ? ambient : { run: named, section: ambient.section };
  }

  #handle(owner: RunRecord, terms: RunTerms): Run {
    const isJoined = owner.terms !== terms;
    if (!isJoined) checkNotStopped(this.#table, owner);
    return new RunHandle(this.#table, owner, isJoined, terms.rescue);
  }
}

/** What every call says about itself. */
interface Asked {
  readonly signal?: AbortSignal | undefined;
  readonly parent?: Run | undefined;
}

/** The place is there already: the task runs once the turn is. */
function runClaimed<T>(ticket: AdmittedTicket, call: TaskCall<T>): void {
  const { table, record } = ticket;
  ticket.claim('run a task with a ticket').then((owner) => {
    if (owner === record) runOwned(table, owner, call);
    else runJoined(table, owner, scopeWithin(owner, record.scope), call);
  }, call.reject);
}

/** The record that owns: the one submitted, or the one around whose turn it joined. */
function untilGranted(record: RunRecord): Promise<RunRecord> {
  if (record.refusal !== undefined) return Promise.reject(record.refusal);
  if (record.phase !== 'waiting') return Promise.resolve(record);
  return new Promise((resolve, reject) => {
    record.waiter = { resolve, reject };
  });
}

/**
 * Makes a coordinator. All coordinators of a thread share one owner table, whichever copy of the
 * package made them, so that a file has one owner however many modules ask; logger, defaults and
 * `close()` are each coordinator's own.
 *
 * @throws TypeError, RangeError an option is wrong
 * @throws ConfigurationError `ERR_SESSION_CONFIG` the options do not fit what the thread shares
 */
export function createCoordinator(options: CoordinatorOptions = {}): Coordinator {
  const settings = readOptions(options);
  const { historySize } = settings;
  const table = settings.isolated ? new OwnerTable(historySize) : sharedOwnerTable(historySize);
  settleShared(table, settings);
  table.state.log.grow(historySize);
  return new SessionCoordinator(table, settings);
}
