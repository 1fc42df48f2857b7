import { fileURLToPath } from 'node:url';
import { Worker } from 'node:worker_threads';
import { Journal } from '../journal.js';
import { stormJournal } from '../place.js';
import type { Order, Part } from '../settings.js';
import { startLanes } from './lanes.js';
import type { WorkerPart } from './worker.js';

/** Works until it is told to stop, killed, or left alone. Ends by itself: nothing of it is left then. */
export function runRunner({ settings, seed, workers }: Part): void {
  const lanes = startLanes(settings, seed, () => undefined);
  const team = new Team(settings, seed, workers);
  const leave = (): void => {
    process.exit(1);
  };
  process.once('disconnect', leave);
  process.on('message', (order: Order) => {
    if (order.order !== 'stop') {
      if (order.order === 'block') lanes.fate.blockMs = order.forMs;
      team.tell(order);
    } else {
      void Promise.all([lanes.stop(), team.stop()]).then(() => {
        process.removeListener('disconnect', leave);
        process.disconnect();
      });
    }
  });
  process.send?.('ready');
}

/** Worker threads, each replaced when it is ended. */
class Team {
  readonly #part: WorkerPart;
  readonly #workers = new Set<Worker>();
  readonly #storm: Journal;
  #seed: number;
  #isOver = false;
  #allGone: (() => void) | undefined;

  constructor(settings: Part['settings'], seed: number, count: number) {
    this.#part = { settings, seed };
    this.#seed = seed;
    this.#storm = new Journal(stormJournal(settings.root));
    for (let started = 0; started < count; started += 1) this.#start();
  }

  tell(order: Order): void {
    for (const worker of this.#workers) worker.postMessage(order, []);
  }

  stop(): Promise<void> {
    this.#isOver = true;
    this.tell({ order: 'stop' });
    return new Promise((resolve) => {
      if (this.#workers.size === 0) resolve();
      this.#allGone = resolve;
    });
  }

  #start(): void {
    const workerData: WorkerPart = { ...this.#part, seed: (this.#seed += 1) };
    const worker = new Worker(fileURLToPath(import.meta.url), { workerData });
    const thread = worker.threadId;
    this.#workers.add(worker);
    worker.once('message', () => {
      this.#storm.write('terminate', { thread });
      void worker.terminate();
    });
    worker.once('exit', () => {
      this.#workers.delete(worker);
      if (!this.#isOver) this.#start();
      else if (this.#workers.size === 0) this.#allGone?.();
    });
  }
}
