import type { DeadlockLink } from '../types.js';
import type { RunRecord } from './run-record.js';
import type { Scope } from './scope.js';
import type { Section } from './section.js';

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

/** Who can be waited for: a run to end or give way, a section to be left. */
type Waited = RunRecord | Section;

/**
 * The chain of runs that makes a wait endless: code of `scope` would wait for `target`, which
 * (through runs that it asked for, files that they wait for, and their owners) waits for a run or a
 * section in whose context that code runs. `undefined` where the wait can end.
 *
 * Edges: a waiting run -> the owner of its file; a run at the gate -> the section that is open; a
 * section, or a run -> the runs that were asked for in it; a run -> the runs whose end it waits for.
 */
export function endlessWait(scope: Scope, target: Waited): DeadlockLink[] | undefined {
  const around = new Set(surroundings(scope));
  if (around.size === 0) return undefined;
  const seen = new Set<Waited>();

  const search = (waited: Waited): Step[] | undefined => {
    if (around.has(waited)) return [{ waited }];
    if (seen.has(waited)) return undefined;
    seen.add(waited);
    for (const { next, waitsFor } of edges(waited)) {
      const rest = search(next);
      if (rest) return [{ waited, waitsFor }, ...rest];
    }
    return undefined;
  };
  return search(target)?.map(({ waited, waitsFor }) => ({
    run: recordOf(waited).view(),
    ...(waitsFor === undefined ? {} : { waitsFor }),
  }));
}

interface Step {
  readonly waited: Waited;
  readonly waitsFor?: string;
}

interface Edge {
  readonly next: Waited;
  readonly waitsFor: string;
}

/** All that cannot go on before code of this scope has. */
function* surroundings({ run, section }: Scope): Generator<Waited, void> {
  yield* openSections(section);
  for (let record = run; record !== undefined; record = record.asker) {
    yield record;
    yield* openSections(record.askedIn);
  }
}

function* openSections(innermost: Section | undefined): Generator<Section, void> {
  for (let section = innermost; section !== undefined; section = section.around) {
    if (section.isOpen) yield section;
  }
}

function recordOf(waited: Waited): RunRecord {
  return 'gate' in waited ? waited.record : waited;
}

function* edges(waited: Waited): Generator<Edge, void> {
  if ('gate' in waited) {
    yield* toAsked(waited.asked);
    return;
  }
  const isQueued = waited.phase === 'waiting' || (waited.phase === 'parked' && waited.list);
  const section = waited.queue?.gate?.blocking(waited);
  const isGuest = waited.list !== undefined && waited.list === waited.queue?.guests;
  const owner = isQueued && !isGuest ? waited.queue?.owner : undefined;
  if (owner) yield { next: owner, waitsFor: waited.path };
  if (section) yield { next: section, waitsFor: `${section.action} on ${waited.path}` };
  yield* toAsked(waited.children);
  for (const targets of waited.awaited ?? []) {
    for (const next of targets()) yield { next, waitsFor: `the end of ${next.runId}` };
  }
}

function* toAsked(runs: Iterable<RunRecord> | undefined): Generator<Edge, void> {
  for (const next of runs ?? []) yield { next, waitsFor: `its child ${next.runId}` };
}
