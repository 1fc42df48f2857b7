import { expect, vi } from 'vitest';
import { expectAgreement, expectBalance } from './compare.js';
import { advanceFakeTime, drain } from './clock.js';
import { Driver } from './driver.js';
import type { Step } from './plan.js';
import type { Names } from './setting.js';

/**
 * Runs one sequence on both sides, compares them after every step, brings everything to an end and
 * looks for what is left. An error shows the sequence up to where it failed.
 *
 * @returns how many operations were taken
 */
export async function runSteps(names: Names, steps: readonly Step[]): Promise<number> {
  vi.clearAllTimers();
  const driver = new Driver(names);
  const told: string[] = [];
  const take = async (step: Step): Promise<boolean> => {
    const atMs = driver.model.nowMs;
    const isCertain = await driver.take(step);
    told.push(`${told.length + 1}. at ${atMs} ms: ${driver.told.splice(0).join('; ')}`);
    if (isCertain) expectAgreement(driver, told.length);
    return isCertain;
  };
  try {
    let isCertain = true;
    for (const step of steps) {
      isCertain = await take(step);
      if (!isCertain) break;
    }
    if (isCertain) await windDown(driver, take);
    await expectNothingLeft(driver);
  } catch (error) {
    const shown = told.map((line) => `  ${line}`).join('\n');
    const message = error instanceof Error ? error.message : String(error);
    throw new Error(`${message}\nafter these steps:\n${shown}`, { cause: error });
  } finally {
    // Node asks every store that was ever used at every promise: thousands of tables make it slow.
    driver.table.state.ambient.disable();
  }
  return driver.operations;
}

/** Every task, handle and park comes to its end, one after another. */
async function windDown(driver: Driver, take: (step: Step) => Promise<boolean>): Promise<void> {
  const { model, calls } = driver;
  const isOver = (): boolean =>
    calls.every((call) => call.model.outcome !== undefined && !call.model.isAlive) &&
    calls.every(({ parks }) => parks.every((park) => park.model.outcome !== undefined));
  for (let round = 0; round < calls.length && !isOver(); round += 1) {
    if (!(await take([{ do: 'finish', who: 0, how: 'value' }]))) return;
    await take([{ do: 'come back', who: 0, how: 'value' }]);
    const started = calls.filter((call) => call.model.isStarted);
    for (const [who, call] of started.entries()) {
      if (!call.model.isAlive || call.model.spec.isTask) continue;
      await take([{ do: 'release', who, how: 'released' }]);
    }
  }
  expect(model.runs).toEqual([]);
}

/** Zero lost waiters, zero entries, timers and listeners left. */
async function expectNothingLeft(driver: Driver): Promise<void> {
  const { calls, waits, table, coordinators, signals, ledger } = driver;
  const unsettled = (): string[] => [
    ...calls.filter(({ outcome }) => outcome === undefined).map(({ id }) => id),
    ...calls.flatMap(({ parks, id }) =>
      parks.filter(({ outcome }) => outcome === undefined).map(() => `a park of ${id}`),
    ),
    ...waits.filter(({ outcome }) => outcome === undefined).map(({ what }) => what),
  ];
  for (let round = 0; round <= calls.length; round += 1) {
    for (const call of calls) {
      call.gate.open('value');
      for (const park of call.parks) park.gate.open('value');
      if (!call.model.spec.isTask) call.leave(() => void call.handle?.release());
    }
    await drain(driver.isResolving);
    if (unsettled().length === 0 && table.state.live === 0) break;
  }
  await advanceFakeTime(3_600_000);

  expect({ unsettled: unsettled(), faults: ledger.faults }).toEqual({ unsettled: [], faults: [] });
  const { state } = table;
  expect({
    size: coordinators[0]?.runs.size,
    queues: state.queues.size,
    liveIds: state.liveIds.size,
    sessionKeys: state.sessionKeys.size,
    sessionIds: state.sessionIds.size,
    fileIds: state.fileIds.size,
    draining: state.draining.size,
    idleListeners: state.idleListeners.size,
    callerSignals: table.callerSignals.size,
    arrivals: table.requests.arrivals.size,
    owners: ledger.owners.size,
    timers: vi.getTimerCount(),
    listeners: signals.reduce((sum, { signal }) => sum + signal.listeners, 0),
  }).toEqual({
    ...{ size: 0, queues: 0, liveIds: 0, sessionKeys: 0, sessionIds: 0, fileIds: 0, draining: 0 },
    ...{ idleListeners: 0, callerSignals: 0, arrivals: 0, owners: 0, timers: 0, listeners: 0 },
  });
  for (const coordinator of coordinators) {
    const { held, waiting, parked, draining, counters } = coordinator.inspect();
    expect([held, waiting, parked, draining]).toEqual([[], [], [], []]);
    expectBalance({ held, waiting, parked, draining, counters });
  }
}
