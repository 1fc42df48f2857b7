import { RUN_KINDS, type RunKind } from '../../types.js';

/**
 * How much earlier than it did a request of each kind counts as having arrived. Bounded, so that
 * whoever waits long enough is served whatever keeps arriving.
 */
const HEAD_START_MS: Readonly<Record<RunKind, number>> = {
  person: 120_000,
  command: 90_000,
  child: 60_000,
  cron: 30_000,
  heartbeat: 10_000,
  maintenance: 0,
};

const RANK: Readonly<Record<RunKind, number>> = Object.fromEntries(
  RUN_KINDS.map((kind, rank) => [kind, rank]),
) as Record<RunKind, number>;

export function urgencyMsOf(kind: RunKind, arrivedMs: number): number {
  return arrivedMs - HEAD_START_MS[kind];
}

/** 0 is the most urgent kind. */
export function rankOf(kind: RunKind): number {
  return RANK[kind];
}

export function isMoreUrgentKind(kind: RunKind, other: RunKind): boolean {
  return RANK[kind] < RANK[other];
}
