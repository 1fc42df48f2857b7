import { describe, expect, it, vi } from 'vitest';
import { loopTurn } from '../../runs/support/sessions.js';
import { until } from '../../runs/support/sessions.js';
import { useFakeTime } from '../../support/fake-time.js';
import { useDesk } from './support/desk.js';
import { errorOf, hold, holdGuest, stateNow, waitAsGuest } from './support/hold.js';

describe('how long a guest may stay inside', () => {
  const desk = useDesk();
  useFakeTime();

  it('[O7] as long as settleMs: then its gate is taken from it, and the owner goes on', async () => {
    // Given a guest that wrote, and then hangs, and an owner that waits for it
    const sessions = desk.open({ settleMs: 1_000 });
    const run = await sessions.acquire({ sessionFile: desk.file() });
    const guest = await holdGuest(sessions, desk.file(), { label: 'mirror' });
    await guest.inside.append('in time');
    const own = run.transcript.append('own');

    // When its time is over
    await vi.advanceTimersByTimeAsync(999);
    expect(await stateNow(own)).toBe('pending');
    await vi.advanceTimersByTimeAsync(2);

    // Then its caller is told, what it wrote stays, and its handle is worth nothing
    await own;
    expect(await errorOf(guest.outcome)).toMatchObject({
      code: 'ERR_SESSION_RUN_INTERRUPTED',
      why: 'max-hold',
      sessionFile: desk.file(),
    });
    expect(await errorOf(guest.inside.append('late'))).toMatchObject({
      code: 'ERR_SESSION_RUN_ENDED',
    });
    expect(desk.records()).toEqual(['in time', 'own']);
    expect(run.signal.aborted).toBe(false);
    await guest.leave().catch(() => {});
    await run.release();
  });

  it('[O7] the next guest is let in when its time is over', async () => {
    const sessions = desk.open({ settleMs: 1_000 });
    const run = await sessions.acquire({ sessionFile: desk.file() });
    const hanging = await holdGuest(sessions, desk.file());
    const next = await waitAsGuest(sessions, run, { record: 'next' });

    await vi.advanceTimersByTimeAsync(1_001);

    await next.outcome;
    expect(desk.records()).toEqual(['next']);
    await hanging.leave().catch(() => {});
    await run.release();
  });

  it('what the code still comes to is nobody’s, and no unhandled rejection', async () => {
    // Given a guest whose time is over
    const unhandled = vi.fn();
    process.on('unhandledRejection', unhandled);
    const sessions = desk.open({ settleMs: 1_000 });
    const run = await sessions.acquire({ sessionFile: desk.file() });
    const guest = await hold<unknown>((code) =>
      sessions.write(desk.file(), async (transcript) => {
        await code(transcript);
        throw new Error('late');
      }),
    );
    await vi.advanceTimersByTimeAsync(1_001);

    // When its code fails at last
    const error = await errorOf(guest.leave());

    // Then its caller knows the first reason only
    expect(error).toMatchObject({ why: 'max-hold' });
    await stateNow(new Promise(() => {}));
    process.off('unhandledRejection', unhandled);
    expect(unhandled).not.toHaveBeenCalled();
    await run.release();
  });

  it('one that runs inside the section of the owner has as long as that', async () => {
    const sessions = desk.open({ settleMs: 1_000 });
    const run = await sessions.acquire({ sessionFile: desk.file() });

    await run.transcript.write(() =>
      sessions.write(desk.file(), async (transcript) => {
        await vi.advanceTimersByTimeAsync(5_000);
        await transcript.append('guest');
      }),
    );

    expect(desk.records()).toEqual(['guest']);
    await run.release();
  });

  it('one in a turn of its own has the limits of any turn', async () => {
    // Given a guest in a turn of its own, of a coordinator with a limit for turns
    const sessions = desk.open({ settleMs: 1_000, maxHoldMs: 5_000 });
    const guest = await holdGuest(sessions, desk.file());

    // When that has passed, and the time to settle
    await vi.advanceTimersByTimeAsync(5_000);
    expect(await stateNow(guest.outcome)).toBe('pending');
    await vi.advanceTimersByTimeAsync(1_001);

    // Then its turn is taken
    expect(await errorOf(guest.outcome)).toMatchObject({ why: 'max-hold' });
    expect(await errorOf(guest.inside.append('late'))).toMatchObject({
      code: 'ERR_SESSION_RUN_REVOKED',
    });
    expect(desk.records()).toEqual([]);
    await guest.leave().catch(() => {});
    await until(() => sessions.inspect().draining.length === 0);
  });

  it('the time of a guest counts from when it was let in', async () => {
    const sessions = desk.open({ settleMs: 1_000 });
    const run = await sessions.acquire({ sessionFile: desk.file() });
    const first = await holdGuest(sessions, desk.file());
    const second = hold((code) => sessions.write(desk.file(), code));
    await vi.advanceTimersByTimeAsync(900);
    await first.leave();
    const inside = await second;

    await vi.advanceTimersByTimeAsync(900);
    await inside.leave();

    expect(desk.records()).toEqual([]);
    await run.release();
  });

  it('a guest that ends in time leaves no timer', async () => {
    const sessions = desk.open();
    const run = await sessions.acquire({ sessionFile: desk.file() });
    await run.prompt(() => 'the timer of the turn is there');
    await loopTurn();
    const before = vi.getTimerCount();

    await sessions.write(desk.file(), (transcript) => transcript.append(1));

    expect(vi.getTimerCount()).toBe(before);
    await run.release();
  });
});
