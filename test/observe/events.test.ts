import { describe, expect, it, vi } from 'vitest';
import {
  type Coordinator,
  type CoordinatorSnapshot,
  type OwnershipEvent,
  type Run,
  RunInterruptedError,
  SessionError,
} from '../../src/index.js';
import { useFakeTime } from '../support/fake-time.js';
import { createGate } from '../support/gate.js';
import { useTempDir } from '../support/temp-dir.js';
import {
  assertError,
  expectBalanced,
  freshMarker,
  idsOf,
  loopTurn,
  typesOf,
  until,
  useSessions,
} from '../runs/support/sessions.js';

const sessions = useSessions();

/** A coordinator, with what a look at it showed at each event. */
function watched(options: { settleMs?: number; maxWaiting?: number } = {}) {
  const seen: { event: OwnershipEvent; snapshot: CoordinatorSnapshot }[] = [];
  const coordinator: Coordinator = sessions.create({
    ...options,
    onEvent: (event) => {
      expectBalanced(coordinator);
      seen.push({ event, snapshot: coordinator.inspect() });
    },
  });
  const at = (type: OwnershipEvent['type'], runId?: string) => {
    const found = seen.find(
      ({ event }) => event.type === type && (runId === undefined || event.runId === runId),
    );
    if (!found) throw new Error(`No ${type} event.`);
    return found;
  };
  return { coordinator, seen, at };
}

describe('onEvent', () => {
  useFakeTime();

  it('[V5] is told of a grant when the run owns', async () => {
    const { coordinator, at } = watched();
    const run = await coordinator.acquire({ sessionFile: freshMarker() });
    const { event, snapshot } = at('granted');
    expect(event).toMatchObject({ runId: run.runId, generation: 1, waitedMs: 0 });
    expect(idsOf(snapshot.held)).toEqual([run.runId]);
    expect(snapshot.counters).toMatchObject({ requests: 1, granted: 1 });
    await run.release();
  });

  it('[V5] is told of a wait when the run is in the queue', async () => {
    const { coordinator, at } = watched();
    const sessionFile = freshMarker();
    const owner = await coordinator.acquire({ sessionFile });
    const granted = coordinator.acquire({ sessionFile, runId: 'next' });
    const { event, snapshot } = at('queued');
    expect(event).toMatchObject({ runId: 'next', waiting: 1, generation: 0 });
    expect(idsOf(snapshot.waiting)).toEqual(['next']);
    await owner.release();
    await (await granted).release();
  });

  it('[V5] is told of an end when the run is gone and the next one owns', async () => {
    const { coordinator, at } = watched();
    const sessionFile = freshMarker();
    const owner = await coordinator.acquire({ sessionFile, runId: 'first' });
    const granted = coordinator.acquire({ sessionFile, runId: 'next' });
    vi.advanceTimersByTime(30);
    await owner.release();
    const { event, snapshot } = at('ended', 'first');
    expect(event).toMatchObject({ end: 'released', heldMs: 30 });
    expect(idsOf(snapshot.held)).toEqual(['next']);
    expect(snapshot.waiting).toEqual([]);
    expect(snapshot.counters.ends.released).toBe(1);
    expect(at('granted', 'next').event).toMatchObject({ waitedMs: 30 });
    await (await granted).release();
  });

  it('[V5] is told of a signal once the run has one that fired', async () => {
    const { coordinator, at } = watched();
    const controller = new AbortController();
    const { signal } = controller;
    const run = await coordinator.acquire({ sessionFile: freshMarker(), signal });
    controller.abort();
    expect(at('signalled').event).toMatchObject({ why: 'caller', settleMs: 15_000 });
    expect(run.signal.aborted).toBe(true);
    await run.release();
    expect(at('ended').event).toMatchObject({ end: 'aborted', why: 'caller' });
  });

  it('[V5] is told of a revocation when the turn has been taken', async () => {
    const { coordinator, at } = watched({ settleMs: 20 });
    const gate = createGate();
    const run = coordinator
      .run({ sessionFile: freshMarker(), maxHoldMs: 10 }, () => gate.opened)
      .catch((error: unknown) => error);
    await loopTurn();
    await vi.advanceTimersByTimeAsync(30);
    const { event, snapshot } = at('revoked');
    expect(event).toMatchObject({ why: 'max-hold' });
    expect(snapshot.held).toEqual([]);
    expect(idsOf(snapshot.draining)).toEqual([event.runId]);
    expect(at('ended').event).toMatchObject({ end: 'revoked', why: 'max-hold', heldMs: 30 });
    gate.open();
    await run;
  });

  it('[V5] is told of park and resume when they have happened', async () => {
    const { coordinator, seen } = watched();
    await coordinator.run({ sessionFile: freshMarker() }, async (run) => {
      await run.park(async () => {
        vi.advanceTimersByTime(25);
        await loopTurn();
      });
    });
    expect(typesOf(seen.map(({ event }) => event))).toEqual([
      ...['requested', 'granted', 'parked', 'resumed', 'ended'],
    ]);
    expect(seen.map(({ snapshot }) => snapshot.parked.length)).toEqual([0, 0, 1, 0, 0]);
    expect(seen.map(({ snapshot }) => snapshot.held.length)).toEqual([1, 1, 0, 1, 0]);
    expect(seen.map(({ event }) => event.generation)).toEqual([0, 1, 1, 2, 2]);
  });

  it('[V5] is told of a joined request, which never becomes a run', async () => {
    const { coordinator, seen } = watched();
    const sessionFile = freshMarker();
    const host = await coordinator.acquire({ sessionFile });
    await coordinator.acquire({ sessionFile, parent: host, onReentry: 'join' });
    const { event, snapshot } = seen.at(-1) ?? {};
    expect(event).toMatchObject({ type: 'joined', hostRunId: host.runId });
    expect(snapshot?.counters).toMatchObject({ requests: 2, granted: 1, joined: 1 });
    await host.release();
  });

  it('[V5] gets events in one order, numbered without gaps', async () => {
    const { coordinator, seen } = watched();
    const sessionFile = freshMarker();
    const lanes = Array.from({ length: 5 }, () => coordinator.run({ sessionFile }, loopTurn));
    await Promise.all(lanes);
    expect(seen.map(({ event }) => event.sequence)).toEqual(seen.map((_, at) => at + 1));
    expect(coordinator.history()).toEqual(seen.map(({ event }) => event));
  });

  it('[V5] may ask for runs itself, and is told of them afterwards', async () => {
    // Given a listener that starts a run at the first end
    const order: string[] = [];
    let second: Promise<void> | undefined;
    const coordinator = sessions.create({
      onEvent: ({ type, runId }) => {
        if (runId === 'first' && type === 'ended') {
          second = coordinator.run({ sessionFile: 'memory:second', runId: 'second' }, () => {});
        }
        order.push(`${type} ${runId}`);
      },
    });
    // When that run ends; then events never come inside of one another
    await coordinator.run({ sessionFile: freshMarker(), runId: 'first' }, () => {});
    await second;
    expect(order.slice(2, 5)).toEqual(['ended first', 'requested second', 'granted second']);
  });

  it('[V5] tells frozen, plain events', async () => {
    const { coordinator, seen } = watched();
    await coordinator.run({ sessionFile: freshMarker(), sessionKey: 'lane' }, () => undefined);
    for (const { event } of seen) {
      expect(Object.isFrozen(event)).toBe(true);
      expect(JSON.parse(JSON.stringify(event))).toEqual(event);
      expect(event).toMatchObject({ sessionKey: 'lane', kind: 'person' });
    }
  });

  it('tells when a run that was parked gave up coming back, and how long it had waited', async () => {
    // Given a run that was parked long after it was asked for, behind an owner
    const { coordinator, at } = watched();
    const sessionFile = freshMarker();
    const gate = createGate();
    const run = await coordinator.acquire({ sessionFile });
    vi.advanceTimersByTime(5_000);
    const back = run.park(() => gate.opened, { waitMs: 40 }).catch((error: unknown) => error);
    const owner = await coordinator.acquire({ sessionFile });
    gate.open();
    await until(() => coordinator.runs.waitingFor(sessionFile).length === 1);
    // When it gives up after 40 ms
    await vi.advanceTimersByTimeAsync(40);
    await back;
    await owner.release();
    await run.release();
    // Then that is what the event says
    expect(at('resume-failed').event).toMatchObject({ waitedMs: 40, holderRunId: owner.runId });
  });
});

