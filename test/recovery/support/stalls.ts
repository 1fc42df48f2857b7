import { vi } from 'vitest';

/**
 * The event loop is blocked: clocks go on, nothing runs. Then every timer that came due meanwhile
 * runs, all of them at the time when the loop is free again.
 */
export async function block(forMs: number): Promise<void> {
  const blocked = blockSoFar(forMs);
  await blocked.runTimers();
}

/** The same up to the moment when the loop is free and no timer has had its chance. */
export function blockSoFar(forMs: number): { runTimers(): Promise<void> } {
  const readMs = performance.now.bind(performance);
  const readWallMs = Date.now.bind(Date);
  const endsMs = readMs() + forMs;
  const wallEndsMs = readWallMs() + forMs;
  const clock = vi.spyOn(performance, 'now');
  const wallClock = vi.spyOn(Date, 'now');
  clock.mockImplementation(() => Math.max(endsMs, readMs()));
  wallClock.mockImplementation(() => Math.max(wallEndsMs, readWallMs()));
  return {
    async runTimers() {
      await vi.advanceTimersByTimeAsync(forMs);
      clock.mockRestore();
      wallClock.mockRestore();
    },
  };
}

/** Somebody sets the wall clock; or the machine slept, and its monotonic clock with it. */
export function jumpWallClock(byMs: number): void {
  vi.setSystemTime(Date.now() + byMs);
}
