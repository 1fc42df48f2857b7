import { describe, expect, it, vi } from 'vitest';
import { type Coordinator, createCoordinator, type Run } from '../../src/index.js';
import { useFakeTime } from '../support/fake-time.js';
import { createGate } from '../support/gate.js';
import { advanceFakeTime, drain } from './clock.js';
import { outcomeOf } from './outcome.js';

const FILE = 'memory:interleaved';

/** What may come between a parked run and its next turn. */
describe('parked runs, interleaved by hand', () => {
  useFakeTime();

  function make(options = {}): Coordinator {
    return createCoordinator({ isolated: true, ...options });
  }

  /** A parked run that waits behind an owner for its turn to come back. */
  async function comingBack(
    sessions: Coordinator,
    signal?: AbortSignal,
  ): Promise<{
    parked: Run;
    owner: Run;
    back: { code?: string };
  }> {
    const parked = await sessions.acquire({ sessionFile: FILE, signal });
    const gate = createGate();
    const back = outcomeOf(parked.park(() => gate.opened));
    const owner = await sessions.acquire({ sessionFile: FILE });
    gate.open();
    await drain();
    return { parked, owner, back };
  }

  it('[O1] tells a parked run that is resumed and ends in the same tick', async () => {
    // Given a parked run that waits for its turn
    const sessions = make();
    const { parked, owner, back } = await comingBack(sessions);

    // When its turn comes back and it is released before it was told
    void owner.release();
    void parked.release();
    await drain();

    // Then it is told that it has ended
    expect(back.code).toBe('ERR_SESSION_RUN_ENDED');
    expect(sessions.runs.size).toBe(0);
  });

  it('[O4] starts no park of a run that ended after its turn had not come back', async () => {
    // Given a parked run whose turn did not come back in time, and that was then released
    const sessions = make();
    const parked = await sessions.acquire({ sessionFile: FILE });
    const gate = createGate();
    const back = outcomeOf(parked.park(() => gate.opened, { waitMs: 0 }));
    const owner = await sessions.acquire({ sessionFile: FILE });
    gate.open();
    await drain();
    expect(back.code).toBe('ERR_SESSION_WAIT_TIMEOUT');
    await parked.release();

    // When it is parked once more
    const task = vi.fn();
    const again = outcomeOf(parked.park(task));
    await drain();

    // Then it is refused before anything is started
    expect({ ...again, started: task.mock.calls.length }).toEqual({
      code: 'ERR_SESSION_RUN_ENDED',
      started: 0,
    });
    await owner.release();
  });

  it('[O1] tells a parked run at once that its signal fired while it wants its turn back', async () => {
    // Given a parked run that waits for its turn
    const sessions = make({ settleMs: 1_000 });
    const caller = new AbortController();
    const { parked, owner, back } = await comingBack(sessions, caller.signal);

    // When its caller gives up
    caller.abort();
    await drain();
    // Then it waits no longer, while its turn would still be far away
    expect(back.code).toBe('ERR_SESSION_RUN_INTERRUPTED');
    expect(sessions.runs.waitingFor(FILE)).toEqual([]);

    // When it does not end
    await advanceFakeTime(1_000);
    // Then it is revoked, and the owner never noticed
    expect([parked.end, owner.phase]).toEqual(['revoked', 'active']);
    await owner.release();
  });

  it('[R3] asks a run that gave way and came back anew', async () => {
    // Given an owner that was asked to yield, and parked to let the other in
    const sessions = make();
    const owner = await sessions.acquire({ sessionFile: FILE, kind: 'cron' });
    const person = sessions.acquire({ sessionFile: FILE });
    await drain();
    const asked = owner.yieldSignal;
    expect(asked.aborted).toBe(true);

    // When it has its turn back
    await owner.park(async () => await (await person).release());

    // Then its new turn is not asked for by anybody
    expect(owner.yieldSignal.aborted).toBe(false);
    expect(asked.aborted).toBe(true);
    await owner.release();
  });
});
