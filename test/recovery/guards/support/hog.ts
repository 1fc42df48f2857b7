import { vi } from 'vitest';
import type { Run } from '../../../../src/index.js';
import { block } from '../../support/stalls.js';

/** How long the process may breathe in between. */
const BREATH_MS = 10;

/**
 * The run keeps the process busy, slice by slice, until it is told to stop. Answers how long it was
 * silent until then; `forMs` where nobody stopped it.
 */
export async function hog(run: Run, sliceMs: number, forMs: number): Promise<number> {
  const sinceMs = performance.now();
  const { signal } = run;
  let toldMs: number | undefined;
  signal.addEventListener('abort', () => (toldMs ??= performance.now() - sinceMs));
  for (let busyMs = 0; busyMs < forMs && !signal.aborted; busyMs += sliceMs + BREATH_MS) {
    await block(sliceMs);
    await vi.advanceTimersByTimeAsync(BREATH_MS);
  }
  return toldMs ?? forMs;
}
