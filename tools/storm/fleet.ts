import { type ChildProcess, fork } from 'node:child_process';
import { openSync } from 'node:fs';
import { join } from 'node:path';
import type { Random } from './random.js';
import type { Order, Part, Settings } from './settings.js';

/** How long a process may take to end its turns when it is told to stop. */
const ENDS_WITHIN_MS = 30_000;
/** One process of so many runs worker threads, too. */
const WITH_WORKERS = 2;

/** The processes of a storm. One that dies is followed by another. */
export class Fleet {
  readonly #script: string;
  readonly #settings: Settings;
  readonly #random: Random;
  readonly #ready = new Set<ChildProcess>();
  readonly #all = new Set<ChildProcess>();
  readonly #killed = new Set<ChildProcess>();
  readonly #keeper: ChildProcess;
  readonly #stderr: number;
  #count = 0;
  #isOver = false;
  /** What processes did that they were not made to do. */
  readonly surprises: string[] = [];

  constructor(script: string, settings: Settings, random: Random) {
    this.#script = script;
    this.#settings = settings;
    this.#random = random;
    this.#stderr = openSync(stderrOf(settings.root), 'a');
    this.#keeper = this.#fork({ role: 'keeper', settings, seed: 0, workers: 0 });
  }

  get started(): number {
    return this.#count;
  }

  /** The ids of those that are at work. */
  get pids(): readonly number[] {
    return [...this.#ready].map((child) => child.pid ?? 0);
  }

  start(): void {
    this.#count += 1;
    const workers = this.#count % WITH_WORKERS === 0 ? 1 : 0;
    const seed = this.#random.between(0, 2 ** 31);
    const child = this.#fork({ role: 'runner', settings: this.#settings, seed, workers });
    this.#all.add(child);
    this.#keeper.send(child.pid ?? 0);
    child.once('message', () => {
      this.#ready.add(child);
    });
    child.once('exit', (code, signal) => {
      this.#all.delete(child);
      this.#ready.delete(child);
      if (!this.#killed.has(child) && code !== 0) {
        this.surprises.push(`process ${child.pid} ended by itself with ${code ?? signal}`);
      }
      if (!this.#isOver) this.start();
    });
  }

  /** @returns false where it is gone already */
  kill(pid: number): boolean {
    const child = [...this.#ready].find((child) => child.pid === pid);
    if (child === undefined) return false;
    this.#killed.add(child);
    this.#ready.delete(child);
    return child.kill('SIGKILL');
  }

  tell(pid: number, order: Order): void {
    const child = [...this.#ready].find((child) => child.pid === pid);
    if (child) send(child, order);
  }

  /** Nobody is replaced any more. */
  finish(): void {
    this.#isOver = true;
  }

  /** Resolves when all have ended. Those that do not end by themselves are surprises, and killed. */
  async end(): Promise<void> {
    this.finish();
    await Promise.all([...this.#all].map((child) => this.#end(child)));
  }

  /** A process that takes each file once, after all others have ended. */
  async prove(): Promise<void> {
    const child = this.#fork({ role: 'prover', settings: this.#settings, seed: 0, workers: 0 });
    this.#keeper.send(child.pid ?? 0);
    await this.#ended(child);
  }

  /** The last call. */
  close(): void {
    this.#keeper.disconnect();
  }

  async #end(child: ChildProcess): Promise<void> {
    if (!this.#killed.has(child)) send(child, { order: 'stop' });
    await this.#ended(child);
  }

  async #ended(child: ChildProcess): Promise<void> {
    if (child.exitCode !== null || child.signalCode !== null) return;
    await new Promise<void>((resolve) => {
      const timer = setTimeout(() => {
        this.surprises.push(`process ${child.pid} did not end when it was told to`);
        this.#killed.add(child);
        child.kill('SIGKILL');
      }, ENDS_WITHIN_MS);
      child.once('exit', () => {
        clearTimeout(timer);
        resolve();
      });
    });
  }

  #fork(part: Part): ChildProcess {
    const { root } = part.settings;
    // The root among the arguments tells the keeper which processes are of this storm.
    return fork(this.#script, [JSON.stringify(part)], {
      cwd: root,
      execArgv: [],
      stdio: ['ignore', 'ignore', this.#stderr, 'ipc'],
    });
  }
}

/** It may be gone already. */
function send(child: ChildProcess, order: Order): void {
  child.send(order, () => undefined);
}

/** What processes complain about. */
export function stderrOf(root: string): string {
  return join(root, 'stderr.txt');
}
