import type { DeadlockLink } from '../types.js';
import type { RunRecord } from './run-record.js';

/** The nearest run alive: a context that outlived its run stands for the one around it, or none. */
export function nearestAlive(record: RunRecord | undefined): RunRecord | undefined {
  let nearest = record;
  while (nearest !== undefined && nearest.phase === 'ended') nearest = nearest.asker;
  return nearest;
}

/** The run that owns this key and in whose context, near or far, the asker runs. */
export function ownerAround(asker: RunRecord | undefined, key: string): RunRecord | undefined {
  for (let record = asker; record !== undefined; record = record.asker) {
    if (record.key === key && record.isOwner) return record;
  }
  return undefined;
}

/**
 * The chain of runs that makes a wait endless: the asker would wait for `target`, which (through
 * runs that it asked for, files that they wait for, and their owners) waits for a run in whose
 * context the asker runs. `undefined` where the wait can end.
 *
 * Edges: a waiting run -> the owner of its file; a run -> the runs that it asked for; a run -> the
 * runs whose end it waits for.
 */
export function endlessWait(
  asker: RunRecord | undefined,
  target: RunRecord,
): DeadlockLink[] | undefined {
  const around = new Set<RunRecord>();
  for (let record = asker; record !== undefined; record = record.asker) around.add(record);
  if (around.size === 0) return undefined;
  const seen = new Set<RunRecord>();

  const search = (record: RunRecord): Step[] | undefined => {
    if (around.has(record)) return [{ record }];
    if (seen.has(record)) return undefined;
    seen.add(record);
    for (const { next, waitsFor } of edges(record)) {
      const rest = search(next);
      if (rest) return [{ record, waitsFor }, ...rest];
    }
    return undefined;
  };
  return search(target)?.map(({ record, waitsFor }) => ({
    run: record.view(),
    ...(waitsFor === undefined ? {} : { waitsFor }),
  }));
}

interface Step {
  readonly record: RunRecord;
  readonly waitsFor?: string;
}

function* edges(record: RunRecord): Generator<{ next: RunRecord; waitsFor: string }, void> {
  const isQueued = record.phase === 'waiting' || (record.phase === 'parked' && record.list);
  const owner = isQueued ? record.queue?.owner : undefined;
  if (owner) yield { next: owner, waitsFor: record.path };
  for (const next of record.children ?? []) yield { next, waitsFor: `its child ${next.runId}` };
  for (const targets of record.awaited ?? []) {
    for (const next of targets()) yield { next, waitsFor: `the end of ${next.runId}` };
  }
}
