import { mkdirSync, readdirSync, readFileSync, symlinkSync } from 'node:fs';
import path from 'node:path';
import { vi } from 'vitest';
import { type Coordinator, createCoordinator, type OwnershipEvent } from '../../../../src/index.js';
import { OwnerTable } from '../../../../src/ownership/owner-table.js';
import { openSectionOf, type Section } from '../../../../src/ownership/file/section.js';
import { disk } from '../../../../src/transcript/disk.js';
import { useTable } from '../../../model/fresh-table.js';
import { createCountingController } from '../../../support/counting-signal.js';
import { createGate, type Gate } from '../../../support/gate.js';
import type { Foreign } from './foreign.js';
import { FILES } from './plan.js';
import { Replay } from './replay.js';
import { type Asking, GateWatch } from './watch-gates.js';

export const SETTLE_MS = 10_000;
const realImmediate = setImmediate;
/** Of the thread pool on a busy machine, by a clock that is not faked. */
const PATIENCE_NS = 20_000_000_000n;

/** One folder of session files, one owner table, and everything that watches over them. */
export class Scene {
  readonly table: OwnerTable = new OwnerTable();
  readonly watch: GateWatch = new GateWatch();
  readonly replay: Replay = new Replay();
  readonly sessions: Coordinator;
  readonly signals = Array.from({ length: 4 }, createCountingController);
  readonly faults: string[] = [];
  readonly takeovers: string[] = [];
  readonly ends = new Map<string, number>();
  readonly root: string;
  /** Code that waits to be let go. */
  held: Gate<void>[] = [];
  isEnding = false;
  /** Set where somebody changes a file without the gate. */
  foreign: Foreign | undefined = undefined;
  #order = 0;
  #syncing = 0;
  #descriptors = 0;
  #lines = 0;
  #targets = 0;

  constructor(root: string) {
    this.root = root;
    mkdirSync(path.join(root, 'real'), { recursive: true });
    symlinkSync(path.join(root, 'real'), path.join(root, 'linked'), 'dir');
    for (let file = 0; file < FILES; file += 1) {
      symlinkSync(this.pathOf(file), path.join(root, `link ${file}`));
    }
    useTable(this.table);
    const settings = { settleMs: SETTLE_MS, stuckAfterMs: 60_000, waitMs: 200_000 };
    this.sessions = createCoordinator({ ...settings, onEvent: (event) => this.#note(event) });
    this.#watchDisk();
  }

  pathOf(file: number): string {
    return path.join(this.root, 'real', `session ${file}.jsonl`);
  }

  /** One of the names of a file. */
  nameOf(file: number, alias: number): string {
    const name = `session ${file}.jsonl`;
    const names = [
      this.pathOf(file),
      path.join(this.root, 'linked', name),
      path.join(this.root, `link ${file}`),
      `${this.root}/linked/../real/./${name}`,
    ];
    return names[alias % names.length] ?? '';
  }

  /** A file that nobody has used yet, or one of the usual ones. */
  targetOf(to: number): string {
    if (to < FILES) return this.pathOf(to);
    this.#targets += 1;
    return path.join(this.root, 'real', `rotated ${this.#targets}.jsonl`);
  }

  nextOrder(): number {
    return (this.#order += 1);
  }

  /** A record that is like no other. */
  newRecord(): { readonly n: number; readonly text: string } {
    this.#lines += 1;
    return { n: this.#lines, text: 'ö'.repeat(this.#lines % 7) };
  }

  get ambientSection(): Section | undefined {
    return openSectionOf(this.table.state.ambient.getStore());
  }

  /** Makes a call, and finds out which section it gets. */
  asking<T>(asking: Asking, call: () => T): T {
    const { watch } = this;
    const before = watch.asking;
    watch.asking = asking;
    try {
      return call();
    } finally {
      watch.asking = before;
    }
  }

  async hold(): Promise<void> {
    if (this.isEnding) return;
    const gate = createGate();
    this.held.push(gate);
    await gate.opened;
  }

  get isBusy(): boolean {
    return this.#syncing > 0 || this.table.requests.arrivals.size > 0;
  }

  /** Everything that needs no time happens. */
  async drain(): Promise<void> {
    const untilNs = process.hrtime.bigint() + PATIENCE_NS;
    for (let idle = 0; idle < 2; idle += 1) {
      await new Promise<void>((resolve) => void realImmediate(resolve));
      if (this.isBusy) idle = -1;
      if (process.hrtime.bigint() > untilNs) throw new Error('It does not come to rest.');
    }
  }

  /** The files hold what was acknowledged, and nothing else. */
  compare(): string[] {
    const { replay, watch, faults } = this;
    replay.settle();
    for (const [file, expected] of replay.contents) {
      const seen = contentOf(file);
      if (seen === expected) continue;
      faults.push(
        `${path.basename(file)} holds ${JSON.stringify(seen)}, not ${JSON.stringify(expected)}`,
      );
    }
    return [...faults, ...watch.faults, ...replay.faults];
  }

  /** What is left when everybody has ended. */
  left(): Record<string, number> {
    const { state, requests, callerSignals } = this.table;
    const temporary = readdirSync(path.join(this.root, 'real')).filter((name) =>
      name.startsWith('.penholder'),
    );
    return {
      ...{ live: state.live, queues: state.queues.size, moved: state.moved.size },
      ...{ fileIds: state.fileIds.size, liveIds: state.liveIds.size },
      ...{ labels: state.sessionKeys.size + state.sessionIds.size },
      ...{ draining: state.draining.size, deadlines: state.deadlines.size },
      ...{ arrivals: requests.arrivals.size, callerSignals: callerSignals.size },
      listeners: this.signals.reduce((sum, { signal }) => sum + signal.listeners, 0),
      sections: this.watch.left,
      timers: vi.getTimerCount(),
      descriptors: this.#descriptors,
      temporary: temporary.length,
    };
  }

  close(): void {
    this.watch.stop();
    vi.restoreAllMocks();
    // Node asks every store that was ever used at every promise: thousands of tables make it slow.
    this.table.state.ambient.disable();
  }

  #note(event: OwnershipEvent): void {
    const { type, runId } = event;
    if (type === 'takeover') this.takeovers.push(runId);
    if (type === 'ended') this.ends.set(runId, (this.ends.get(runId) ?? 0) + 1);
  }

  /** Descriptors are counted, and nothing waits for a real disk. */
  #watchDisk(): void {
    const { open, close } = disk;
    vi.spyOn(disk, 'open').mockImplementation((...args) => {
      const fd = open(...args);
      this.#descriptors += 1;
      return fd;
    });
    vi.spyOn(disk, 'close').mockImplementation((fd) => {
      close(fd);
      this.#descriptors -= 1;
    });
    vi.spyOn(disk, 'syncLater').mockImplementation(async () => {
      this.#syncing += 1;
      await new Promise<void>((resolve) => void realImmediate(resolve));
      this.#syncing -= 1;
    });
  }
}

export function contentOf(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return '';
    throw error;
  }
}
