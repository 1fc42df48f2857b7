import { vi } from 'vitest';
import { createGate, type Gate } from '../../support/gate.js';
import type { Coordinator, Run, RunRequest } from '../../../src/index.js';

/** Lets promise jobs run; more of them than anything in the package takes. */
export async function settled(turns = 60): Promise<void> {
  for (let turn = 0; turn < turns; turn += 1) await Promise.resolve();
}

/** What a promise has come to by now, without waiting for it. */
export async function stateOf(promise: Promise<unknown>): Promise<unknown> {
  await settled();
  return await Promise.race([
    promise.then(
      (value) => ({ value }),
      (error: unknown) => ({ error }),
    ),
    settled(5).then(() => 'pending'),
  ]);
}

export interface Heedless {
  /** What `run()` comes to. Observed, so that nothing rejects unhandled. */
  readonly outcome: Promise<unknown>;
  readonly run: Run;
  /** Ends the task at last. */
  readonly end: Gate<unknown>;
}

/** A run whose task takes no notice of its signal, until the test ends it. */
export async function startHeedless(
  coordinator: Coordinator,
  request: RunRequest,
): Promise<Heedless> {
  const end = createGate<unknown>();
  const started = createGate<Run>();
  const outcome = coordinator.run(request, (run) => {
    started.open(run);
    return end.opened;
  });
  outcome.catch(() => {});
  return { outcome, run: await started.opened, end };
}

/** Rejects with the signal's reason when it fires: a task that behaves. */
export function untilAborted(signal: AbortSignal): Promise<never> {
  return new Promise((_, reject) => {
    const leave = (): void => {
      reject(signal.reason as Error);
    };
    if (signal.aborted) leave();
    else signal.addEventListener('abort', leave, { once: true });
  });
}

/** From now on the monotonic clock is so much further than the timers know: the process stood still. */
export function standStill(forMs: number): void {
  const now = performance.now.bind(performance);
  vi.spyOn(performance, 'now').mockImplementation(() => now() + forMs);
}
