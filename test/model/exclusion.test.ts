import { Semaphore } from 'async-mutex';
import { afterEach, beforeEach, describe, expect, it, type MockInstance, vi } from 'vitest';
import { createCoordinator } from '../../src/index.js';
import { createGate } from '../support/gate.js';
import { drain } from './clock.js';

const sessionFile = 'memory:excluded';

/**
 * The queue alone decides who owns; that each contended turn also runs inside the mutex shows only
 * at the mutex itself.
 */
describe('the mutex that contended turns run inside', () => {
  let acquire: MockInstance<Semaphore['acquire']>;
  beforeEach(() => {
    acquire = vi.spyOn(Semaphore.prototype, 'acquire');
  });
  afterEach(() => {
    acquire.mockRestore();
  });
  const isLocked = (): boolean | undefined =>
    (acquire.mock.contexts.at(-1) as Semaphore | undefined)?.isLocked();

  it('[P2] is not there for a turn that nobody else wants', async () => {
    // Given a file that one run after another uses
    const sessions = createCoordinator({ isolated: true });

    // When none of them has to wait
    for (let turn = 0; turn < 3; turn += 1)
      await (await sessions.acquire({ sessionFile })).release();

    // Then no mutex is asked
    expect(acquire).not.toHaveBeenCalled();
  });

  it('[P2] takes in the turn that began before anybody waited, and passes on with it', async () => {
    // Given an owner
    const sessions = createCoordinator({ isolated: true });
    const first = await sessions.acquire({ sessionFile });

    // When a second run has to wait
    const waiting = sessions.acquire({ sessionFile });
    await drain();
    // Then the turn of the owner is inside
    expect(isLocked()).toBe(true);

    // When it passes on
    await first.release();
    const second = await waiting;
    // Then the next turn is inside too
    expect(isLocked()).toBe(true);

    // When nobody is left
    await second.release();
    await drain();
    // Then nobody is inside
    expect(isLocked()).toBe(false);
  });

  it('[P2] takes in a turn on a file whose former owner is parked', async () => {
    // Given a parked run of a file that others waited for
    const sessions = createCoordinator({ isolated: true });
    const parked = await sessions.acquire({ sessionFile });
    const waiting = sessions.acquire({ sessionFile });
    const gate = createGate();
    const back = parked.park(() => gate.opened);
    await (await waiting).release();
    await drain();
    expect(isLocked()).toBe(false);

    // When another run finds the file free
    const next = await sessions.acquire({ sessionFile });
    await drain();

    // Then its turn is inside
    expect(isLocked()).toBe(true);
    await next.release();
    gate.open();
    await back;
    await parked.release();
  });
});
