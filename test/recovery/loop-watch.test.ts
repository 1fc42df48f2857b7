import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { LoopWatch } from '../../src/ownership/limits/loop-watch.js';
import { useFakeTime } from '../support/fake-time.js';
import { block, blockSoFar, jumpWallClock } from './support/stalls.js';

const HOUR_MS = 3_600_000;

describe('LoopWatch', () => {
  useFakeTime();
  let lost: number[];
  let loop: LoopWatch;

  beforeEach(() => {
    lost = [];
    loop = new LoopWatch((lostMs) => lost.push(Math.round(lostMs)));
    loop.start();
  });
  afterEach(() => {
    loop.stop();
  });

  it('sees nothing while the process runs', async () => {
    await vi.advanceTimersByTimeAsync(HOUR_MS);

    expect({ at: loop.lastStallMs(), lost }).toEqual({ at: -Infinity, lost: [] });
  });

  it('[S3] tells of a process that stood still, as soon as timers run again', async () => {
    await vi.advanceTimersByTimeAsync(2_000);

    await block(10_000);

    // 7 s later than its pulse was due, and up to one pulse before that
    expect(lost).toEqual([12_000]);
    expect(loop.lastStallMs()).toBe(performance.now());
  });

  it('[S3] tells whoever judges before the timers have run', async () => {
    const blocked = blockSoFar(10_000);

    const atMs = loop.lastStallMs();

    expect(atMs).toBe(performance.now());
    expect(lost).toEqual([10_000]);
    await blocked.runTimers();
  });

  it('tells of one stall once, whoever looks', async () => {
    const blocked = blockSoFar(10_000);
    const atMs = loop.lastStallMs();
    loop.lastStallMs();
    await blocked.runTimers();
    await vi.advanceTimersByTimeAsync(HOUR_MS);

    expect(lost).toEqual([10_000]);
    expect(loop.lastStallMs()).toBe(atMs);
  });

  it('[S3] tells of each stall anew', async () => {
    await block(10_000);
    await vi.advanceTimersByTimeAsync(2_000);
    await block(20_000);

    expect(lost).toEqual([10_000, 22_000]);
    expect(loop.lastStallMs()).toBe(performance.now());
  });

  it.each([
    ['up to a second late', 6_000, []],
    ['more than a second late', 6_001, [6_001]],
  ])('counts a pulse that is %s', async (_name, forMs, told) => {
    await block(forMs);

    expect(lost).toEqual(told);
  });

  it('[S3] a machine that slept is told by the wall clock, where the other one slept as well', async () => {
    await vi.advanceTimersByTimeAsync(2_000);
    jumpWallClock(HOUR_MS);

    // Nothing of that hour counted as silence: there is none to be taken back
    expect(loop.lastStallMs()).toBe(performance.now());
    expect(lost).toEqual([]);
  });

  it('[S3] a sleep is seen by its own pulse, too, without anybody who looks', async () => {
    jumpWallClock(HOUR_MS);
    await vi.advanceTimersByTimeAsync(5_000);
    const seenMs = performance.now();
    await vi.advanceTimersByTimeAsync(HOUR_MS);

    expect(loop.lastStallMs()).toBe(seenMs);
  });

  it.each([
    ['forth by as much as a pulse', 5_000, false],
    ['forth by more', 5_001, true],
    ['back', -HOUR_MS, false],
  ])('a wall clock that is set %s', async (_name, byMs, isStall) => {
    jumpWallClock(byMs);

    expect(loop.lastStallMs() > -Infinity).toBe(isStall);
  });

  it('a wall clock that was set back is where the next look starts from', () => {
    jumpWallClock(-HOUR_MS);
    loop.lastStallMs();
    jumpWallClock(HOUR_MS);

    expect(loop.lastStallMs()).toBe(performance.now());
  });

  it('a wall clock that was set forth counts once', async () => {
    jumpWallClock(HOUR_MS);
    const atMs = loop.lastStallMs();
    await vi.advanceTimersByTimeAsync(60_000);

    expect(loop.lastStallMs()).toBe(atMs);
  });

  it('goes on looking after a stall', async () => {
    await block(10_000);
    await vi.advanceTimersByTimeAsync(60_000);

    expect(loop.lastStallMs()).toBe(performance.now() - 60_000);
    expect(vi.getTimerCount()).toBe(1);
  });
});
