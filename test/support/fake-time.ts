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

/** Calls this when so much fake time has passed; never waits on real time. */
export function atFakeTime(ms: number, call: () => void): void {
  if (!vi.isFakeTimers()) throw new Error('There is no fake time here: useFakeTime() first.');
  setTimeout(call, ms);
}

/** Resolves when so much fake time has passed; never waits on real time. */
export async function fakeTime(ms: number): Promise<void> {
  await new Promise<void>((passed) => {
    atFakeTime(ms, passed);
  });
}
