import { describe, expect, it, vi } from 'vitest';
import { DeadlockError } from '../../src/index.js';
import { createCountingController } from '../support/counting-signal.js';
import { useFakeTime } from '../support/fake-time.js';
import { createGate } from '../support/gate.js';
import {
  assertError,
  freshMarker,
  loopTurn,
  stateOf,
  useSessions,
  waitBehind,
} from './support/sessions.js';

describe('RunIndex.whenEnded()', () => {
  useFakeTime();
  const sessions = useSessions();

  async function owned() {
    const coordinator = sessions.create({ stuckAfterMs: false });
    const run = await coordinator.acquire({ sessionFile: freshMarker() });
    return { coordinator, run, runs: coordinator.runs };
  }

  it('is true once the run has ended, by id, view or handle', async () => {
    const { run, runs } = await owned();
    const waits = [run.runId, run.toJSON(), run].map((name) => runs.whenEnded(name));
    expect(await stateOf(Promise.race(waits))).toBe('pending');
    await run.release();
    expect(await Promise.all(waits)).toEqual([true, true, true]);
  });

  it('is true once a waiting run has given up', async () => {
    const { coordinator, run, runs } = await owned();
    const controller = new AbortController();
    await waitBehind(coordinator, {
      sessionFile: run.sessionFile,
      runId: 'waiting',
      signal: controller.signal,
    });
    const ended = runs.whenEnded('waiting');
    controller.abort();
    expect(await ended).toBe(true);
    await run.release();
  });

  it('is true at once for a run that nobody knows, and for one that is over', async () => {
    const { run, runs } = await owned();
    await run.release();
    expect(await runs.whenEnded('never there')).toBe(true);
    expect(await runs.whenEnded(run)).toBe(true);
  });

  it('[T8] is false at its deadline, and leaves the run alone', async () => {
    const { run, runs } = await owned();
    const ended = runs.whenEnded(run, { waitMs: 100 });
    await vi.advanceTimersByTimeAsync(99);
    expect(await stateOf(ended)).toBe('pending');
    await vi.advanceTimersByTimeAsync(1);
    expect(await ended).toBe(false);
    expect(run.phase).toBe('active');
    expect(run.signal.aborted).toBe(false);
    await run.release();
  });

  it('is false at once with waitMs 0 while the run is alive', async () => {
    const { run, runs } = await owned();
    expect(await runs.whenEnded(run, { waitMs: 0 })).toBe(false);
    await run.release();
  });

  it('is false when its signal fires, also where it had fired before', async () => {
    const { run, runs } = await owned();
    const controller = new AbortController();
    const ended = runs.whenEnded(run, { signal: controller.signal });
    controller.abort();
    expect(await ended).toBe(false);
    expect(await runs.whenEnded(run, { signal: controller.signal })).toBe(false);
    await run.release();
  });

  it.each(['end', 'deadline', 'signal'] as const)('leaves nothing behind at its %s', async (by) => {
    // Given a wait with deadline and signal
    const { run, runs } = await owned();
    const controller = createCountingController();
    await loopTurn();
    const watching = vi.getTimerCount();
    const ended = runs.whenEnded(run, { waitMs: 100, signal: controller.signal });
    expect(controller.signal.listeners).toBe(1);
    expect(vi.getTimerCount()).toBe(watching + 1);
    // When it is over
    if (by === 'end') await run.release();
    else if (by === 'signal') controller.abort();
    else await vi.advanceTimersByTimeAsync(100);
    await ended;
    // Then neither listener nor timer is left of it
    expect(controller.signal.listeners).toBe(0);
    expect(vi.getTimerCount()).toBe(by === 'end' ? 0 : watching);
    await run.release();
  });

  it('listens once to a signal that many waits share', async () => {
    // Given a dozen waits with one signal, of which Node warns from the eleventh listener on
    const { run, runs } = await owned();
    const controller = createCountingController();
    const waits = Array.from({ length: 12 }, () =>
      runs.whenEnded(run, { signal: controller.signal }),
    );
    const { listeners } = controller.signal;
    controller.abort();
    expect(await Promise.all(waits)).toEqual(waits.map(() => false));
    await run.release();
    // Then they shared a listener
    expect(listeners).toBe(1);
  });

  it('[D4] refuses a run that waits for its own end, and names it', async () => {
    const coordinator = sessions.create();
    await coordinator.run({ sessionFile: freshMarker(), runId: 'self' }, async (run) => {
      const error = await assertError(coordinator.runs.whenEnded(run), DeadlockError);
      expect(error.chain.map((link) => link.run.runId)).toEqual(['self']);
      expect(error.message).toMatch(/^Cannot wait for the end of run self: /);
    });
  });

  it('[D4] answers a run that only looks at itself with waitMs 0, as its error advises', async () => {
    // Given a run that was refused and told that waitMs 0 only looks
    const coordinator = sessions.create();
    await coordinator.run({ sessionFile: freshMarker() }, async (run) => {
      const error = await assertError(coordinator.runs.whenEnded(run), DeadlockError);
      expect(error.waysOut).toContain('ask with waitMs 0, which only looks');
      // When it does that; then it gets an answer
      await expect(coordinator.runs.whenEnded(run, { waitMs: 0 })).resolves.toBe(false);
    });
  });

  it('[D4] refuses a run that waits for one that waits for it', async () => {
    const coordinator = sessions.create();
    await coordinator.run({ sessionFile: freshMarker() }, async (one) => {
      await coordinator.run({ sessionFile: freshMarker() }, async (two) => {
        await expect(coordinator.runs.whenEnded(one)).rejects.toBeInstanceOf(DeadlockError);
        expect(two.phase).toBe('active');
      });
    });
  });

  it('[D4] still sees the circle when one of two waits for the same run is over', async () => {
    // Given a run that waits twice for another one, once with a limit that passes
    const coordinator = sessions.create({ stuckAfterMs: false });
    const gate = createGate();
    const other = await coordinator.acquire({ sessionFile: freshMarker() });
    const first = coordinator.run({ sessionFile: freshMarker(), runId: 'first' }, async () => {
      const brief = coordinator.runs.whenEnded(other, { waitMs: 5 });
      const long = coordinator.runs.whenEnded(other);
      await brief;
      gate.open();
      await long;
    });
    await vi.advanceTimersByTimeAsync(5);
    await gate.opened;
    // When the other one waits for the first
    const back = other.within(() => coordinator.runs.whenEnded('first'));
    const state = await stateOf(back);
    await other.release();
    await first;
    // Then that was refused instead of hanging
    expect(state).toBe('failed');
    await expect(back).rejects.toBeInstanceOf(DeadlockError);
  });

  it('lets a run be waited for by one that it has stopped waiting for', async () => {
    // Given a run whose wait for another one is over
    const coordinator = sessions.create({ stuckAfterMs: false });
    const gate = createGate();
    const other = await coordinator.acquire({ sessionFile: freshMarker() });
    const first = coordinator.run({ sessionFile: freshMarker(), runId: 'first' }, async () => {
      await coordinator.runs.whenEnded(other, { waitMs: 5 });
      await gate.opened;
    });
    await vi.advanceTimersByTimeAsync(5);
    // When the other one waits for it; then that is no circle
    const back = other.within(() => coordinator.runs.whenEnded('first'));
    const state = await stateOf(back);
    gate.open();
    await first;
    expect([state, await back]).toEqual(['pending', true]);
    await other.release();
  });

  it('lets a run wait for an unrelated one', async () => {
    const { coordinator, run, runs } = await owned();
    const waiting = coordinator.run({ sessionFile: freshMarker() }, () => runs.whenEnded(run));
    expect(await stateOf(waiting)).toBe('pending');
    await run.release();
    expect(await waiting).toBe(true);
  });
});
