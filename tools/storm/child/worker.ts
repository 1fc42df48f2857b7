import { parentPort } from 'node:worker_threads';
import type { Order, Settings } from '../settings.js';
import { startLanes } from './lanes.js';

export interface WorkerPart {
  readonly settings: Settings;
  readonly seed: number;
}

/** What a worker says to the thread that started it. */
export type WorkerWish = 'end me';

export function runWorker({ settings, seed }: WorkerPart): void {
  const wish: WorkerWish = 'end me';
  const lanes = startLanes(settings, seed, () => {
    if (parentPort) parentPort.postMessage(wish, []);
  });
  parentPort?.on('message', (order: Order) => {
    if (order.order === 'block') lanes.fate.blockMs = order.forMs;
    else if (order.order === 'end-worker') lanes.fate.isEnding = true;
    else {
      parentPort?.unref();
      void lanes.stop();
    }
  });
}
