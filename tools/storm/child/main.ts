/** A process of the storm, or a worker thread of one. */
import { isMainThread, workerData } from 'node:worker_threads';
import type { Part } from '../settings.js';
import { keep } from './keeper.js';
import { prove } from './prover.js';
import { runRunner } from './runner.js';
import { runWorker, type WorkerPart } from './worker.js';

if (!isMainThread) runWorker(workerData as WorkerPart);
else {
  const part = JSON.parse(process.argv[2] ?? '') as Part;
  if (part.role === 'keeper') keep(part);
  else if (part.role === 'prover') await prove(part.settings);
  else runRunner(part);
}
