import { expect, vi } from 'vitest';
import { Driver } from './driver.js';
import { Foreign, type Stroke } from './foreign.js';
import type { Step } from './plan.js';

/** What the schedules of one test came to. */
export interface Tally {
  operations: number;
  sections: number;
  /** Runs that owned, with their fence begun, when somebody changed the file. */
  targets: number;
  takeovers: number;
  readonly byAction: Map<string, number>;
}

export function newTally(): Tally {
  return { operations: 0, sections: 0, targets: 0, takeovers: 0, byAction: new Map() };
}

/**
 * Runs one schedule, compares the files whenever everything has come to rest, brings it to an end
 * and looks for what is left. An error shows the operations.
 */
export async function runSchedule(
  root: string,
  steps: readonly Step[],
  tally: Tally,
  stroke?: Stroke,
): Promise<void> {
  vi.clearAllTimers();
  const driver = new Driver(root);
  const { scene } = driver;
  const foreign = new Foreign(scene);
  if (stroke) scene.foreign = foreign;
  try {
    for (const [index, step] of steps.entries()) {
      await driver.take(step);
      await scene.drain();
      if (scene.compare().length > 0) break;
      if (stroke && !foreign.isDone && index >= stroke.at % steps.length) {
        driver.told.push(JSON.stringify(stroke));
        foreign.strike(stroke);
      }
    }
    await driver.windDown();
    foreign.compare();
    expect(scene.compare()).toEqual([]);
    if (foreign.target) tally.targets += 1;
    tally.takeovers += scene.takeovers.length;
    const left = scene.left();
    expect(left).toEqual(Object.fromEntries(Object.keys(left).map((name) => [name, 0])));
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    throw new Error(`${message}\nafter these operations:\n  ${driver.told.join('\n  ')}`, {
      cause: error,
    });
  } finally {
    scene.close();
    tally.operations += driver.operations;
    tally.sections += scene.watch.opened;
    for (const [action, count] of scene.watch.counts) {
      tally.byAction.set(action, (tally.byAction.get(action) ?? 0) + count);
    }
  }
}
