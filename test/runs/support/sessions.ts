import { afterEach, expect } from 'vitest';
import {
  type Coordinator,
  type CoordinatorOptions,
  createCoordinator,
  type OwnershipEvent,
  type OwnershipEventType,
  type Run,
  type RunRequest,
  type RunView,
} from '../../../src/index.js';

/** Coordinators of the running test; after it each of them must have nothing left. */
export interface Sessions {
  create(options?: CoordinatorOptions): Coordinator;
}

/** Every test ends with nothing owned, waiting or parked, and with counters that balance. */
export function useSessions(): Sessions {
  let made: Coordinator[] = [];
  afterEach(({ task }) => {
    const left = made;
    made = [];
    // A test that failed half-way has not cleaned up; its own failure says more.
    if (task.result?.state === 'fail') return;
    for (const coordinator of left) expectIdle(coordinator);
  });
  return {
    create(options = {}) {
      const coordinator = createCoordinator({ isolated: true, ...options });
      made.push(coordinator);
      return coordinator;
    },
  };
}

export function expectBalanced(coordinator: Coordinator): void {
  const { held, waiting, parked, counters } = coordinator.inspect();
  const { requests, granted, timedOut, aborted, cancelled, refused, busy, steered, joined } =
    counters;
  const answered = granted + timedOut + aborted + cancelled + refused + busy + steered + joined;
  expect(requests).toBe(answered + waiting.length);
  const ended = Object.values(counters.ends).reduce((sum, count) => sum + count, 0);
  expect(granted).toBe(held.length + parked.length + ended);
}

export function expectIdle(coordinator: Coordinator): void {
  const { held, waiting, parked } = coordinator.inspect();
  expect({ held, waiting, parked, size: coordinator.runs.size }).toEqual({
    held: [],
    waiting: [],
    parked: [],
    size: 0,
  });
  expectBalanced(coordinator);
}

/** A request that is known to wait; what becomes of it is told by `granted`. */
export async function waitBehind(
  coordinator: Coordinator,
  request: RunRequest,
): Promise<{ readonly granted: Promise<Run> }> {
  const before = coordinator.inspect().waiting.length;
  const granted = coordinator.acquire(request);
  granted.catch(() => undefined);
  await until(() => coordinator.inspect().waiting.length > before);
  return { granted };
}

/** Turns of the event loop until it is so; no timer, so that it works under fake time too. */
export async function until(isSo: () => boolean): Promise<void> {
  const begunMs = realNowMs();
  for (let turn = 0; turn < 10_000 || realNowMs() - begunMs < HANGS_MS; turn += 1) {
    if (isSo()) return;
    await loopTurn();
  }
  throw new Error('It did not become so.');
}

const { setImmediate: realSetImmediate } = globalThis;
const realNowMs = performance.now.bind(performance);
/** Real files take as long as the machine takes. */
const HANGS_MS = 4_000;

/** Long enough for everything that needs no I/O and no timer to happen. */
export async function loopTurn(): Promise<void> {
  await new Promise<void>((resolve) => realSetImmediate(() => resolve()));
}

/** What a promise came to within some turns of the loop: a wait that hangs is `pending`. */
export async function stateOf(promise: Promise<unknown>): Promise<'pending' | 'done' | 'failed'> {
  let state: 'pending' | 'done' | 'failed' = 'pending';
  promise.then(
    () => (state = 'done'),
    () => (state = 'failed'),
  );
  for (let turn = 0; turn < 20; turn += 1) await loopTurn();
  return state;
}

/** The error that a promise rejects with; fails where it does not. */
export async function assertError<E extends Error>(
  promise: Promise<unknown>,
  type: abstract new (...args: never[]) => E,
): Promise<E> {
  const error: unknown = await promise.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  if (!(error instanceof type)) throw new Error(`Expected ${type.name}.`, { cause: error });
  return error;
}

export function idsOf(views: readonly RunView[]): string[] {
  return views.map(({ runId }) => runId);
}

export function typesOf(events: readonly OwnershipEvent[]): OwnershipEventType[] {
  return events.map(({ type }) => type);
}

let markers = 0;

/** A file that nobody else uses, without I/O. */
export function freshMarker(): string {
  markers += 1;
  return `memory:${process.pid}-${markers}`;
}
