import { afterEach, beforeEach, expect } from 'vitest';
import {
  createCoordinator,
  type Coordinator,
  type CoordinatorOptions,
  type Logger,
  type OwnershipEvent,
} from '../../../src/index.js';
import { CallerSignals } from '../../../src/ownership/stopping/caller-signals.js';
import { TableState } from '../../../src/ownership/table/table-state.js';

export interface LogLine {
  readonly level: keyof Logger;
  readonly facts: object;
  readonly message: string;
}

export interface Stage {
  /** Everything that the coordinators of this test told, in order. */
  readonly events: OwnershipEvent[];
  readonly lines: LogLine[];
  /** A coordinator of this test: isolated, its events and log lines recorded. */
  open(options?: CoordinatorOptions): Coordinator;
  /** `type runId` of each event, for exact comparisons. */
  told(): string[];
}

const states = new Set<TableState>();
const callers = new Set<CallerSignals>();

/** There is no public way to look for leaks; whatever handles a request is caught on its way. */
function watchInternals(): void {
  const { count } = TableState.prototype;
  const { watch } = CallerSignals.prototype;
  TableState.prototype.count = function (...args) {
    states.add(this);
    count.apply(this, args);
  };
  CallerSignals.prototype.watch = function (...args) {
    callers.add(this);
    watch.apply(this, args);
  };
}
watchInternals();

/** Every request and every grant is accounted for, and no view shows what another does not. */
function assertBalanced(coordinator: Coordinator): void {
  const { held, waiting, parked, counters } = coordinator.inspect();
  const { requests, granted, timedOut, aborted, cancelled, refused, busy, steered, joined } =
    counters;
  const ends = Object.values(counters.ends).reduce((sum, count) => sum + count, 0);
  const outcomes = granted + timedOut + aborted + cancelled + refused + busy + steered + joined;
  expect({ requests, granted }).toEqual({
    requests: outcomes + waiting.length,
    granted: held.length + parked.length + ends,
  });
  expect(coordinator.runs.size).toBe(held.length + waiting.length + parked.length);
  expect(coordinator.runs.list()).toHaveLength(coordinator.runs.size);
}

/** Balancing lists all runs: with more than these the check at every event would take over. */
const MANY = 120;

const OUTCOMES = ['granted', 'joined', 'timed-out', 'aborted', 'cancelled', 'refused'];

/** One outcome per request, one end per granted run, one owner per file, told in order. */
function assertHistory(events: readonly OwnershipEvent[]): void {
  const outcomes = new Map<string, string[]>();
  const owners = new Map<string, string>();
  for (const event of events) {
    const { type, runId, sessionFile } = event;
    // Bears the id of the run that it was refused for.
    if (type === 'refused' && event.code === 'ERR_SESSION_RUN_DUPLICATE') continue;
    if (type === 'rotated') {
      expect(owners.get(event.formerSessionFile)).toBe(runId);
      owners.delete(event.formerSessionFile);
      owners.set(sessionFile, runId);
    }
    const seen = outcomes.get(runId) ?? [];
    outcomes.set(runId, seen);
    if (OUTCOMES.includes(type) || type === 'ended') seen.push(type);
    if (type === 'granted' || type === 'resumed') {
      expect(owners.get(sessionFile), `second owner of ${sessionFile}`).toBeUndefined();
      owners.set(sessionFile, runId);
    }
    if ((type === 'ended' || type === 'parked') && owners.get(sessionFile) === runId) {
      owners.delete(sessionFile);
    }
  }
  for (const [runId, seen] of outcomes) {
    const wanted = seen[0] === 'granted' ? ['granted', 'ended'] : seen.slice(0, 1);
    expect(seen, `outcomes of ${runId}`).toEqual(wanted);
  }
}

function assertNothingLeft(coordinator: Coordinator): void {
  const { held, waiting, parked, draining } = coordinator.inspect();
  expect({ held, waiting, parked, draining }).toEqual({
    held: [],
    waiting: [],
    parked: [],
    draining: [],
  });
  for (const state of states) {
    const { queues, liveIds, sessionKeys, sessionIds, fileIds, deadlines, idleListeners } = state;
    const names = { liveIds, sessionKeys, sessionIds };
    const left = { queues, ...names, fileIds, deadlines, idleListeners };
    const sizes = Object.entries(left).map(([name, { size }]) => [name, size]);
    expect(sizes).toEqual(Object.keys(left).map((name) => [name, 0]));
  }
  for (const signals of callers) expect(signals.size, 'listeners on caller signals').toBe(0);
}

/**
 * Coordinators for each test of a block. After every single event the counters must balance, and
 * after each test nothing may be left behind.
 */
export function useStage(): Stage {
  const events: OwnershipEvent[] = [];
  const lines: LogLine[] = [];
  const coordinators: Coordinator[] = [];
  const problems: unknown[] = [];
  /** The events of each owner table. */
  const histories = new Map<unknown, OwnershipEvent[]>();

  beforeEach(() => {
    states.clear();
    callers.clear();
    histories.clear();
    for (const list of [events, lines, coordinators, problems]) list.length = 0;
  });
  afterEach(() => {
    expect(problems).toEqual([]);
    for (const coordinator of coordinators) {
      assertBalanced(coordinator);
      assertNothingLeft(coordinator);
    }
    for (const history of histories.values()) assertHistory(history);
  });

  const record = (level: keyof Logger) => (facts: object, message: string) => {
    lines.push({ level, facts, message });
  };
  const logger: Logger = {
    debug: () => {},
    info: record('info'),
    warn: record('warn'),
    error: record('error'),
  };
  return {
    events,
    lines,
    open(options = {}) {
      const history = (options.isolated === false && histories.get('shared')) || [];
      histories.set(options.isolated === false ? 'shared' : coordinators.length, history);
      const coordinator: Coordinator = createCoordinator({
        isolated: true,
        logger,
        ...options,
        onEvent: (event) => {
          events.push(event);
          history.push(event);
          try {
            if (coordinator.runs.size < MANY) assertBalanced(coordinator);
          } catch (error) {
            problems.push(error);
          }
          return options.onEvent?.(event);
        },
      });
      coordinators.push(coordinator);
      return coordinator;
    },
    told: () => events.map(({ type, runId }) => `${type} ${runId}`),
  };
}
