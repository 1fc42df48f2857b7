import { expect } from 'vitest';
import type { CoordinatorSnapshot, RunView } from '../../src/index.js';
import type { Call } from './call.js';
import type { Driver } from './driver.js';
import { EITHER } from './model-run.js';

function ids(views: readonly RunView[]): string[] {
  return views.map(({ sessionId }) => String(sessionId)).sort();
}

function factsOf({ sessionId, sessionKey, kind, phase, generation }: RunView): string {
  return [sessionId, sessionKey, kind, phase, generation].join(' | ');
}

function isOpen({ parks }: Call): boolean {
  return parks.some(({ model }) => model.outcome === EITHER);
}

function rescued(call: Call): unknown {
  return isOpen(call) ? EITHER : call.rescued;
}

/** Late results of the task itself, and of what it did while it was parked. */
function modelRescued(call: Call): unknown {
  const parked = call.parks.filter(({ model }) => model.isRescued).length;
  return isOpen(call) ? EITHER : call.model.rescued + parked;
}

function callFacts(call: Call): unknown[] {
  const { handle } = call;
  return [
    [call.id, call.outcome, handle === undefined ? undefined : 'started', rescued(call)],
    [handle?.signal.aborted === true ? (handle.signal.reason as { why: string }).why : undefined],
    [handle?.phase === 'active' && !call.model.host ? handle.yieldSignal.aborted : undefined],
    call.parks.map(({ outcome, model }) =>
      model.outcome === EITHER && outcome !== undefined ? EITHER : outcome,
    ),
  ];
}

function modelFacts(call: Call): unknown[] {
  const { model, parks, id } = call;
  const { why, phase } = model.host ?? model;
  return [
    [id, model.outcome, model.isStarted ? 'started' : undefined, modelRescued(call)],
    [model.isStarted ? why : undefined],
    [model.isStarted && phase === 'active' && !model.host ? model.hasYielded : undefined],
    parks.map((park) => park.model.outcome),
  ];
}

type Facts = Record<string, unknown>;

function seen(driver: Driver, alias: number): Facts {
  const { names, waits } = driver;
  const [coordinator] = driver.coordinators;
  if (coordinator === undefined) return {};
  const { runs } = coordinator;
  const snapshot = coordinator.inspect();
  expectBalance(snapshot);
  const { held, waiting, parked, draining, counters } = snapshot;
  return {
    faults: driver.ledger.faults,
    held: ids(held),
    waiting: ids(waiting),
    parked: ids(parked),
    draining: ids(draining),
    counters,
    size: runs.size,
    runs: runs.list().map(factsOf).sort(),
    ends: counters.ends,
    files: names.spellings.map((_, file) => {
      const name = driver.spelling(file, alias);
      return {
        owner: runs.bySessionFile(name)?.sessionId,
        line: runs.waitingFor(name).map(({ sessionId }) => sessionId),
      };
    }),
    calls: driver.loud.map(callFacts),
    waits: waits.map(({ what, outcome }) => [what, outcome]),
  };
}

function expected({ model, names, loud, waits }: Driver): Facts {
  const by = (phase: string): string[] =>
    model.runs
      .filter((run) => run.phase === phase)
      .map(({ spec }) => spec.id)
      .sort();
  return {
    faults: [],
    held: by('active'),
    waiting: by('waiting'),
    parked: by('parked'),
    draining: model.draining.map(({ spec }) => spec.id).sort(),
    counters: model.counters,
    size: model.runs.length,
    runs: model.runs
      .map(({ spec: { id, kind }, sessionKey, phase, generation }) =>
        factsOf({ sessionId: id, sessionKey, kind, phase, generation } as RunView),
      )
      .sort(),
    ends: model.counters.ends,
    files: names.spellings.map((_, file) => ({
      owner: model.owner(file)?.spec.id,
      line: model.line(file).map(({ spec }) => spec.id),
    })),
    calls: loud.map(modelFacts),
    waits: waits.map((wait) => [wait.what, wait.model()]),
  };
}

/** Invariant 16, from the numbers alone. */
export function expectBalance({ counters, held, waiting, parked }: CoordinatorSnapshot): void {
  const { timedOut, aborted, cancelled, refused, busy, steered, joined } = counters;
  const answered = counters.granted + timedOut + aborted + cancelled + refused;
  const ended = Object.values(counters.ends).reduce((sum, count) => sum + count, 0);
  if (
    counters.requests !== answered + busy + steered + joined + waiting.length ||
    counters.granted !== held.length + parked.length + ended
  ) {
    throw new Error(`the counters do not balance: ${JSON.stringify(counters)}`);
  }
}

/** Everything that can be seen of the real side is what the model says. */
export function expectAgreement(driver: Driver, alias: number): void {
  const [real, model] = [seen(driver, alias), expected(driver)];
  if (JSON.stringify(real) === JSON.stringify(model)) {
    driver.loud = driver.loud.filter((call) => !call.isQuiet);
    return;
  }
  const differences = Object.keys(model).flatMap((part) =>
    differing(part, real[part], model[part]),
  );
  expect.fail(`the two sides differ:\n${differences.join('\n')}`);
}

function differing(part: string, is: unknown, should: unknown): string[] {
  if (JSON.stringify(is) === JSON.stringify(should)) return [];
  if (Array.isArray(is) && Array.isArray(should) && is.length === should.length) {
    return is.flatMap((one, index) => differing(`${part}[${index}]`, one, should[index]));
  }
  return [`  ${part}: ${JSON.stringify(is)}, but the model says ${JSON.stringify(should)}`];
}
