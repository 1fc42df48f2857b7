import { afterEach, beforeEach, vi } from 'vitest';

/**
 * Fake timers, dates and `performance` for each test of a block; promises and ticks stay real.
 * A test that leaves a timer scheduled fails.
 */
export function useFakeTime(): void {
  beforeEach(() => {
    vi.useFakeTimers({
      toFake: [
        'setTimeout',
        'clearTimeout',
        'setInterval',
        'clearInterval',
        'setImmediate',
        'clearImmediate',
        'Date',
        'performance',
      ],
    });
  });

  afterEach(() => {
    const left = vi.getTimerCount();
    vi.useRealTimers();
    if (left > 0) throw new Error(`The test left ${left} timer(s) scheduled.`);
  });
}
