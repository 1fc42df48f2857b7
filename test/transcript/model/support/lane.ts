import type { Run, RunKind } from '../../../../src/index.js';
import type { RunRecord } from '../../../../src/ownership/run/run-record.js';
import { recordOf } from '../../../../src/runs/run-handle.js';
import { penOf } from '../../../../src/transcript/pen.js';
import { createGate, type Gate } from '../../../support/gate.js';
import { joined } from './replay.js';
import type { Scene } from './scene.js';

export interface LaneTerms {
  readonly sessionFile: string;
  readonly kind: RunKind;
  readonly isTask: boolean;
  readonly obeys: boolean;
  readonly isDurable: boolean;
  readonly signal: number | undefined;
}

/** One run, as its caller uses it. */
export class Lane {
  readonly id: string;
  readonly scene: Scene;
  readonly terms: LaneTerms;
  readonly gate: Gate<void> = createGate();
  handle: Run | undefined = undefined;
  record: RunRecord | undefined = undefined;
  outcome: string | undefined = undefined;
  isReleased = false;
  readonly #taken: ReturnType<Run['transcript']['takeGuestWrites']>[number][] = [];

  constructor(scene: Scene, id: string, terms: LaneTerms) {
    this.scene = scene;
    this.id = id;
    this.terms = terms;
  }

  get isAlive(): boolean {
    return this.handle !== undefined && this.handle.phase !== 'ended';
  }

  /** Nothing stands in the way of a section but other sections. */
  get isHealthy(): boolean {
    const { record } = this;
    if (record === undefined || record.firing || record.finishing) return false;
    return record.isOwner && !record.isClosing;
  }

  start(): Promise<void> {
    const { sessions, signals } = this.scene;
    const { sessionFile, kind, isTask, isDurable, signal } = this.terms;
    const request = {
      ...{ sessionFile, kind, runId: this.id, sessionKey: `lane ${kind}` },
      durability: isDurable ? ('fsync' as const) : ('os' as const),
      signal: signal === undefined ? undefined : signals[signal]?.signal,
    };
    if (!isTask) return sessions.acquire(request).then((handle) => this.#enter(handle));
    return sessions.run(request, async (handle) => {
      this.#enter(handle);
      await this.gate.opened;
    });
  }

  #enter(handle: Run): void {
    this.handle = handle;
    this.record = recordOf(handle);
    // From now on the handle tells of guests, even once the run has ended.
    if (this.isHealthy && this.record) penOf(this.scene.table, this.record);
    this.take();
    const stop = (): void => {
      if (this.terms.obeys) this.finish();
    };
    if (handle.signal.aborted) stop();
    else handle.signal.addEventListener('abort', stop, { once: true });
  }

  take(): void {
    if (this.handle) this.#taken.push(...this.handle.transcript.takeGuestWrites());
  }

  /** The caller is done with it. */
  finish(): void {
    this.isReleased = true;
    this.gate.open();
    if (!this.terms.isTask) void this.handle?.release();
  }

  /** What it was told of guests is what they wrote. */
  compare(): void {
    if (this.record === undefined) return;
    this.take();
    const seen = JSON.stringify(joined(this.#taken));
    const expected = JSON.stringify(this.scene.replay.guestWritesOf(this.record));
    if (seen === expected) return;
    this.scene.faults.push(`${this.id} was told of guest writes ${seen}, not ${expected}`);
  }
}
