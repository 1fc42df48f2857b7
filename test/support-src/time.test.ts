import { describe, expect, it, vi } from 'vitest';
import { monotonicMs, wallMsOf } from '../../src/support/clock.js';
import { Countdown } from '../../src/support/countdown.js';
import { useFakeTime } from '../support/fake-time.js';

const LONGEST_MS = 2 ** 31 - 1;

describe('wallMsOf()', () => {
  useFakeTime();

  it('gives the wall time of a past instant by the clock of today', () => {
    vi.setSystemTime(10_000);
    const instantMs = monotonicMs();
    vi.advanceTimersByTime(500);
    expect(wallMsOf(instantMs)).toBe(10_000);
    // When somebody sets the clock back by 5 s; then the instant moves with it
    vi.setSystemTime(5_500);
    expect(wallMsOf(instantMs)).toBe(5_000);
  });
});

describe('Countdown', () => {
  useFakeTime();

  it('calls once, at the instant and not before', async () => {
    const onDue = vi.fn();
    const subject = {};
    const countdown = new Countdown(monotonicMs() + 100, subject, onDue, true);
    await vi.advanceTimersByTimeAsync(99);
    expect(onDue).not.toHaveBeenCalled();
    await vi.advanceTimersByTimeAsync(1);
    expect(onDue).toHaveBeenCalledExactlyOnceWith(subject);
    countdown.stop();
  });

  it.each([0, -5])('calls at once, but not in the call, for %i ms', async (leftMs) => {
    const onDue = vi.fn();
    const countdown = new Countdown(monotonicMs() + leftMs, 1, onDue, true);
    expect(onDue).not.toHaveBeenCalled();
    await vi.advanceTimersByTimeAsync(0);
    expect(onDue).toHaveBeenCalledOnce();
    countdown.stop();
  });

  it('never calls once it was stopped, and has no timer left', async () => {
    const onDue = vi.fn();
    const countdown = new Countdown(monotonicMs() + 100, 1, onDue, true);
    countdown.stop();
    countdown.stop();
    expect(vi.getTimerCount()).toBe(0);
    await vi.advanceTimersByTimeAsync(200);
    expect(onDue).not.toHaveBeenCalled();
  });

  it('has no timer at all for Infinity', () => {
    const countdown = new Countdown(Infinity, 1, vi.fn(), true);
    expect(vi.getTimerCount()).toBe(0);
    countdown.stop();
  });

  it('chains timers beyond what the host can count', async () => {
    const onDue = vi.fn();
    const countdown = new Countdown(monotonicMs() + LONGEST_MS + 10, 1, onDue, true);
    await vi.advanceTimersByTimeAsync(LONGEST_MS);
    expect(onDue).not.toHaveBeenCalled();
    expect(vi.getTimerCount()).toBe(1);
    await vi.advanceTimersByTimeAsync(10);
    expect(onDue).toHaveBeenCalledOnce();
    countdown.stop();
  });

  it('waits on where the timer of the host comes early', async () => {
    // Given a timer that fires before the monotonic clock says so
    const onDue = vi.fn();
    const startMs = performance.now();
    const now = vi.spyOn(performance, 'now').mockReturnValue(startMs);
    const countdown = new Countdown(startMs + 100, 1, onDue, true);
    now.mockReturnValue(startMs + 99.5);
    await vi.advanceTimersToNextTimerAsync();
    // Then it is armed again
    expect(onDue).not.toHaveBeenCalled();
    now.mockReturnValue(startMs + 100);
    await vi.advanceTimersToNextTimerAsync();
    expect(onDue).toHaveBeenCalledOnce();
    countdown.stop();
  });

  it.each([true, false])('keeps the process alive: %s', (keepsAlive) => {
    const spy = vi.spyOn(globalThis, 'setTimeout');
    const countdown = new Countdown(monotonicMs() + 100, 1, vi.fn(), keepsAlive);
    const timer = spy.mock.results[0]?.value as NodeJS.Timeout;
    expect(timer.hasRef()).toBe(keepsAlive);
    countdown.stop();
  });
});
