import { RunEndedError, RunNotOwnerError } from '../errors/run-errors.js';
import type { OwnerTable } from '../ownership/owner-table.js';
import type { RunRecord } from '../ownership/run/run-record.js';
import { endAfter } from '../ownership/run/ends.js';
import { checkAlive } from '../ownership/table/run-guards.js';
import { NOWHERE } from '../ownership/run/scope.js';
import { sectionOf } from '../ownership/file/section.js';
import { scopeWithin } from '../ownership/table/wait-graph.js';
import {
  checkDuration,
  checkFunction,
  checkObject,
  checkText,
  wrongType,
} from '../support/checks.js';
import { monotonicMs } from '../support/clock.js';
import { type Pen, penOf } from '../transcript/pen.js';
import { RunTranscript } from '../transcript/run-transcript.js';
import type { Transcript } from '../transcript/transcript.js';
import type { PreviousRun, RunEnd, RunKind, RunPhase, RunView } from '../types.js';
import type { Run, RunRequest } from './run.js';
import { maintain } from './maintain.js';
import { park } from './park.js';
import { previousOf } from './previous.js';
import { prompt, type PromptOptions, type PromptTask } from './prompt.js';

/** How any copy of this package finds the record behind a handle that a caller hands back. */
const RECORD = Symbol.for('penholder.run-record');

export function recordOf(run: unknown): RunRecord | undefined {
  if (typeof run !== 'object' || run === null) return undefined;
  return (run as { readonly [RECORD]?: RunRecord })[RECORD];
}

/** A caller's view of, and means to act on, one run. A joined handle shares the record of its host. */
export class RunHandle implements Run {
  static {
    const read = function (this: RunHandle): RunRecord {
      return this.#record;
    };
    Object.defineProperty(this.prototype, RECORD, { get: read });
  }
  readonly #table: OwnerTable;
  readonly #record: RunRecord;
  readonly #isJoined: boolean;
  readonly #rescue: RunRequest['rescue'];
  #isReleased = false;
  #pen: Pen | undefined;
  #transcript: RunTranscript | undefined;

  /** @param rescue of the request that got this handle, which may have joined the run of another */
  constructor(
    table: OwnerTable,
    record: RunRecord,
    isJoined: boolean,
    rescue: RunRequest['rescue'],
  ) {
    this.#table = table;
    this.#record = record;
    this.#isJoined = isJoined;
    this.#rescue = rescue;
  }

  get runId(): string {
    return this.#record.runId;
  }
  get generation(): number {
    return this.#record.generation;
  }
  get sessionFile(): string {
    return this.#record.path;
  }
  get sessionKey(): string | undefined {
    return this.#record.sessionKey;
  }
  get sessionId(): string | undefined {
    return this.#record.sessionId;
  }
  get kind(): RunKind {
    return this.#record.kind;
  }
  get phase(): RunPhase {
    return this.#record.phase;
  }
  get end(): RunEnd | undefined {
    return this.#record.end;
  }
  get requestedAtMs(): number {
    return this.toJSON().requestedAtMs;
  }
  get grantedAtMs(): number | undefined {
    return this.toJSON().grantedAtMs;
  }
  get progressAtMs(): number | undefined {
    return this.toJSON().progressAtMs;
  }
  get progressNote(): string | undefined {
    return this.#record.progressNote;
  }
  get waiting(): number {
    return this.#record.waiting;
  }
  get fencingToken(): string | undefined {
    return this.#record.fencingToken;
  }
  get signal(): AbortSignal {
    return this.#table.signals.signalOf(this.#record);
  }
  get yieldSignal(): AbortSignal {
    return this.#table.signals.yieldSignalOf(this.#record);
  }

