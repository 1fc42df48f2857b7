import { describe, expect, it, vi } from 'vitest';
import {
  type Admission,
  type AdmitRequest,
  type Coordinator,
  CoordinatorClosedError,
  RunInterruptedError,
  type Ticket,
} from '../../src/index.js';
import { settled, stateOf } from '../ownership/support/steps.js';
import { useStage } from '../ownership/support/stage.js';
import { idsOf } from '../runs/support/sessions.js';
import { useFakeTime } from '../support/fake-time.js';
import { createGate } from '../support/gate.js';
import { useTempDir } from '../support/temp-dir.js';
import { openPrompt } from '../transcript/windows/support/windows.js';
import { errorOf, watchRejections } from './support/runs.js';

const FILE = 'memory:a';

async function ticketOf(sessions: Coordinator, request: Partial<AdmitRequest>): Promise<Ticket> {
  const admission = await sessions.admit({ sessionFile: FILE, ...request });
  return (admission as Extract<Admission, { ticket: Ticket }>).ticket;
}

describe('close() with tickets', () => {
  useFakeTime();
  const dir = useTempDir();
  const stage = useStage();

  it('[X1] cancels those that wait, and tells whoever claims them then', async () => {
    // Given an owner, and tickets behind it of which one is claimed
    const rejections = watchRejections();
    const sessions = stage.open();
    const owner = await sessions.acquire({ sessionFile: FILE });
    const claimed = await ticketOf(sessions, { runId: 'claimed' });
    const idle = await ticketOf(sessions, { runId: 'idle' });
    const running = sessions.run(claimed, () => 'never');
    const failed = errorOf(running, CoordinatorClosedError);

    // When it closes
    const closing = sessions.close();

    // Then both are gone in the call, and the report names them
    expect([claimed.state, idle.state]).toEqual(['ended', 'ended']);
    expect(idle.cancel()).toBe(false);
    await failed;
    await errorOf(idle.acquire(), CoordinatorClosedError);
    await owner.release();
    const { cancelledWaiters, ended } = await closing;
    expect(idsOf(cancelledWaiters)).toEqual(['claimed', 'idle']);
    expect(idsOf(ended)).toEqual([owner.runId]);
    expect(rejections).toEqual([]);
  });

  it('[X1] ends a turn that nobody has claimed when its time is over', async () => {
    // Given a turn that nobody takes
    const rejections = watchRejections();
    const sessions = stage.open({ settleMs: 5_000 });
    const ticket = await ticketOf(sessions, { runId: 't' });

    // When it closes with little time
    const closing = sessions.close({ waitMs: 100 });
    await vi.advanceTimersByTimeAsync(99);
    expect(ticket.state).toBe('granted');
    await vi.advanceTimersByTimeAsync(1);

    // Then it did not have to be revoked, and whoever claims it late is told why
    const { ended, revoked, cancelledWaiters } = await closing;
    expect(ended.map(({ runId, end }) => [runId, end])).toEqual([['t', 'shutdown']]);
    expect([revoked, cancelledWaiters]).toEqual([[], []]);
    expect(await errorOf(ticket.acquire(), RunInterruptedError)).toMatchObject({ why: 'shutdown' });
    expect(rejections).toEqual([]);
  });

  it('[X1] lets a turn that nobody has claimed yet be claimed and end', async () => {
    const sessions = stage.open();
    const ticket = await ticketOf(sessions, { runId: 't' });
    const closing = sessions.close();
    const reply = await sessions.run(ticket, () => 'reply');
    expect(reply).toBe('reply');
    expect((await closing).ended).toEqual([expect.objectContaining({ end: 'completed' })]);
  });

  it('[X1] ends one whose message is being handed over, and the holder is not disturbed', async () => {
    // Given a holder that thinks about a message
    const sessions = stage.open();
    const thinking = createGate<boolean>();
    const steer = () => thinking.opened;
    const holder = await sessions.acquire({ sessionFile: FILE, runId: 'holder', steer });
    const window = await openPrompt(holder);
    const admission = sessions.admit({ sessionFile: FILE, runId: 't', mode: 'steer', message: 1 });
    const failed = errorOf(admission, CoordinatorClosedError);
    await settled();

    // When it closes, and the holder takes the message after that
    const closing = sessions.close();
    await failed;
    thinking.open(true);
    await settled();

    // Then the request was cancelled, once
    expect(sessions.inspect().counters).toMatchObject({ cancelled: 1, steered: 0 });
    expect(holder.signal.aborted).toBe(false);
    window.end();
    await window.outcome;
    await holder.release();
    const { ended, cancelledWaiters } = await closing;
    expect([idsOf(ended), idsOf(cancelledWaiters)]).toEqual([['holder'], ['t']]);
  });

  it('[X1] ends an admission whose path is still being resolved', async () => {
    const sessions = stage.open();
    const admission = sessions.admit({ sessionFile: dir.join('a.jsonl'), runId: 'early' });
    const failed = errorOf(admission, CoordinatorClosedError);
    const { cancelledWaiters } = await sessions.close();
    await failed;
    expect(idsOf(cancelledWaiters)).toEqual(['early']);
  });

  it('[X1] ends the wait for a free place, which is free once all have ended', async () => {
    // Given a message that was turned away, and waits for the file to be free
    const sessions = stage.open();
    const owner = await sessions.acquire({ sessionFile: FILE });
    const admission = await sessions.admit({ sessionFile: FILE, mode: 'skip' });
    const { whenFree } = admission as Extract<Admission, { outcome: 'busy' }>;
    const free = whenFree();
    // When it closes
    const closing = sessions.close();
    await settled();
    expect(await stateOf(free)).toBe('pending');
    await owner.release();
    // Then that wait is over too
    await closing;
    expect(await free).toBe(true);
  });

  it.each(['queue', 'steer', 'interrupt', 'skip'] as const)(
    '[X1] stops admission by %s in the call',
    async (mode) => {
      const sessions = stage.open();
      const owner = await sessions.acquire({ sessionFile: FILE });
      const closing = sessions.close();
      await errorOf(sessions.admit({ sessionFile: FILE, mode }), CoordinatorClosedError);
      expect(owner.signal.aborted).toBe(false);
      await owner.release();
      expect((await closing).cancelledWaiters).toEqual([]);
    },
  );

  it('[X1] cancels one that had told the owner to stop, which it still does', async () => {
    // Given an owner that was told to stop for a message, and ignores that
    const sessions = stage.open({ settleMs: 1_000 });
    const owner = await sessions.acquire({ sessionFile: FILE, runId: 'owner' });
    const ticket = await ticketOf(sessions, { runId: 't', mode: 'interrupt' });
    // When it closes
    const closing = sessions.close({ waitMs: 60_000 });
    expect(ticket.state).toBe('ended');
    await vi.advanceTimersByTimeAsync(1_000);
    // Then the owner has lost its turn for the message, long before the end of the wait
    const { revoked, cancelledWaiters } = await closing;
    expect([idsOf(revoked), idsOf(cancelledWaiters)]).toEqual([['owner'], ['t']]);
    expect(owner.signal.reason).toMatchObject({ why: 'superseded' });
  });
});
