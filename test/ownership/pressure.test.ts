import { describe, expect, it, vi } from 'vitest';
import { RUN_KINDS } from '../../src/index.js';
import { useFakeTime } from '../support/fake-time.js';
import { useStage } from './support/stage.js';
import { settled } from './support/steps.js';

const FILE = 'memory:a';

describe('Pressure', () => {
  useFakeTime();
  const stage = useStage();

  it('[O6][R3] maintenance is asked to yield as soon as a person waits', async () => {
    // Given a maintenance run that owns, under its own name and limit
    const sessions = stage.open();
    const run = await sessions.acquire({
      sessionFile: FILE,
      kind: 'maintenance',
      sessionKey: 'compaction',
      maxHoldMs: 60_000,
    });
    expect(run.yieldSignal.aborted).toBe(false);

    // When a person's message arrives
    const person = sessions.acquire({ sessionFile: FILE, kind: 'person' });
    await settled();

    // Then it is asked to give way, and not told to stop
    expect(run.yieldSignal.aborted).toBe(true);
    expect(run.signal.aborted).toBe(false);
    await run.release();
    await (await person).release();
    expect(run.end).toBe('released');
  });

  it('yieldSignal fires for each more urgent kind, and for no other', async () => {
    const sessions = stage.open();
    for (const [owner, ownerKind] of RUN_KINDS.entries()) {
      for (const [waiter, kind] of RUN_KINDS.entries()) {
        const run = await sessions.acquire({ sessionFile: FILE, kind: ownerKind });
        const next = sessions.acquire({ sessionFile: FILE, kind });
        await settled();
        expect(run.yieldSignal.aborted, `${ownerKind} before ${kind}`).toBe(waiter < owner);
        await run.release();
        await (await next).release();
      }
    }
  });

  it('yieldAfterMs and preemptAfterMs count from the arrival of the waiter', async () => {
    // Given a cron run, and a person that waits behind it
    const sessions = stage.open({ yieldAfterMs: 1_000, preemptAfterMs: 3_000 });
    const run = await sessions.acquire({ sessionFile: FILE, kind: 'cron' });
    await vi.advanceTimersByTimeAsync(50_000);
    const person = sessions.acquire({ sessionFile: FILE });

    // When one second passes
    await vi.advanceTimersByTimeAsync(999);
    expect(run.yieldSignal.aborted).toBe(false);
    await vi.advanceTimersByTimeAsync(1);
    // Then the owner is asked to yield
    expect(run.yieldSignal.aborted).toBe(true);

    // When three seconds have passed
    await vi.advanceTimersByTimeAsync(1_999);
    expect(run.signal.aborted).toBe(false);
    await vi.advanceTimersByTimeAsync(1);
    // Then it is interrupted
    expect(run.signal.reason).toMatchObject({ why: 'superseded' });
    await run.release();
    expect(run.end).toBe('superseded');
    await (await person).release();
  });

  it('[R4] preemptAfterMs never interrupts an owner of the same or a more urgent kind', async () => {
    const sessions = stage.open({ preemptAfterMs: 0, waitMs: Infinity });
    const run = await sessions.acquire({ sessionFile: FILE, kind: 'command' });
    const same = sessions.acquire({ sessionFile: FILE, kind: 'command' });
    const less = sessions.acquire({ sessionFile: FILE, kind: 'cron' });

    await vi.advanceTimersByTimeAsync(800_000);

    expect(run.signal.aborted).toBe(false);
    await run.release();
    await (await same).release();
    await (await less).release();
  });

  it('a waiter that gives up in time spares the owner', async () => {
    // Given a person that would interrupt a cron run after three seconds
    const sessions = stage.open({ yieldAfterMs: 1_000, preemptAfterMs: 3_000 });
    const run = await sessions.acquire({ sessionFile: FILE, kind: 'cron' });
    const stop = new AbortController();
    const person = sessions.acquire({ sessionFile: FILE, signal: stop.signal });
    const given = person.catch((error: unknown) => error);
    await vi.advanceTimersByTimeAsync(500);

    // When it gives up after half a second
    stop.abort();
    expect(await given).toMatchObject({ name: 'AbortError' });
    await vi.advanceTimersByTimeAsync(10_000);

    // Then nothing happens to the owner
    expect(run.yieldSignal.aborted).toBe(false);
    expect(run.signal.aborted).toBe(false);
    await run.release();
  });

  it('a new owner is pressed by those who wait already', async () => {
    // Given two cron runs that wait behind a person, and a command that arrives a little later
    const sessions = stage.open({ yieldAfterMs: 2_000 });
    const owner = await sessions.acquire({ sessionFile: FILE });
    const cron = sessions.acquire({ sessionFile: FILE, kind: 'cron' });
    await vi.advanceTimersByTimeAsync(100_000);
    const command = sessions.acquire({ sessionFile: FILE, kind: 'command' });

    // When the cron run, which waited longer, is served first
    await owner.release();
    const run = await cron;
    expect(run.yieldSignal.aborted).toBe(false);

    // Then the command makes it yield two seconds after its own arrival
    await vi.advanceTimersByTimeAsync(2_000);
    expect(run.yieldSignal.aborted).toBe(true);
    await run.release();
    await (await command).release();
  });

  it('yieldSignal is a new one after park', async () => {
    // Given a heartbeat that was asked to yield, and does so
    const sessions = stage.open();
    const run = await sessions.acquire({ sessionFile: FILE, kind: 'heartbeat' });
    const before = run.yieldSignal;
    const person = sessions.run({ sessionFile: FILE }, () => 'served');
    await settled();
    expect(before.aborted).toBe(true);

    // When it has its turn back
    await run.park(() => person);

    // Then nobody has asked it yet, and the next person does
    expect(run.yieldSignal).not.toBe(before);
    expect(run.yieldSignal.aborted).toBe(false);
    const next = sessions.acquire({ sessionFile: FILE });
    await settled();
    expect(run.yieldSignal.aborted).toBe(true);
    await run.release();
    await (await next).release();
  });

  it('each owner is asked to yield once, however many wait', async () => {
    const sessions = stage.open();
    const run = await sessions.acquire({ sessionFile: FILE, kind: 'cron' });
    const waiters = [1, 2, 3].map(() => sessions.run({ sessionFile: FILE }, () => {}));
    await settled();

    expect(stage.events.filter(({ type }) => type === 'yield-asked')).toHaveLength(1);
    await run.release();
    await Promise.all(waiters);
  });
});
