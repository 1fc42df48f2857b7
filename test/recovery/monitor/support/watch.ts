import { afterEach, beforeEach, vi } from 'vitest';
import type { Coordinator, Monitor, MonitorEvent, MonitorOptions } from '../../../../src/index.js';

export const MONITOR_EVENTS = [
  'long-running',
  'stalled',
  'stuck',
  'recovery-requested',
  'recovery-completed',
] as const;

/** Short limits, in the proportions of the real ones. */
const LIMITS = { intervalMs: 10_000, warnAfterMs: 30_000, abortAfterMs: 60_000 } as const;

export interface Watch {
  /** Everything that the monitors of this test told, in order. */
  readonly events: MonitorEvent[];
  /** A monitor with `LIMITS`, its events recorded; it is disposed of with the test. */
  start(coordinator: Coordinator, options?: MonitorOptions): Monitor;
  /** `type name` of each event: by session key, session id or file. */
  told(): string[];
  /** The events of one type. */
  all<Type extends MonitorEvent['type']>(type: Type): Extract<MonitorEvent, { type: Type }>[];
}

/** Monitors for each test of a block. Call it after `useFakeTime`, which counts their timers. */
export function useWatch(): Watch {
  const events: MonitorEvent[] = [];
  const monitors: Monitor[] = [];
  beforeEach(() => {
    events.length = 0;
    monitors.length = 0;
  });
  afterEach(() => {
    for (const monitor of monitors) monitor[Symbol.dispose]();
  });
  return {
    events,
    start(coordinator, options = {}) {
      const monitor = coordinator.monitor({ ...LIMITS, ...options });
      monitors.push(monitor);
      for (const type of MONITOR_EVENTS) monitor.on(type, (event) => void events.push(event));
      return monitor;
    },
    told: () => events.map((event) => `${event.type} ${nameOf(event)}`),
    all: (type) =>
      events.filter((event): event is Extract<MonitorEvent, { type: typeof type }> => {
        return event.type === type;
      }),
  };
}

export function nameOf({
  sessionKey,
  sessionId,
  sessionFile,
}: Pick<MonitorEvent, 'sessionKey' | 'sessionId' | 'sessionFile'>): string | undefined {
  return sessionKey ?? sessionId ?? sessionFile;
}

export async function pass(ms: number): Promise<void> {
  await vi.advanceTimersByTimeAsync(ms);
}
