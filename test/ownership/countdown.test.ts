import { describe, expect, it, vi } from 'vitest';
import { Countdown } from '../../src/support/countdown.js';
import { useFakeTime } from '../support/fake-time.js';

const LONGEST_MS = 2 ** 31 - 1;

describe('Countdown', () => {
  useFakeTime();

  it('calls once, with its subject, when the time is reached', async () => {
    const onDue = vi.fn();
    const countdown = new Countdown(performance.now() + 100, 'subject', onDue, true);

    await vi.advanceTimersByTimeAsync(99);
    expect(onDue).not.toHaveBeenCalled();
    await vi.advanceTimersByTimeAsync(1);

    expect(onDue).toHaveBeenCalledExactlyOnceWith('subject');
    countdown.stop();
  });

  it('is never early, also where the host fires its timer early', async () => {
    // Given a clock of which the timers are half a millisecond ahead
    const now = performance.now.bind(performance);
    const dueAtMs = now() + 10;
    vi.spyOn(performance, 'now').mockImplementation(() => now() - 0.5);
    const calledAt: number[] = [];
    const countdown = new Countdown(
      dueAtMs,
      undefined,
      () => calledAt.push(performance.now()),
      true,
    );

    await vi.advanceTimersByTimeAsync(20);

    expect(calledAt).toHaveLength(1);
    expect(calledAt[0]).toBeGreaterThanOrEqual(dueAtMs);
    countdown.stop();
  });

  it('chains timers above 2^31-1 ms, one at a time', async () => {
    const onDue = vi.fn();
    const countdown = new Countdown(performance.now() + 2.5 * LONGEST_MS, 0, onDue, true);
    for (const _ of [1, 2]) {
      await vi.advanceTimersByTimeAsync(LONGEST_MS);
      expect(onDue).not.toHaveBeenCalled();
      expect(vi.getTimerCount()).toBe(1);
    }

    await vi.advanceTimersByTimeAsync(LONGEST_MS);

    expect(onDue).toHaveBeenCalledOnce();
    expect(countdown.dueAtMs).toBeGreaterThan(2 * LONGEST_MS);
  });

  it('takes no timer for Infinity, and calls soon for a time that has passed', async () => {
    const onDue = vi.fn();
    const never = new Countdown(Infinity, 0, onDue, true);
    expect(vi.getTimerCount()).toBe(0);
    never.stop();
    const past = new Countdown(performance.now() - 5, 0, onDue, true);
    expect(onDue).not.toHaveBeenCalled();

    await vi.advanceTimersByTimeAsync(1);

    expect(onDue).toHaveBeenCalledOnce();
    past.stop();
  });

  it('stop() ends it for good, also between two timers', async () => {
    const onDue = vi.fn();
    const countdown = new Countdown(performance.now() + 2 * LONGEST_MS, 0, onDue, true);
    await vi.advanceTimersByTimeAsync(LONGEST_MS);

    countdown.stop();
    countdown.stop();
    await vi.advanceTimersByTimeAsync(2 * LONGEST_MS);

    expect(onDue).not.toHaveBeenCalled();
  });
});
