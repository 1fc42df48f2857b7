import { describe, expect, it, vi } from 'vitest';
import { CoordinatorClosedError } from '../../src/index.js';
import { stateOf } from '../ownership/support/steps.js';
import { idsOf } from '../runs/support/sessions.js';
import { useFakeTime } from '../support/fake-time.js';
import { useDesk } from '../transcript/gate/support/desk.js';
import { holdGuest, holdSection, waitAsGuest } from '../transcript/gate/support/hold.js';
import { errorOf } from './support/runs.js';

describe('close() while sections are open', () => {
  useFakeTime();
  const desk = useDesk();

  it('[X2] waits for a section that is open, and says that it was cut where it does not end', async () => {
    const sessions = desk.open({ settleMs: 100 });
    const run = await sessions.acquire({ sessionFile: desk.seed(''), runId: 'a' });
    const section = await holdSection(run);
    const closing = sessions.close({ waitMs: 50 });
    await vi.advanceTimersByTimeAsync(149);
    expect(await stateOf(closing)).toBe('pending');
    await vi.advanceTimersByTimeAsync(1);
    expect(idsOf((await closing).revoked)).toEqual(['a']);
    await section.leave();
  });

  it('[X2] cancels a guest that waits at the gate, and tells it', async () => {
    const sessions = desk.open();
    const run = await sessions.acquire({ sessionFile: desk.seed('') });
    const section = await holdSection(run);
    const guest = await waitAsGuest(sessions, run);
    const closing = sessions.close();
    await errorOf(guest.outcome, CoordinatorClosedError);
    await section.leave();
    await run.release();
    expect((await closing).cancelledWaiters).toHaveLength(1);
    expect(desk.records()).toEqual([]);
  });

  it('[X2] waits for a guest that writes at the gate of an owner', async () => {
    // Given a guest in the middle of its write, in the turn of an owner
    const sessions = desk.open({ settleMs: 1_000 });
    const run = await sessions.acquire({ sessionFile: desk.seed(''), runId: 'owner' });
    const guest = await holdGuest(sessions, desk.file());
    // When it closes, and the owner ends
    const closing = sessions.close();
    await run.release();
    const state = await stateOf(closing);
    await guest.inside.append({ by: 'guest' });
    await guest.leave();
    // Then it was not over before the guest had written
    expect(state).toBe('pending');
    await closing;
    expect(desk.records()).toEqual([{ by: 'guest' }]);
  });

  it('[X2] waits for a guest that writes in a short turn of its own', async () => {
    const sessions = desk.open({ settleMs: 1_000 });
    const guest = await holdGuest(sessions, desk.seed(''));
    const closing = sessions.close();
    expect(await stateOf(closing)).toBe('pending');
    await guest.inside.append({ by: 'guest' });
    await guest.leave();
    expect((await closing).ended).toHaveLength(1);
  });

  it('[X2] does not wait for ever for a guest that hangs at the gate', async () => {
    // Given a guest that stays inside, and an owner that has ended
    const sessions = desk.open({ settleMs: 100 });
    const run = await sessions.acquire({ sessionFile: desk.seed('') });
    const guest = await holdGuest(sessions, desk.file());
    const closing = sessions.close();
    await run.release();
    expect(await stateOf(closing)).toBe('pending');
    // When the guest's time is over
    await vi.advanceTimersByTimeAsync(100);
    // Then it was told, and everything is closed
    expect(await errorOf(guest.outcome, Error)).toMatchObject({ why: 'max-hold' });
    expect((await closing).ended).toHaveLength(1);
    await guest.leave().catch(() => {});
  });

  it('leaves a guest of another coordinator at the gate of its owner alone', async () => {
    // Given an owner of one coordinator, at whose gate a guest of another one writes
    const mine = desk.open({ isolated: false });
    const theirs = desk.open({ isolated: false });
    const run = await mine.acquire({ sessionFile: desk.seed('') });
    const guest = await holdGuest(theirs, desk.file());
    // When the owner's coordinator closes
    const closing = mine.close();
    await run.release();
    // Then it is closed, and the guest goes on
    expect((await closing).ended).toHaveLength(1);
    await guest.inside.append({ by: 'guest' });
    await guest.leave();
    expect(desk.records()).toEqual([{ by: 'guest' }]);
  });

  it('leaves guests and requests of another coordinator that are on their way alone', async () => {
    // Given a guest that waits at a gate, and a request whose path is being resolved
    const mine = desk.open({ isolated: false });
    const theirs = desk.open({ isolated: false });
    const run = await theirs.acquire({ sessionFile: desk.seed('') });
    const section = await holdSection(run);
    const guest = await waitAsGuest(theirs, run);
    const granted = theirs.acquire({ sessionFile: desk.file('other.jsonl') });
    // When a coordinator beside them closes
    expect((await mine.close()).cancelledWaiters).toEqual([]);
    // Then both go on
    await section.leave();
    await guest.outcome;
    await (await granted).release();
    await run.release();
  });

  it('[X2] waits for its guest at the gate of an owner of another coordinator', async () => {
    // Given a guest at the gate of a run that is not its coordinator's
    const mine = desk.open({ isolated: false });
    const theirs = desk.open({ isolated: false });
    const run = await theirs.acquire({ sessionFile: desk.seed('') });
    const guest = await holdGuest(mine, desk.file());
    // When the guest's coordinator closes
    const closing = mine.close();
    expect(await stateOf(closing)).toBe('pending');
    await guest.leave();
    // Then it is over with the guest, and that run is not disturbed
    expect(await closing).toMatchObject({ ended: [], revoked: [] });
    expect(run.signal.aborted).toBe(false);
    await run.release();
  });
});