  get transcript(): Transcript {
    this.#transcript ??= this.#openTranscript();
    return this.#transcript;
  }
  get previous(): PreviousRun | undefined {
    return previousOf(this.#table, this.#record);
  }

  async prompt<T>(task: PromptTask<T>, options: PromptOptions = {}): Promise<T> {
    checkFunction('task', task);
    this.#checkUsable('prompt');
    return await prompt(this.#table, this.#record, task, options, this.#rescue);
  }

  async maintain<T>(task: PromptTask<T>, options: { deadlineMs: number }): Promise<T> {
    checkFunction('task', task);
    this.#checkUsable('maintain');
    return await maintain(this.#table, this.#record, task, options, this.#rescue);
  }

  async park<T>(task: () => T | Promise<T>, options: { waitMs?: number } = {}): Promise<T> {
    const record = this.#record;
    checkObject('options', options);
    const { waitMs = record.terms.waitMs } = options;
    checkFunction('task', task);
    checkDuration('waitMs', waitMs);
    this.#checkUsable('park');
    if (this.#isJoined) throw this.#hostOnly('park');
    return await park(this.#table, record, async () => await this.within(task), waitMs);
  }

  within<T>(task: () => T): T {
    checkFunction('task', task);
    const { ambient } = this.#table.state;
    return ambient.run(scopeWithin(this.#record, ambient.getStore() ?? NOWHERE), task);
  }

  progress(note?: string): void {
    if (this.#isReleased || !this.#record.isOwner) return;
    this.#record.noteProgress(monotonicMs(), typeof note === 'string' ? note : undefined);
  }

  rebind(names: { sessionKey?: string; sessionId?: string }): void {
    checkObject('names', names);
    if (names.sessionKey !== undefined) checkText('sessionKey', names.sessionKey);
    if (names.sessionId !== undefined) checkText('sessionId', names.sessionId);
    this.#checkUsable('rebind');
    checkAlive(this.#record, 'rebind');
    this.#table.state.rebind(this.#record, names);
    this.#table.state.outbox.flush();
  }

  release(end?: { error?: unknown }): Promise<void> {
    if (end !== undefined && (typeof end !== 'object' || end === null)) {
      return Promise.reject(wrongType('end', 'an object', end));
    }
    const wasReleased = this.#isReleased;
    this.#isReleased = true;
    if (this.#isJoined || this.#record.phase === 'ended') return RELEASED;
    if (!wasReleased) {
      const { firing } = this.#record;
      const asked = end?.error === undefined ? 'released' : 'failed';
      this.#table.turns.finish(this.#record, firing ? endAfter(firing.reason.why) : asked);
      this.#table.state.outbox.flush();
    }
    return this.#untilEnded();
  }

  /** From inside a section the end is not waited for: it comes with the end of that section. */
  #untilEnded(): Promise<void> {
    const record = this.#record;
    const scope = this.#table.state.ambient.getStore() ?? NOWHERE;
    const around = record.queue && sectionOf(scope, record.queue.gate);
    if (record.phase === 'ended' || around) return RELEASED;
    return new Promise((done) => {
      (record.endListeners ??= new Set()).add(done);
    });
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.release();
  }

  toJSON(): RunView {
    return this.#record.view();
  }

  #openTranscript(): RunTranscript {
    const penSoFar = (): Pen | undefined => (this.#pen ??= this.#record.work as Pen | undefined);
    const pen = (): Pen => {
      this.#checkUsable('use the transcript');
      return (this.#pen ??= penOf(this.#table, this.#record));
    };
    // Made now: what guests write from here on can be told also after the end.
    if (this.#record.isOwner && !this.#record.isMarker) pen();
    return new RunTranscript(this.#record, pen, penSoFar);
  }

  #checkUsable(action: string): void {
    if (!this.#isJoined || !this.#isReleased) return;
    const { path: sessionFile, runId } = this.#record;
    throw new RunEndedError({ sessionFile, runId, action });
  }

  #hostOnly(action: string): RunNotOwnerError {
    const { path: sessionFile, runId } = this.#record;
    const state = 'lent its turn to this joined handle';
    return new RunNotOwnerError({ sessionFile, runId, action, state });
  }
}

const RELEASED: Promise<void> = Promise.resolve();
