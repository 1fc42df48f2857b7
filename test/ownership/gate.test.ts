import { describe, expect, it, vi } from 'vitest';
import { FileQueue } from '../../src/ownership/file/file-queue.js';
import { Gate, type GateKeepers } from '../../src/ownership/file/gate.js';
import { SectionRequest } from '../../src/ownership/file/section-request.js';
import type { RunRecord } from '../../src/ownership/run/run-record.js';
import { NOWHERE } from '../../src/ownership/run/scope.js';
import type { Section } from '../../src/ownership/file/section.js';
import { recordOf } from '../../src/runs/run-handle.js';
import { useFakeTime } from '../support/fake-time.js';
import { useStage } from './support/stage.js';

describe('Gate', () => {
  useFakeTime();
  const stage = useStage();

  /** The gate of a queue whose owner is a run that no table knows any more, and what it did. */
  async function openGate() {
    const sessions = stage.open();
    const [owner, guest] = await Promise.all(
      ['owner', 'guest'].map(async (runId) => {
        const run = await sessions.acquire({ sessionFile: `memory:${runId}`, runId });
        await run.release();
        return recordOf(run) as RunRecord;
      }),
    );
    if (owner === undefined || guest === undefined) throw new Error('two records are wanted');
    const told: string[] = [];
    const keepers: GateKeepers = {
      left: () => undefined,
      mayGive: () => true,
      letIn: ({ runId }) => told.push(`let in ${runId}`) > 0,
      giveTurn: (_, { runId }) => void told.push(`turn for ${runId}`),
      sectionLeft: ({ runId }) => void told.push(`left ${runId}`),
      settled: (_, isIdle) => void told.push(isIdle ? 'idle' : 'busy'),
      overdue: ({ action }) => new Error(`overdue: ${action}`),
    };
    const queue = new FileQueue('key', '/key');
    queue.owner = owner;
    const gate = new Gate(queue, keepers);
    return { gate, queue, owner, guest, told };
  }

  /** A section that waits; `opened` and `refused` tell what became of it. */
  function wait(gate: Gate, record: RunRecord, action: string, waitMs = Infinity) {
    const opened = vi.fn<(section: Section) => void>();
    const refused = vi.fn<(error: unknown) => void>();
    gate.wait(new SectionRequest(record, action, NOWHERE, waitMs, opened, refused));
    return { opened, refused };
  }

  it('lets one section in at a time', async () => {
    const { gate, owner, told } = await openGate();

    const section = gate.tryOpen(owner, 'first', NOWHERE);
    expect(section?.isOpen).toBe(true);
    expect(gate.open).toBe(section);
    expect(gate.tryOpen(owner, 'second', NOWHERE)).toBeUndefined();

    section?.leave();
    expect(section?.isOpen).toBe(false);
    expect(gate.open).toBeUndefined();
    expect(told).toEqual(['left owner', 'idle']);
  });

  it('[F1] lets the sections of the owner in before guests, each in order', async () => {
    // Given an open section behind which a guest and two sections of the owner wait
    const { gate, queue, owner, guest, told } = await openGate();
    const section = gate.tryOpen(owner, 'open', NOWHERE);
    const letIn = vi.fn<(owner: RunRecord, section?: Section) => void>();
    guest.waiter = { resolve: letIn, reject: vi.fn<(error: unknown) => void>() };
    queue.enqueueGuest(guest);
    const first = wait(gate, owner, 'first');
    const second = wait(gate, owner, 'second');

    // When each leaves
    section?.leave();
    expect(first.opened).toHaveBeenCalledOnce();
    expect(second.opened).not.toHaveBeenCalled();
    gate.open?.leave();
    expect(second.opened).toHaveBeenCalledOnce();
    expect(letIn).not.toHaveBeenCalled();
    gate.open?.leave();

    // Then the guest is the last
    expect(letIn).toHaveBeenCalledOnce();
    expect(gate.open).toMatchObject({ isGuest: true });
    gate.open?.leave();
    expect(told.filter((line) => line.startsWith('let in'))).toEqual(['let in guest']);
    expect(told.at(-1)).toBe('idle');
    expect(guest.waiter).toBeUndefined();
  });

  it('a guest whose turn comes when nobody owns the file gets a turn of its own', async () => {
    const { gate, queue, guest, told } = await openGate();
    queue.owner = undefined;
    queue.enqueueGuest(guest);

    gate.advance();

    expect(told).toEqual(['turn for guest']);
    expect(gate.open).toBeUndefined();
    expect(queue.guests?.size).toBe(0);
  });

  it('a section is open until the last one inside it has ended', async () => {
    const { gate, owner } = await openGate();
    const section = gate.tryOpen(owner, 'outer', NOWHERE);
    section?.enter();

    section?.leave();
    expect(gate.open).toBe(section);
    section?.leave();

    expect(gate.open).toBeUndefined();
  });

  it('[F12] a section that was abandoned never comes back, and those that waited are refused', async () => {
    // Given an open section and one that waits
    const { gate, owner, told } = await openGate();
    const section = gate.tryOpen(owner, 'open', NOWHERE);
    const waiting = wait(gate, owner, 'next');

    // When the turn of their run is over
    const error = new Error('over');
    gate.abandon(owner, () => error);
    const other = gate.tryOpen(owner, 'of the successor', NOWHERE);
    section?.leave();

    // Then what the first one does changes nothing any more
    expect(section?.isOpen).toBe(false);
    expect(waiting.refused).toHaveBeenCalledExactlyOnceWith(error);
    expect(waiting.opened).not.toHaveBeenCalled();
    expect(gate.open).toBe(other);
    expect(told).toEqual([]);
  });

  it('the turn of a run takes no section of a guest with it', async () => {
    const { gate, queue, owner, guest } = await openGate();
    queue.enqueueGuest(guest);
    gate.advance();
    const section = gate.open;

    gate.abandon(owner, () => new Error('over'));

    expect(section?.isOpen).toBe(true);
    expect(gate.open).toBe(section);
  });

  it('is suspect behind a section whose code still has the path, up to the next turn', async () => {
    const { gate, owner } = await openGate();
    const section = gate.tryOpen(owner, 'wrapped', NOWHERE) as Section;
    const onAbandoned = vi.fn<() => void>();
    section.wrapped = { count: 1, onAbandoned };

    gate.abandon(owner, () => new Error('over'));
    expect(gate.isSuspect).toBe(true);
    expect(onAbandoned).toHaveBeenCalledOnce();

    gate.abandon(owner, () => new Error('over'));
    expect(gate.isSuspect).toBe(false);
  });

  it('a section that waits for too long is told so, and leaves the line', async () => {
    // Given two that wait behind an open one, with different patience
    const { gate, owner, told } = await openGate();
    const section = gate.tryOpen(owner, 'open', NOWHERE);
    const short = wait(gate, owner, 'short', 1_000);
    const long = wait(gate, owner, 'long', 60_000);

    // When the time of one is over
    await vi.advanceTimersByTimeAsync(1_000);

    // Then
    expect(short.refused).toHaveBeenCalledExactlyOnceWith(new Error('overdue: short'));
    expect(told).toEqual(['left owner', 'busy']);
    section?.leave();
    expect(short.opened).not.toHaveBeenCalled();
    expect(long.opened).toHaveBeenCalledOnce();
    gate.open?.leave();
    expect(vi.getTimerCount()).toBe(0);
  });

  it('tells which section a run waits for', async () => {
    const { gate, queue, owner, guest } = await openGate();
    const section = gate.tryOpen(owner, 'open', NOWHERE);
    expect(gate.blocking(owner)).toBeUndefined();
    expect(gate.blocking(guest)).toBeUndefined();

    queue.enqueueGuest(guest);
    const waiting = wait(gate, owner, 'next');
    expect(gate.blocking(owner)).toBe(section);
    expect(gate.blocking(guest)).toBe(section);

    queue.remove(guest);
    gate.refuse(owner, () => new Error('over'));
    expect(waiting.refused).toHaveBeenCalledOnce();
    expect(gate.blocking(owner)).toBeUndefined();
    section?.leave();
  });
});
