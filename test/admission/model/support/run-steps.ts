import { expect, vi } from 'vitest';
import { advanceFakeTime, drain } from '../../../model/clock.js';
import { expectBalance } from '../../../model/compare.js';
import { expectAgreement } from './compare.js';
import { Driver, type Setting } from './driver.js';
import { expectOneFateEach } from './one-fate.js';
import type { Step } from './plan.js';

/** The next step, where there is one; it may depend on what has happened so far. */
type Plan = (driver: Driver) => () => Step | undefined;

/**
 * Runs one sequence on both sides, compares them after every step, brings everything to an end and
 * looks for what is left. An error shows the sequence up to where it failed.
 *
 * @returns the two sides
 */
export async function runSteps(setting: Setting, steps: readonly Step[]): Promise<Driver> {
  return await runPlan(setting, () => {
    const left = [...steps];
    return () => left.shift();
  });
}

/** @param comparedSoFar how many steps need no comparison: they were compared in another sequence */
export async function runPlan(setting: Setting, plan: Plan, comparedSoFar = 0): Promise<Driver> {
  vi.clearAllTimers();
  const driver = new Driver(setting);
  const next = plan(driver);
  const told: string[] = [];
  const take = async (step: Step): Promise<boolean> => {
    const atMs = driver.model.nowMs;
    const isCertain = await driver.take(step);
    told.push(`${told.length + 1}. at ${atMs} ms: ${driver.told.splice(0).join('; ')}`);
    if (isCertain && told.length > comparedSoFar) expectAgreement(driver, told.length);
    return isCertain;
  };
  try {
    let isCertain = true;
    for (let step = next(); step && isCertain; step = next()) isCertain = await take(step);
    if (isCertain) await windDown(driver, take);
    await expectNothingLeft(driver);
    expectOneFateEach(driver);
  } catch (error) {
    const shown = told.map((line) => `  ${line}`).join('\n');
    const message = error instanceof Error ? error.message : String(error);
    throw new Error(`${message}\nafter these steps:\n${shown}`, { cause: error });
  } finally {
    // Node asks every store that was ever used at every promise: thousands of tables make it slow.
    driver.table.state.ambient.disable();
  }
  return driver;
}

/** Everybody answers, comes back, takes the turn and gives it back, one after another. */
async function windDown(driver: Driver, take: (step: Step) => Promise<boolean>): Promise<void> {
  const { calls, steers, model } = driver;
  const isOver = (): boolean =>
    calls.every((call) => call.model.admission !== undefined && !call.model.isAlive) &&
    calls.every((call) => !call.model.isTask || call.model.isTaskOver) &&
    steers.every(({ gate }) => gate.isOpen) &&
    calls.every((call) => !call.model.isAway);
  const isUnclaimed = (): boolean => calls.some(({ model }) => model.isOwner && !model.isTaken);
  for (let round = 0; round < 6 * calls.length && !isOver(); round += 1) {
    const verbs: Step = [
      { do: 'answer', who: 0, how: 'false' },
      { do: 'come back', who: 0 },
      { do: 'end prompt', who: 0 },
      ...(isUnclaimed() ? [{ do: 'claim' as const, who: round, isTask: false }] : []),
      { do: 'finish', who: 0, how: 'value' },
      { do: 'release', who: round },
    ];
    for (const verb of verbs) if (!(await take([verb]))) return;
  }
  expect(model.all.filter(({ isAlive }) => isAlive).map(({ spec }) => spec.id)).toEqual([]);
}

/** No message without an answer, no timer, entry or listener left. */
async function expectNothingLeft(driver: Driver): Promise<void> {
  const { calls, waits, table, lanes, signals, fates, steers } = driver;
  const { draining } = table.state;
  const isOver = (): boolean => table.state.live + draining.size === 0;
  for (let round = 0; round <= calls.length && !isOver(); round += 1) {
    for (const { gate } of steers) gate.open('false');
    for (const call of calls) {
      call.task.open('value');
      call.closeWindow();
      call.comeBack();
      call.ticket?.cancel();
      if (!call.model.isTask) void call.handle?.release();
    }
    await drain(driver.isBusy);
  }
  await advanceFakeTime(3_600_000, driver.isBusy);
  const unanswered = [
    ...calls.filter(({ admission }) => admission === undefined).map(({ id }) => id),
    ...waits.filter(({ outcome }) => outcome === undefined).map(({ what }) => what),
  ];
  expect({ unanswered, faults: fates.faults }).toEqual({ unanswered: [], faults: [] });
  const { state } = table;
  expect({
    live: state.live,
    queues: state.queues.size,
    names: state.liveIds.size + state.sessionKeys.size + state.sessionIds.size,
    fileIds: state.fileIds.size,
    draining: state.draining.size,
    idleListeners: state.idleListeners.size,
    deadlines: state.deadlines.size,
    recoveries: table.recoveries.size,
    callerSignals: table.callerSignals.size,
    arrivals: table.requests.arrivals.size,
    owners: fates.owners.size,
    timers: vi.getTimerCount(),
    listeners: signals.reduce((sum, { signal }) => sum + signal.listeners, 0),
  }).toEqual({
    ...{ live: 0, queues: 0, names: 0, fileIds: 0, draining: 0, idleListeners: 0, deadlines: 0 },
    ...{ recoveries: 0, callerSignals: 0, arrivals: 0, owners: 0, timers: 0, listeners: 0 },
  });
  for (const lane of lanes) expectBalance(lane.inspect());
}
