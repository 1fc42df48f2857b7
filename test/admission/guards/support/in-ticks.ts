import type * as fc from 'fast-check';
import { drain } from '../../../model/clock.js';

const MOST_TICKS = 1_000;

/**
 * Lets the scheduler choose who goes on, several in one tick, until all of this has come to its end.
 *
 * @param sizes how many go on in each tick, over and over
 */
export async function inTicks(
  s: fc.Scheduler,
  sizes: readonly number[],
  all: Promise<unknown>,
): Promise<void> {
  const progress = { isOver: false };
  const over = (): void => {
    progress.isOver = true;
  };
  all.then(over, over);
  for (let tick = 0; tick < MOST_TICKS; tick += 1) {
    await drain();
    if (progress.isOver) return;
    const size = Math.min(s.count(), sizes[tick % sizes.length] ?? 1);
    await Promise.all(Array.from({ length: size }, () => s.waitOne()));
  }
  throw new Error('It did not come to its end.');
}
