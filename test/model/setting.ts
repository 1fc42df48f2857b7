import type { ModelOrigin } from './model-run.js';

/** What the files of a test are called. */
export interface Names {
  /** Names that mean the same file, in each of them. */
  readonly spellings: readonly (readonly (string | URL)[])[];
  create?(file: number): void;
}

/** The limits of one coordinator. */
export interface Limits extends ModelOrigin {
  readonly stuckAfterMs: number | false;
  readonly maxHoldMs?: number;
  readonly waitMs: number;
}

/** Three coordinators that differ in everything that can differ. */
export function origins(): Limits[] {
  const usual = { yieldAfterMs: 0, preemptAfterMs: Infinity, maxWaiting: 100, isClosed: false };
  return [
    { ...usual, settleMs: 10_000, stuckAfterMs: 60_000, waitMs: 100_003, maxWaiting: 3 },
    {
      ...usual,
      settleMs: 7_001,
      stuckAfterMs: false,
      waitMs: Infinity,
      yieldAfterMs: 3_001,
      preemptAfterMs: 20_011,
    },
    { ...usual, settleMs: 13_007, stuckAfterMs: 45_013, maxHoldMs: 70_009, waitMs: 200_017 },
  ];
}
