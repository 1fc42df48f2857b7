import { vi } from 'vitest';
import { atFakeTime } from '../support/fake-time.js';
import { createGate } from '../support/gate.js';

const realImmediate = setImmediate;

/** Everything that is ready to go on goes on: ticks, promises, and I/O for as long as `isBusy`. */
export async function drain(isBusy: () => boolean = () => false): Promise<void> {
  do await new Promise<void>((resolve) => void realImmediate(resolve));
  while (isBusy());
}

/** Moves fake time; between any two timers everything that is ready goes on, as in real life. */
export async function advanceFakeTime(ms: number, isBusy?: () => boolean): Promise<void> {
  const end = createGate();
  atFakeTime(ms, () => {
    end.open();
  });
  while (!end.isOpen) {
    vi.advanceTimersToNextTimer();
    await drain(isBusy);
  }
  // Timers of this very instant that were made on the way.
  vi.advanceTimersByTime(0);
  await drain(isBusy);
}
