import { expect } from 'vitest';
import type { RunView } from '../../../../src/index.js';
import { expectBalance } from '../../../model/compare.js';
import type { Driver } from './driver.js';

type Facts = Readonly<Record<string, unknown>>;

function factsOf({ runId, kind, phase, generation }: RunView): string {
  return [runId, kind, phase, generation].join(' | ');
}

function seen(driver: Driver, alias: number): Facts {
  const [lane] = driver.lanes;
  if (lane === undefined) return {};
  const snapshot = lane.inspect();
  expectBalance(snapshot);
  const { counters, draining } = snapshot;
  return {
    faults: driver.fates.faults,
    counters,
    grants: driver.fates.granted,
    draining: draining.map(({ runId }) => runId).sort(),
    runs: lane.runs.list().map(factsOf).sort(),
    files: driver.setting.spellings.map((_, file) => {
      const name = driver.spelling(file, alias);
      const line = lane.runs.waitingFor(name).map(({ runId }) => runId);
      return { owner: lane.runs.bySessionFile(name)?.runId, line };
    }),
    steers: driver.steers.map(({ message, to }) => `${message} to ${to}`),
    calls: driver.calls.map((call) => [
      ...[call.id, call.admission, call.ticket?.state, call.claim, call.started, call.park],
      ...[call.isFree, driver.fates.ends.get(call.id)],
    ]),
    waits: driver.waits.map(({ what, outcome }) => [what, outcome]),
  };
}

function expected({ model, setting, calls, waits }: Driver): Facts {
  const listed = model.all.filter(({ phase }) => phase !== 'ended' && phase !== 'resolving');
  const isDraining = calls.filter(
    ({ model: run }) =>
      run.end === 'revoked' && run.isTask && run.isStarted && !run.isTaskOver && !run.host,
  );
  return {
    faults: [],
    counters: model.counters,
    grants: model.grants,
    draining: isDraining.map(({ id }) => id).sort(),
    runs: listed
      .map(({ spec, phase, generation }) =>
        factsOf({ runId: spec.id, kind: spec.kind, phase, generation } as RunView),
      )
      .sort(),
    files: setting.spellings.map((_, file) => ({
      owner: model.owner(file)?.spec.id,
      line: model.line(file).map(({ spec }) => spec.id),
    })),
    steers: model.steers.map(({ message, to }) => `${message} to ${to}`),
    calls: calls.map(({ id, model: run, isFree, park }) => [
      ...[id, run.admission, run.ticketState, run.claim, run.isStarted ? 1 : 0],
      // Which promise job of one step comes first, the end of the task or the word that the turn is
      // back, is nobody's promise: a park that hears of the end first says so.
      run.hasEndedComingBack && park === run.endedCode ? park : run.park,
      // Between two promise jobs of one step the file may have been free for a moment: whoever was
      // told of it was told rightly, though the model, which looks between steps, has not seen it.
      ...[isFree || model.busy.some((busy) => busy.run === run && busy.isTold), run.end],
    ]),
    waits: waits.map((wait) => [wait.what, wait.model.outcome()]),
  };
}

/** Everything that can be seen of the real side is what the model says. */
export function expectAgreement(driver: Driver, alias: number): void {
  const [real, model] = [seen(driver, alias), expected(driver)];
  if (JSON.stringify(real) === JSON.stringify(model)) return;
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
