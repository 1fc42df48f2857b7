import { ConfigurationError } from './errors/setup-errors.js';
import { parseSessionFile } from './identity/parse-input.js';
import { type Counters, copyCounters } from './observe/counters.js';
import type { OwnershipEvent } from './observe/events.js';
import { openingClosed } from './ownership/openings.js';
import { OwnerTable, sharedOwnerTable } from './ownership/owner-table.js';
import { NOWHERE, type Scope } from './ownership/scope.js';
import type { RunRecord, RunTerms } from './ownership/run-record.js';
import {
  type CoordinatorOptions,
  readOptions,
  readTerms,
  readWriteTerms,
  type Settings,
} from './options.js';
import { type CloseReport, closeOrigin, refuseFromInside } from './runs/close.js';
import { findKey, spellingOf } from './runs/find-queue.js';
import {
  checkWritable,
  type GuestSection,
  untilLetIn,
  writeAsGuest,
  type WriteOptions,
} from './runs/guest-write.js';
import { RunHandle, recordOf } from './runs/run-handle.js';
import { type RunIndex, TableIndex } from './runs/run-index.js';
import { checkNotStopped, runJoined, runOwned } from './runs/run-task.js';
import type { Run, RunRequest } from './runs/run.js';
import {
  checkDuration,
  checkFunction,
  checkObject,
  checkSignal,
  checkText,
} from './support/checks.js';
import type { RunPhase, RunView, SessionFileLike } from './types.js';

/** All runs of the thread at one instant. Fresh, plain, safe to turn into JSON. */
export interface CoordinatorSnapshot {
  readonly held: readonly RunView[];
  readonly waiting: readonly RunView[];
  readonly parked: readonly RunView[];
  /** Runs whose turn was taken while their task goes on: they own nothing any more. */
  readonly draining: readonly RunView[];
  readonly counters: Counters;
}

/** Gives session files to one run at a time. */
export interface Coordinator extends AsyncDisposable {
  /**
   * Waits for the file, runs `task` as its owner, and ends the run as the task ends. Resolves or
   * rejects as the task does; once the run's signal has fired it rejects with the signal's reason,
   * at the latest when the turn is taken, and what the task still produces goes to `rescue`.
   *
   * @throws TypeError, RangeError the request is wrong
   * @throws InvalidSessionFileError `ERR_SESSION_FILE_INVALID` the path cannot name a session file
   * @throws OwnerWaitTimeoutError `ERR_SESSION_WAIT_TIMEOUT` not granted within `waitMs`
   * @throws OwnerWaitAbortedError `ERR_SESSION_WAIT_ABORTED` the caller's signal fired while it waited
   * @throws RunInterruptedError `ERR_SESSION_RUN_INTERRUPTED` the run was told to stop
   * @throws DeadlockError `ERR_SESSION_DEADLOCK` the wait could never end
   * @throws QueueFullError `ERR_SESSION_QUEUE_FULL` too many wait already
   * @throws DuplicateRunError `ERR_SESSION_RUN_DUPLICATE` a live run has this run id
   * @throws CoordinatorClosedError `ERR_SESSION_CLOSED`
   */
  run<T>(request: RunRequest, task: (run: Run) => T | Promise<T>): Promise<T>;
  /**
   * Like `run`, for `await using`: the run owns the file until it is released or disposed of. The
   * code behind it is not in the run's ambient context; see `run.within` and `parent`.
   */
  acquire(request: RunRequest): Promise<Run>;
  /**
   * Writes as a guest: a mirror of deliveries, a user interface, a plugin. Where a run owns the file
   * the section is let in between two of its own, and the owner learns what was written; where
   * nobody does it is a short turn. Asked from inside a section of the same file it runs directly. It
   * may last as long as the coordinator's `settleMs`, since it keeps the owner from writing.
   *
   * @throws TypeError, RangeError an option is wrong
   * @throws InvalidSessionFileError `ERR_SESSION_FILE_INVALID` not a session file, or a marker
   * @throws OwnerWaitTimeoutError `ERR_SESSION_WAIT_TIMEOUT` not let in within `waitMs`
   * @throws OwnerWaitAbortedError `ERR_SESSION_WAIT_ABORTED` the signal fired while it waited
   * @throws DeadlockError `ERR_SESSION_DEADLOCK` the open section waits for this one
   * @throws RunInterruptedError `ERR_SESSION_RUN_INTERRUPTED` the section lasted too long
   * @throws TornTranscriptError `ERR_SESSION_TORN_TAIL`, TranscriptIoError `ERR_SESSION_IO` as `append`
   * @throws CoordinatorClosedError `ERR_SESSION_CLOSED`
   */
  write<T>(file: SessionFileLike, section: GuestSection<T>, options?: WriteOptions): Promise<T>;
  /**
   * "Resolve or create", once among concurrent calls: whoever calls while a creation for this
   * session key runs shares its outcome. The result is not kept.
   *
   * @throws OwnerWaitAbortedError `ERR_SESSION_WAIT_ABORTED` the signal fired; the creation goes on
   * @throws DeadlockError `ERR_SESSION_DEADLOCK` called from inside its own creation
   */
  openOnce<T>(
    sessionKey: string,
    create: () => T | Promise<T>,
    options?: { signal?: AbortSignal },
  ): Promise<T>;
  /** The runs alive in this thread, of all coordinators. */
  readonly runs: RunIndex;
  inspect(): CoordinatorSnapshot;
  /** The last changes of one file, or of all, oldest first. */
  history(file?: SessionFileLike): readonly OwnershipEvent[];
  /**
   * Stops admission, cancels this coordinator's waiting runs, gives its owners `waitMs` to end by
   * themselves, tells the others to stop, and takes the turns of those that do not settle.
   *
   * @param options.waitMs the coordinator's `settleMs` by default
   * @throws DeadlockError `ERR_SESSION_DEADLOCK` called from inside a run that would have to end
   */
  close(options?: { waitMs?: number }): Promise<CloseReport>;
}

