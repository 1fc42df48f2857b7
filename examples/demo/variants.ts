/** The same lanes twice: as they come, and taking turns. Nothing else differs between the two. */
import { createCoordinator, type OwnershipEvent, type RunKind } from 'penholder';

export interface LaneName {
  /** What the picture calls it. */
  readonly label: string;
  readonly sessionKey: string;
  readonly kind: RunKind;
  /** As this lane spells it. */
  readonly sessionFile: string;
}

export interface Turn {
  readonly signal: AbortSignal;
  /** Fires when somebody more urgent waits. */
  readonly yieldSignal: AbortSignal;
}

/** A piece of the life of a lane. */
export interface Stretch {
  readonly label: string;
  readonly state: 'waiting' | 'holding';
  readonly fromMs: number;
  readonly toMs: number;
}

export interface Variant {
  readonly guarded: boolean;
  takeTurn<T>(lane: LaneName, work: (turn: Turn) => Promise<T>, signal?: AbortSignal): Promise<T>;
  /** What was seen so far, in order of its beginning. */
  stretches(): Stretch[];
  /** Frees what it holds, and says what was left over. */
  close(): Promise<string[]>;
}

/** Waiting this long means that something is broken: the lane fails, and says who held the turn. */
const WAIT_MS = 20_000;

function neverFires(): AbortSignal {
  return new AbortController().signal;
}

/** Everybody starts at once; what it measures is when a lane was inside. */
export function withoutPenholder(): Variant {
  const stretches: Stretch[] = [];
  return {
    guarded: false,
    takeTurn: async ({ label }, work, signal = neverFires()) => {
      const fromMs = Date.now();
      try {
        return await work({ signal, yieldSignal: neverFires() });
      } finally {
        stretches.push({ label, state: 'holding', fromMs, toMs: Date.now() });
      }
    },
    stretches: () => stretches.toSorted((one, other) => one.fromMs - other.fromMs),
    close: () => Promise.resolve([]),
  };
}

/** Wraps the same work into a run; the picture comes from the events of the coordinator. */
export function withPenholder(): Variant {
  const events: OwnershipEvent[] = [];
  const labels = new Map<string, string>();
  const sessions = createCoordinator({ onEvent: (event) => events.push(event) });
  return {
    guarded: true,
    takeTurn: ({ label, ...lane }, work, signal) => {
      labels.set(lane.sessionKey, label);
      return sessions.run({ ...lane, waitMs: WAIT_MS, ...(signal && { signal }) }, work);
    },
    stretches: () => stretchesOf(events, labels),
    close: async () => {
      const { held, waiting, parked, draining } = sessions.inspect();
      await sessions.close();
      return [...held, ...waiting, ...parked, ...draining].map(
        (run) => `${run.sessionKey} is still ${run.phase}`,
      );
    },
  };
}

const STOPS_WAITING = new Set(['granted', 'aborted', 'timed-out', 'cancelled', 'refused']);

/** From its request a run waits; from its grant it holds, until its end. */
function stretchesOf(events: readonly OwnershipEvent[], labels: Map<string, string>): Stretch[] {
  const stretches: Stretch[] = [];
  const since = new Map<string, number>();
  for (const { type, runId, sessionKey = '', atMs } of events) {
    const fromMs = since.get(runId) ?? atMs;
    const piece = { label: labels.get(sessionKey) ?? sessionKey, fromMs, toMs: atMs };
    if (type === 'requested' || type === 'granted') since.set(runId, atMs);
    if (STOPS_WAITING.has(type)) stretches.push({ ...piece, state: 'waiting' });
    if (type === 'ended') stretches.push({ ...piece, state: 'holding' });
  }
  return stretches.toSorted((one, other) => one.fromMs - other.fromMs);
}
