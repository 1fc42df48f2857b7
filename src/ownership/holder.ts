import { hostname } from 'node:os';
import type { Holder } from '../types.js';
import type { FileQueue } from './file-queue.js';

/** Who has the file now, with what an error has to say about it. */
export function holderOf(queue: FileQueue | undefined): Holder | undefined {
  const owner = queue?.owner;
  if (queue === undefined || owner === undefined) return undefined;
  return Object.freeze({
    ...owner.view(),
    limits: owner.limits,
    pid: process.pid,
    host: hostname(),
  });
}
