import type { RunPhase } from '../../types.js';

/** A part of a turn with a clock of its own. */
export interface TurnWindow {
  readonly phase: 'prompting' | 'maintaining';
  /** `prompting`: silence that was declared, and is no sign of being stuck. */
  readonly silentMs: number;
  /** `maintaining`: when it has to be over; no other limit counts until then. */
  dueAtMs: number;
  /** How much time it can be given back where the process stands still. */
  spareMs: number;
}

/** What a run is at: maintenance inside a prompt window, or beside it, is maintenance. */
export function phaseOf(windows: ReadonlySet<TurnWindow> | undefined): RunPhase {
  return windows === undefined ? 'active' : phaseWithin(windows);
}

function phaseWithin(windows: ReadonlySet<TurnWindow>): RunPhase {
  let phase: RunPhase = 'active';
  for (const window of windows) {
    if (window.phase === 'maintaining') return 'maintaining';
    ({ phase } = window);
  }
  return phase;
}

/** The longest silence that a window which is open has declared. */
export function declaredSilenceMs(windows: ReadonlySet<TurnWindow> | undefined): number {
  let silentMs = 0;
  for (const window of windows ?? []) silentMs = Math.max(silentMs, window.silentMs);
  return silentMs;
}

/** When the last maintenance window that is open has to be over. */
export function maintenanceDueMs(windows: ReadonlySet<TurnWindow> | undefined): number {
  let dueAtMs = -Infinity;
  for (const window of windows ?? []) {
    if (window.phase === 'maintaining') dueAtMs = Math.max(dueAtMs, window.dueAtMs);
  }
  return dueAtMs;
}
