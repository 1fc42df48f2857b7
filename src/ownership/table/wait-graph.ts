import type { DeadlockLink } from '../../types.js';
import type { RunRecord } from '../run/run-record.js';
import type { Scope } from '../run/scope.js';
import { openSectionOf, type Section, sectionsAround } from '../file/section.js';

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
 * The scope of code that acts for a run: where it runs in one that was asked for inside that run
 * (and joined it), it is part of both.
 */
export function scopeWithin(record: RunRecord, scope: Scope): Scope {
  const section = openSectionOf(scope);
  for (let run = scope.run; run !== undefined; run = run.asker) {
    if (run === record) return { run: scope.run, section };
  }
  return { run: record, section };
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
 *
 * @param isAnyWait also waits that end by themselves count, since those runs were told to stop
 */
export function endlessWait(
  scope: Scope,
  target: Waited,
  isAnyWait = false,
): DeadlockLink[] | undefined {
  const around = new Set(surroundings(scope));
  if (around.size === 0) return undefined;
  const seen = new Set<Waited>();

  const search = (waited: Waited): Step[] | undefined => {
    if (around.has(waited)) return [{ waited }];
    if (seen.has(waited)) return undefined;
    seen.add(waited);
    for (const { next, waitsFor } of edges(waited, isAnyWait)) {
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

/**
 * Code of these waits for runs to end, until the answer is called.
 *
 * @param isBounded the wait ends by itself, so that nobody hangs in a circle with it
 */
export function noteWait(
  waiters: readonly (Waited | undefined)[],
  targets: () => Iterable<RunRecord>,
  isBounded = false,
): () => void {
  const name = isBounded ? 'awaitedForNow' : 'awaited';
  for (const waiter of waiters) if (waiter) (waiter[name] ??= new Set()).add(targets);
  return () => {
    for (const waiter of waiters) waiter?.[name]?.delete(targets);
  };
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
function* surroundings(scope: Scope): Generator<Waited, void> {
  for (let record = scope.run; record !== undefined; record = record.asker) yield record;
  yield* sectionsAround(scope);
}

function recordOf(waited: Waited): RunRecord {
  return 'gate' in waited ? waited.record : waited;
}

function* edges(waited: Waited, isAnyWait: boolean): Generator<Edge, void> {
  if (isAnyWait) yield* toAwaited(waited.awaitedForNow);
  if ('gate' in waited) {
    yield* toAsked(waited.asked);
    yield* toInner(waited.inner);
    yield* toAwaited(waited.awaited);
    return;
  }
  const isQueued = waited.phase === 'waiting' || (waited.phase === 'parked' && waited.list);
  const section = waited.queue?.gate?.blocking(waited);
  const isGuest = waited.list !== undefined && waited.list === waited.queue?.guests;
  const owner = isQueued && !isGuest ? waited.queue?.owner : undefined;
  if (owner) yield { next: owner, waitsFor: waited.path };
  if (section) yield { next: section, waitsFor: `${section.title} on ${waited.path}` };
  yield* toAsked(waited.children);
  yield* toInner(waited.inner);
  yield* toAwaited(waited.awaited);
}

function* toAwaited(waits: Iterable<() => Iterable<RunRecord>> | undefined): Generator<Edge, void> {
  for (const targets of waits ?? []) {
    for (const next of targets()) yield { next, waitsFor: `the end of ${next.runId}` };
  }
}

/** What is open, or waits at another gate, inside a section has to end before it. */
function* toInner(inner: Section['inner']): Generator<Edge, void> {
  for (const section of inner ?? []) {
    const next = 'gate' in section ? section : section.record.queue?.gate?.open;
    if (next)
      yield {
        next,
        waitsFor: `${'gate' in section ? section.title : section.action} on ${recordOf(next).path}`,
      };
  }
}

function* toAsked(runs: Iterable<RunRecord> | undefined): Generator<Edge, void> {
  for (const next of runs ?? []) {
    // A place that nobody has claimed is waited for by nobody.
    if (!next.isUnclaimed) yield { next, waitsFor: `its child ${next.runId}` };
  }
}