class SessionCoordinator implements Coordinator {
  readonly runs: RunIndex;
  readonly #table: OwnerTable;
  readonly #settings: Settings;
  #closing: Promise<CloseReport> | undefined;

  constructor(table: OwnerTable, settings: Settings) {
    this.#table = table;
    this.#settings = settings;
    this.runs = new TableIndex(table);
  }

  run<T>(request: RunRequest, task: (run: Run) => T | Promise<T>): Promise<T> {
    return new Promise<T>((answer, reject) => {
      checkFunction('task', task);
      const terms = this.#read(request);
      const call = { task, rescue: request.rescue, answer, reject };
      // Through a promise, so that the task never starts inside the call, and runs in the async
      // context of its caller, not of the run that made way for it.
      untilGranted(this.#submit(request, terms)).then((owner) => {
        if (owner.terms === terms) runOwned(this.#table, owner, call);
        else runJoined(this.#table, owner, this.#scope(request), call);
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

  async write<T>(
    file: SessionFileLike,
    section: GuestSection<T>,
    options: WriteOptions = {},
  ): Promise<T> {
    checkFunction('section', section);
    checkObject('options', options);
    const terms = readWriteTerms(options, this.#settings);
    const { requests, markers } = this.#table;
    const input = parseSessionFile(file, markers);
    checkWritable(input);
    const scope = this.#scope(options);
    const guest = requests.submit(this.#settings, terms, input, options.signal, scope);
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
    const { requests, markers } = this.#table;
    const input = parseSessionFile(request.sessionFile, markers);
    return requests.submit(this.#settings, terms, input, request.signal, this.#scope(request));
  }

  /** In whose context the call is made: of the run that is named, or of the one around. */
  #scope({ parent }: { readonly parent?: Run | undefined }): Scope {
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
  if (settings.markers !== undefined) installMarkers(table, settings.markers);
  table.state.log.grow(historySize);
  return new SessionCoordinator(table, settings);
}

function installMarkers(table: OwnerTable, markers: readonly string[]): void {
  const present = table.markers;
  const isSame = present.size === markers.length && markers.every((name) => present.has(name));
  if (!isSame) {
    if (table.hasOwnMarkers || table.state.live > 0) {
      const by = table.hasOwnMarkers ? 'another coordinator chose' : 'runs alive are named by';
      throw new ConfigurationError(
        `markers ${JSON.stringify(markers)} do not fit ${JSON.stringify([...present])}, which ${by} in this thread`,
      );
    }
    table.markers = new Set(markers);
  }
  table.hasOwnMarkers = true;
}