describe('an event id', () => {
  useFakeTime();
  const dir = useTempDir();

  const REFUSALS: readonly [string, (coordinator: Coordinator, owner: Run) => Promise<unknown>][] =
    [
      ['timed-out', (c, { sessionFile }) => c.acquire({ sessionFile, waitMs: 0 })],
      ['aborted', (c, { sessionFile }) => c.acquire({ sessionFile, signal: AbortSignal.abort() })],
      ['refused', (c, { sessionFile, runId }) => c.acquire({ sessionFile, runId })],
      ['refused', (c, owner) => c.acquire({ sessionFile: owner.sessionFile, parent: owner })],
      ['refused', (c) => c.acquire({ sessionFile: dir.path })],
    ];

  it.each(REFUSALS)('[V6] is the same on the error and on its %s event (%#)', async (type, ask) => {
    const { coordinator, seen } = watched();
    const owner = await coordinator.acquire({ sessionFile: freshMarker() });
    const error = await assertError(ask(coordinator, owner), SessionError);
    const told = seen.filter(({ event }) => event.eventId === error.eventId);
    expect(typesOf(told.map(({ event }) => event))).toEqual([type]);
    expect(told[0]?.event).toMatchObject({ code: error.code });
    await owner.release();
  });

  it('[V6] is shared by signal, revocation, end and every error of one failure', async () => {
    // Given a run that is told to stop and does not
    const { coordinator, seen } = watched({ settleMs: 10 });
    const gate = createGate();
    let reason: unknown;
    const outcome = coordinator.run({ sessionFile: freshMarker(), maxHoldMs: 10 }, async (run) => {
      run.signal.addEventListener('abort', () => (reason = run.signal.reason));
      await gate.opened;
    });
    outcome.catch(() => undefined);
    await loopTurn();
    await vi.advanceTimersByTimeAsync(20);
    const error = await assertError(outcome, RunInterruptedError);
    gate.open();
    await loopTurn();
    // Then all that tells of it has one id, and nothing else has
    const told = seen.filter(({ event }) => event.eventId === error.eventId);
    expect(typesOf(told.map(({ event }) => event))).toEqual(['signalled', 'revoked', 'ended']);
    expect(reason).toBe(error);
  });

  it('[V6] is another one for every other change', async () => {
    const { coordinator, seen } = watched();
    await coordinator.run({ sessionFile: freshMarker() }, () => undefined);
    await coordinator.run({ sessionFile: freshMarker() }, () => undefined);
    expect(new Set(seen.map(({ event }) => event.eventId)).size).toBe(seen.length);
  });
});
