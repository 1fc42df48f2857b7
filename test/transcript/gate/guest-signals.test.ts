import { describe, expect, it, vi } from 'vitest';
import { createCountingController } from '../../support/counting-signal.js';
import { useDesk } from './support/desk.js';
import { errorOf, guestsAt, holdGuest, holdSection, waitAsGuest } from './support/hold.js';

describe('the signal of a guest', () => {
  const desk = useDesk();

  it('[I1] the signal of a guest ends its wait at once, and only that', async () => {
    // Given a guest with a signal behind an open section
    const sessions = desk.open();
    const run = await sessions.acquire({ sessionFile: desk.file() });
    const section = await holdSection(run);
    const stop = createCountingController();
    const guest = await waitAsGuest(sessions, run, { signal: stop.signal });
    expect(stop.signal.listeners).toBe(1);

    // When it fires
    const reason = new Error('enough');
    stop.abort(reason);

    // Then the guest is gone, with its listener and its timer
    const error = await errorOf(guest.outcome);
    expect(error).toMatchObject({ code: 'ERR_SESSION_WAIT_ABORTED', cause: reason });
    expect(stop.signal.listeners).toBe(0);
    expect(guestsAt(run)).toBe(0);
    expect(run.signal.aborted).toBe(false);
    await section.leave();
    expect(desk.records()).toEqual([]);
    expect(sessions.inspect().counters.aborted).toBe(1);
    await run.release();
  });

  it('a signal that fired before the call lets nothing begin', async () => {
    const sessions = desk.open();
    const section = vi.fn();

    const outcome = sessions.write(desk.file(), section, { signal: AbortSignal.abort('enough') });

    await expect(outcome).rejects.toMatchObject({
      code: 'ERR_SESSION_WAIT_ABORTED',
      cause: 'enough',
    });
    expect(section).not.toHaveBeenCalled();
  });

  it('[I1] a signal that fires in the step in which the gate frees lets nothing begin', async () => {
    // Given a guest that waits, and a listener on its signal that ends the run before it
    const sessions = desk.open();
    const run = await sessions.acquire({ sessionFile: desk.file() });
    const inside = await holdGuest(sessions, desk.file());
    const stop = createCountingController();
    stop.signal.addEventListener('abort', () => void inside.leave(), { once: true });
    const guest = await waitAsGuest(sessions, run, { signal: stop.signal });

    // When it fires
    stop.abort();

    // Then the guest has given up, and does not write
    expect(await errorOf(guest.outcome)).toMatchObject({ code: 'ERR_SESSION_WAIT_ABORTED' });
    await inside.outcome;
    expect(desk.records()).toEqual([]);
    await run.release();
  });

  it('the signal of a guest that is inside is not listened to any more', async () => {
    const sessions = desk.open();
    const run = await sessions.acquire({ sessionFile: desk.file() });
    const stop = createCountingController();
    const guest = await holdGuest(sessions, desk.file(), { signal: stop.signal });

    stop.abort();
    await guest.inside.append('guest');
    await guest.leave();

    expect(stop.signal.listeners).toBe(0);
    expect(desk.records()).toEqual(['guest']);
    await run.release();
  });
});
