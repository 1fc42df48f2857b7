import { describe, expect, it } from 'vitest';
import { DeadlockError, type Run } from '../../src/index.js';
import { useFakeTime } from '../support/fake-time.js';
import { type Desk, useDesk } from '../transcript/gate/support/desk.js';
import { holdGuest, sectionsOf, stateNow } from '../transcript/gate/support/hold.js';
import { brief, errorOf } from './support/runs.js';

/** An owner that waits at its gate for a guest that writes there. */
async function startBlocked(desk: Desk) {
  const sessions = desk.open();
  const owner = await sessions.acquire({ sessionFile: desk.seed(''), runId: 'owner' });
  const guest = await holdGuest(sessions, desk.file());
  const appended = owner.transcript.append({ by: 'owner' });
  expect(sectionsOf(owner)).toBe(1);
  return { sessions, owner, guest, appended };
}

describe('an interrupt from the section of a guest', () => {
  useFakeTime();
  const desk = useDesk();

  it('[I1] is answered at once where the owner waits for that section', async () => {
    // Given an owner behind a guest
    const { sessions, owner, guest, appended } = await startBlocked(desk);
    // When the guest interrupts the owner
    const told = await guest.within(() => sessions.interrupt(owner));
    // Then it is not made to wait for a run that waits for it
    expect(brief(told)).toBe('still-running owner');
    await guest.leave();
    await appended;
    await owner.release();
    expect(owner.end).toBe('interrupted');
  });

  it('is waited for where the owner waits for nothing', async () => {
    const sessions = desk.open();
    const owner = await sessions.acquire({ sessionFile: desk.seed(''), runId: 'owner' });
    const guest = await holdGuest(sessions, desk.file());
    const told = guest.within(() => sessions.interrupt(owner));
    expect(await stateNow(told)).toBe('pending');
    await owner.release();
    expect(brief(await told)).toBe('ended owner');
    await guest.leave();
  });

  it('[D4] keeps its target from waiting for who waits for that section', async () => {
    // Given an owner behind a guest, which waits for the end of another run
    const { sessions, owner, guest, appended } = await startBlocked(desk);
    const other: Run = await sessions.acquire({ sessionFile: 'memory:b', runId: 'other' });
    const told = guest.within(() => sessions.interrupt(other, { settleMs: Infinity }));
    // When that one waits for the owner
    const waiting = other.within(() => sessions.runs.whenEnded(owner));
    // Then it is refused: the owner waits for the guest, and that for the run that asks
    const { chain } = await errorOf(waiting, DeadlockError);
    expect(chain.map(({ run }) => run.runId).at(-1)).toBe('other');
    await other.release();
    expect(brief(await told)).toBe('ended other');
    await guest.leave();
    await appended;
    await owner.release();
  });
});
