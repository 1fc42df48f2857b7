import { describe, expect, it, vi } from 'vitest';
import { OwnerWaitTimeoutError } from '../../../src/index.js';
import { askToWait, ask } from '../../admission/support/scene.js';
import { errorOf } from '../../interrupt/support/runs.js';
import { useFakeTime } from '../../support/fake-time.js';
import { createGate } from '../../support/gate.js';
import { useDesk } from '../../transcript/gate/support/desk.js';
import { holdSection, waitAsGuest } from '../../transcript/gate/support/hold.js';

const FILE = 'memory:a';

describe('the place of a run that has waited for too long', () => {
  useFakeTime();
  const desk = useDesk();

  it('[V1] is behind those who interrupted before it, and before all who only wait', async () => {
    // Given one that waits, and two that have told the owner to stop
    const sessions = desk.open({ settleMs: 60_000 });
    const owner = await sessions.acquire({ sessionFile: FILE });
    const waiting = await askToWait(sessions, { sessionFile: FILE, runId: 'waits' });
    const interrupt = { sessionFile: FILE, mode: 'interrupt' } as const;
    const first = await ask(sessions, { ...interrupt, runId: 'first' }, 'interrupting');
    const late = await ask(sessions, { ...interrupt, waitMs: 1_000 }, 'interrupting');

    // When the second of them is not served in time
    const failed = errorOf(late.ticket.acquire(), OwnerWaitTimeoutError);
    await vi.advanceTimersByTimeAsync(1_000);

    // Then it was the second to be served
    expect(await failed).toMatchObject({ position: 2 });
    waiting.cancel();
    first.ticket.cancel();
    await owner.release();
  });

  it('[V1] is among the guests, for a guest', async () => {
    // Given an owner inside a section, and a guest that waits for its own
    const sessions = desk.open();
    const owner = await sessions.acquire({ sessionFile: desk.seed('') });
    const section = await holdSection(owner);
    const first = await waitAsGuest(sessions, owner);

    // When another one has waited for too long
    const late = await waitAsGuest(sessions, owner, { waitMs: 1_000 });
    const failed = errorOf(late.outcome, OwnerWaitTimeoutError);
    await vi.advanceTimersByTimeAsync(1_000);

    // Then it was the second of them
    expect(await failed).toMatchObject({ position: 2 });
    await section.leave();
    await first.outcome;
    await owner.release();
  });
});

describe('the event of a run that did not come back from park', () => {
  useFakeTime();
  const desk = useDesk();

  it('[V1] tells how long it waited for that, and nothing of the time before', async () => {
    // Given a run that gave its turn up after an hour, and somebody who took it
    const sessions = desk.open({ stuckAfterMs: false });
    const run = await sessions.acquire({ sessionFile: FILE });
    await vi.advanceTimersByTimeAsync(3_600_000);
    const pause = createGate();
    const coming = run.park(() => pause.opened, { waitMs: 2_000 }).catch(() => {});
    const owner = await sessions.acquire({ sessionFile: FILE });

    // When its turn does not come in time
    await vi.advanceTimersByTimeAsync(3_000);
    pause.open();
    await vi.advanceTimersByTimeAsync(2_000);
    await coming;

    // Then that is what it has waited for
    const told = desk.events.find(({ type }) => type === 'resume-failed');
    expect(told).toMatchObject({ waitedMs: 2_000 });
    await owner.release();
    await run.release();
  });
});
