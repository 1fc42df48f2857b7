import { hostname } from 'node:os';
import type { Holder, HoldingRun } from '../types.js';
import type { FileQueue } from './file-queue.js';
import type { RunRecord } from './run-record.js';

/** Who has the file now, with what an error has to say about it. */
export function holderOf(queue: FileQueue | undefined): Holder | undefined {
  return queue?.owner ? asHolder(queue.owner) : queue?.lease?.holder;
}

export function asHolder(record: RunRecord): HoldingRun {
  const { limits } = record;
  return Object.freeze({ ...record.view(), limits, pid: process.pid, host: hostname() });
}
