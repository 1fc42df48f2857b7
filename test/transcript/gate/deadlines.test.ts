import { describe, expect, it, vi } from 'vitest';
import { until } from '../../runs/support/sessions.js';
import { useFakeTime } from '../../support/fake-time.js';
import { useDesk } from './support/desk.js';
import {
  errorOf,
  guestsAt,
  holdGuest,
  holdSection,
  sectionsOf,
  stateNow,
  waitAsGuest,
} from './support/hold.js';

const TIMEOUT = { code: 'ERR_SESSION_WAIT_TIMEOUT', retry: 'wait' };

describe('how long a section is waited for', () => {
  const desk = useDesk();
  useFakeTime();

  it("[T1] the owner waits for the waitMs of its run's request", async () => {
    // Given an owner behind an open section
    const sessions = desk.open();
    const run = await sessions.acquire({ sessionFile: desk.file(), waitMs: 1_000 });
    const section = await holdSection(run);
    const append = run.transcript.append('late');
    const outcome = errorOf(append);

    // When that time has passed
    await vi.advanceTimersByTimeAsync(999);
    expect(await stateNow(append)).toBe('pending');
    await vi.advanceTimersByTimeAsync(2);

    // Then it is told what is open, and nothing of the wait stays
    const error = await outcome;
    expect(error).toMatchObject({ ...TIMEOUT, waitMs: 1_000 });
    expect(String(error)).toContain('the gate to append');
    expect(String(error)).toContain('a wrapped write is open at its gate');
    expect(sectionsOf(run)).toBe(1);
    await section.leave();
    await run.transcript.append('next');
    expect(desk.records()).toEqual(['next']);
    await run.release();
  });

  it('[T1] each call of the owner has its own time', async () => {
    const sessions = desk.open();
    const run = await sessions.acquire({ sessionFile: desk.file(), waitMs: 1_000 });
    const section = await holdSection(run);
    const first = errorOf(run.transcript.append('first'));
    await vi.advanceTimersByTimeAsync(600);
    const second = run.transcript.append('second');

    await vi.advanceTimersByTimeAsync(500);

    expect(await first).toMatchObject(TIMEOUT);
    expect(await stateNow(second)).toBe('pending');
    await section.leave();
    await second;
    expect(desk.records()).toEqual(['second']);
    await run.release();
  });

  it('an owner without a limit waits without a timer', async () => {
    const sessions = desk.open();
    const run = await sessions.acquire({ sessionFile: desk.file(), waitMs: Infinity });
    const section = await holdSection(run);
    const before = vi.getTimerCount();

    const append = run.transcript.append('own');

    expect(vi.getTimerCount()).toBe(before);
    await section.leave();
    await append;
    await run.release();
  });

  it('[T1] a guest waits for its waitMs, measured from the call', async () => {
    // Given a guest behind an open section, with another behind it
    const sessions = desk.open();
    const run = await sessions.acquire({ sessionFile: desk.file(), runId: 'owner' });
    const section = await holdSection(run);
    const late = await waitAsGuest(sessions, run, { waitMs: 1_000 });
    const patient = await waitAsGuest(sessions, run, { record: 'patient' });

    // When that time has passed
    await vi.advanceTimersByTimeAsync(1_001);

    // Then it is gone, the owner untouched, and the other one as before
    expect(await errorOf(late.outcome)).toMatchObject({
      ...TIMEOUT,
      waitMs: 1_000,
      holder: { runId: 'owner' },
    });
    expect(guestsAt(run)).toBe(1);
    expect(run.signal.aborted).toBe(false);
    await section.leave();
    await patient.outcome;
    expect(desk.records()).toEqual(['patient']);
    expect(sessions.inspect().counters).toMatchObject({ timedOut: 1, joined: 1 });
    await run.release();
  });

  it('[T2] a hand-over does not start the wait of a guest anew', async () => {
    // Given a guest that waits while the file passes on
    const sessions = desk.open();
    const first = await sessions.acquire({ sessionFile: desk.file(), runId: 'first' });
    const inside = await holdGuest(sessions, desk.file());
    const guest = await waitAsGuest(sessions, first, { waitMs: 1_000 });
    const next = sessions.acquire({ sessionFile: desk.file() });
    await until(() => first.waiting === 1);
    await vi.advanceTimersByTimeAsync(600);
    await first.release();
    const owner = await next;

    // When the rest of its time has passed
    await vi.advanceTimersByTimeAsync(401);

    // Then it is told
    expect(await errorOf(guest.outcome)).toMatchObject({ ...TIMEOUT, waitMs: 1_000 });
    await inside.leave();
    await owner.release();
  });

  it('waitMs 0 is now or never', async () => {
    // Given a file whose gate is taken, and one whose gate is free
    const sessions = desk.open();
    const busy = await sessions.acquire({ sessionFile: desk.file('busy') });
    const free = await sessions.acquire({ sessionFile: desk.file('free') });
    const section = await holdSection(busy);

    // When guests ask for both at once
    const outcomes = await Promise.allSettled([
      sessions.write(desk.file('busy'), (t) => t.append(1), { waitMs: 0 }),
      sessions.write(desk.file('free'), (t) => t.append(1), { waitMs: 0 }),
    ]);

    // Then one is refused in the call, the other let in
    expect(outcomes).toMatchObject([
      { status: 'rejected', reason: { ...TIMEOUT, waitMs: 0, position: 1 } },
      { status: 'fulfilled' },
    ]);
    await section.leave();
    await Promise.all([busy.release(), free.release()]);
  });
});
