import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { LoopWatch } from '../../src/ownership/limits/loop-watch.js';
import { useFakeTime } from '../support/fake-time.js';
import { blockSoFar } from './support/stalls.js';

describe('LoopWatch in the tick before its first pulse', () => {
  useFakeTime();
  let lost: number[];
  let loop: LoopWatch;

  beforeEach(() => {
    lost = [];
    loop = new LoopWatch((lostMs) => lost.push(lostMs));
  });
  afterEach(() => {
    loop.stop();
    expect(vi.getTimerCount()).toBe(0);
  });

  it('[S3] tells of a tick that takes seconds, as often as somebody looks', async () => {
    loop.expectTick(performance.now());
    const first = blockSoFar(10_000);
    const firstMs = loop.lastStallMs();
    loop.lastStallMs();

    expect(firstMs).toBe(performance.now());
    expect(lost).toEqual([10_000]);
    await first.runTimers();
  });

  it('[S3] tells of both, where it goes on', async () => {
    loop.expectTick(performance.now());
    const first = blockSoFar(10_000);
    loop.lastStallMs();
    await first.runTimers();
    const second = blockSoFar(20_000);

    expect(loop.lastStallMs()).toBe(performance.now());
    expect(lost).toEqual([10_000, 20_000]);
    await second.runTimers();
  });

  it('[S3] tells at its end where nobody has looked', async () => {
    loop.expectTick(performance.now());
    const blocked = blockSoFar(10_000);

    loop.start();

    expect(lost).toEqual([10_000]);
    await blocked.runTimers();
  });

  it.each([
    [1_000, []],
    [1_001, [1_001]],
  ])('counts a tick of %d ms', async (forMs, told) => {
    loop.expectTick(performance.now());
    const blocked = blockSoFar(forMs);
    loop.lastStallMs();

    expect(lost).toEqual(told);
    await blocked.runTimers();
  });

  it('forgets a tick that ended with nobody to be watched', async () => {
    loop.expectTick(performance.now());
    loop.endTick();
    await vi.advanceTimersByTimeAsync(10_000);

    expect(loop.lastStallMs()).toBe(-Infinity);
  });

  it('forgets a tick that ended with a pulse, also when that is over', async () => {
    loop.expectTick(performance.now());
    loop.start();
    await vi.advanceTimersByTimeAsync(10_000);
    loop.stop();

    expect(loop.lastStallMs()).toBe(-Infinity);
  });

  it('needs to know of no tick while it has a pulse', async () => {
    loop.start();
    loop.expectTick(performance.now());
    await vi.advanceTimersByTimeAsync(10_000);
    loop.stop();

    expect(loop.lastStallMs()).toBe(-Infinity);
  });
});
