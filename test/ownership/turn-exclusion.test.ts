import { Semaphore } from 'async-mutex';
import * as fc from 'fast-check';
import { describe, expect, it, vi } from 'vitest';
import { TurnExclusion } from '../../src/ownership/file/turn-exclusion.js';
import { settled } from './support/steps.js';

/** How many `acquire()` of async-mutex have not come in yet. */
function countOutstanding(): { now: number; most: number } {
  const count = { now: 0, most: 0 };
  const acquire = Semaphore.prototype.acquire;
  vi.spyOn(Semaphore.prototype, 'acquire').mockImplementation(function (this: Semaphore, ...args) {
    count.now += 1;
    count.most = Math.max(count.most, count.now);
    const taken = acquire.apply(this, args);
    void taken.then(() => (count.now -= 1));
    return taken;
  });
  return count;
}

describe('TurnExclusion', () => {
  it('lets the next turn in only after the present one has left', async () => {
    // Given a turn inside
    const exclusion = new TurnExclusion();
    exclusion.engage();
    await settled();
    const entered = vi.fn();

    // When the next one is named before and after it left
    exclusion.leave();
    exclusion.enter(entered);
    expect(entered).not.toHaveBeenCalled();
    await settled();

    // Then it comes in, once
    expect(entered).toHaveBeenCalledOnce();
  });

  it('a run that ended before it came in leaves its place to the next one', async () => {
    // Given a turn that leaves, and a next one that ends before it came in
    const count = countOutstanding();
    const exclusion = new TurnExclusion();
    exclusion.enter(() => {});
    await settled();
    exclusion.leave();
    exclusion.enter(() => {});
    exclusion.leave();
    const entered = vi.fn();

    // When a third one is named in the same step
    exclusion.enter(entered);
    await settled();

    // Then it takes the outstanding acquire over
    expect(entered).toHaveBeenCalledOnce();
    expect(count).toEqual({ now: 0, most: 1 });
  });

  it('a run that ended before it came in is told all the same', async () => {
    // Given a run that was named, whose caller waits to be told
    const exclusion = new TurnExclusion();
    const told = vi.fn();
    exclusion.enter(told);

    // When it ends before it came in, and another one is named
    exclusion.leave();
    exclusion.enter(() => {});
    await settled();

    // Then its caller does not wait for ever
    expect(told).toHaveBeenCalledOnce();
  });

  it('does not stay locked where the last run ended before it came in', async () => {
    const exclusion = new TurnExclusion();
    exclusion.enter(() => {});
    exclusion.leave();
    await settled();
    const entered = vi.fn();

    exclusion.enter(entered);
    await settled();

    expect(entered).toHaveBeenCalledOnce();
  });

  it('has at most one outstanding acquire, and the last run named comes in', async () => {
    const step = fc.record({ engage: fc.boolean(), waitTurns: fc.nat(4) });
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 1, maxLength: 30 }), async (steps) => {
        // Given any order of turns that begin, come in or not, and end
        const count = countOutstanding();
        const exclusion = new TurnExclusion();
        let inside = 0;
        for (const { engage, waitTurns } of steps) {
          if (engage) exclusion.engage();
          else exclusion.enter(() => (inside += 1));
          await settled(waitTurns);
          exclusion.leave();
          await settled(waitTurns % 2);
        }
        const entered = vi.fn();

        // When one more is named
        exclusion.enter(entered);
        await settled();

        // Then it comes in, and never were two of them in the mutex
        expect(entered).toHaveBeenCalledOnce();
        expect(count.most).toBeLessThanOrEqual(1);
        expect(inside).toBeLessThanOrEqual(steps.length);
        vi.restoreAllMocks();
      }),
      { numRuns: 300 },
    );
  });
});
