import { describe, expect, it, vi } from 'vitest';
import { LoopWatch } from '../../src/ownership/limits/loop-watch.js';
import { useFakeTime } from '../support/fake-time.js';
import { block, blockSoFar, jumpWallClock } from './support/stalls.js';

const HOUR_MS = 3_600_000;

describe('LoopWatch, stopped and started', () => {
  useFakeTime();

  function watch(): { readonly loop: LoopWatch; readonly lost: number[] } {
    const lost: number[] = [];
    return { loop: new LoopWatch((lostMs) => lost.push(lostMs)), lost };
  }

  it('has one timer while it runs, however often it is started, and none before or after', () => {
    const { loop } = watch();
    expect(vi.getTimerCount()).toBe(0);
    loop.start();
    loop.start();
    expect(vi.getTimerCount()).toBe(1);

    loop.stop();

    expect(vi.getTimerCount()).toBe(0);
  });

  it('a second start does not hide a stall', () => {
    const { loop, lost } = watch();
    loop.start();
    const blocked = blockSoFar(10_000);
    loop.start();
    loop.stop();

    expect(lost).toEqual([10_000]);
    return blocked.runTimers();
  });

  it('what happens while nobody is watched is no stall', async () => {
    const { loop, lost } = watch();
    loop.start();
    loop.stop();
    await block(HOUR_MS);
    jumpWallClock(HOUR_MS);
    loop.start();

    expect({ at: loop.lastStallMs(), lost }).toEqual({ at: -Infinity, lost: [] });
    loop.stop();
  });

  it('[S3] a stall is remembered when the last one that was watched is gone', async () => {
    const { loop } = watch();
    loop.start();
    const blocked = blockSoFar(10_000);
    loop.stop();

    expect(loop.lastStallMs()).toBe(performance.now());
    await blocked.runTimers();
    expect(vi.getTimerCount()).toBe(0);
  });

  it('keeps no process alive', () => {
    const timers = vi.spyOn(globalThis, 'setTimeout');
    const { loop } = watch();
    loop.start();

    const timer = timers.mock.results[0]?.value as NodeJS.Timeout;
    expect(timer.hasRef()).toBe(false);
    loop.stop();
  });
});
