import { describe, expect, it, vi } from 'vitest';
import type { Ticket } from '../../src/index.js';
import { useFakeTime } from '../support/fake-time.js';
import { useStage } from '../ownership/support/stage.js';
import { settled, stateOf } from '../ownership/support/steps.js';
import { askToWait, serve } from './support/scene.js';

const FILE = 'memory:a';

/**
 * A turn that passes on belongs to the next in line in the step in which the one before ends; its
 * caller is told a few promise jobs later, once the turn is inside the mutex. All of these tests act
 * in between.
 */
describe('a ticket that was granted, and whose holder was not told yet', () => {
  useFakeTime();
  const stage = useStage();

  async function gap() {
    const sessions = stage.open({ settleMs: 1_000 });
    const caller = new AbortController();
    const first = await sessions.acquire({ sessionFile: FILE, runId: 'first' });
    const request = { sessionFile: FILE, runId: 'mine', signal: caller.signal };
    const ticket = await askToWait(sessions, request);
    const behind = await askToWait(sessions, { sessionFile: FILE, runId: 'behind' });
    const release = (): void => {
      void first.release();
      expect(ticket.state).toBe('granted');
      expect(sessions.runs.bySessionFile(FILE)?.runId).toBe('mine');
    };
    return { sessions, caller, ticket, behind, release };
  }

  /** Nothing of it is left, and the next one has the turn. */
  async function assertPassedOn(ticket: Ticket, behind: Ticket): Promise<void> {
    expect([ticket.state, behind.state]).toEqual(['ended', 'granted']);
    await settled();
    expect([ticket.state, behind.state]).toEqual(['ended', 'granted']);
    expect(await serve(behind)).toBe('behind');
    await vi.advanceTimersByTimeAsync(5_000);
    expect(ticket.state).toBe('ended');
  }

  it('[R9] may be taken', async () => {
    const { ticket, behind, release } = await gap();

    release();
    const mine = ticket.acquire();

    expect((await mine).runId).toBe('mine');
    expect(ticket.state).toBe('claimed');
    await (await mine).release();
    await serve(behind);
  });

  it('[R9] may be cancelled: the next one has the turn in the same step', async () => {
    const { sessions, ticket, behind, release } = await gap();

    release();
    expect(ticket.cancel(new Error('no'))).toBe(true);

    await assertPassedOn(ticket, behind);
    expect(sessions.inspect().counters).toMatchObject({ ends: { aborted: 1 }, cancelled: 0 });
    await expect(ticket.acquire()).rejects.toMatchObject({ code: 'ERR_SESSION_WAIT_ABORTED' });
  });

  it('[R9] may be cancelled although it was asked for before its grant', async () => {
    const { ticket, behind, release } = await gap();
    const mine = ticket.acquire();
    mine.catch(() => {});

    release();
    expect(ticket.cancel(new Error('no'))).toBe(true);

    await assertPassedOn(ticket, behind);
    expect(await stateOf(mine)).toMatchObject({
      error: { code: 'ERR_SESSION_WAIT_ABORTED', cause: new Error('no') },
    });
  });

  it('[R9] ends with the signal of its caller, and the next one is served', async () => {
    const { caller, ticket, behind, release } = await gap();

    release();
    caller.abort(new Error('pressed stop'));

    await assertPassedOn(ticket, behind);
    await expect(ticket.acquire()).rejects.toMatchObject({ why: 'caller' });
  });

  it('[R9] is over for its caller who asked before, where it is interrupted', async () => {
    const { sessions, ticket, behind, release } = await gap();
    const mine = ticket.acquire();
    mine.catch(() => {});

    release();
    const outcome = sessions.interrupt({ runId: 'mine' });

    expect(await stateOf(mine)).toMatchObject({
      error: { code: 'ERR_SESSION_RUN_INTERRUPTED', why: 'user' },
    });
    expect(await outcome).toMatchObject({ status: 'ended', run: { end: 'interrupted' } });
    await assertPassedOn(ticket, behind);
  });

  it('[I1] is interrupted at once where nobody asked for it', async () => {
    const { sessions, ticket, behind, release } = await gap();

    release();
    const outcome = sessions.interrupt({ runId: 'mine' });

    await assertPassedOn(ticket, behind);
    expect(await outcome).toMatchObject({ status: 'ended', waitedMs: 0 });
    await expect(ticket.acquire()).rejects.toMatchObject({ why: 'user' });
  });

  it('[R1] is passed over where its caller has given up, and the run was not told yet', async () => {
    // Given a listener that ends the owner, called before that of the run
    const sessions = stage.open();
    const caller = new AbortController();
    const first = await sessions.acquire({ sessionFile: FILE });
    caller.signal.addEventListener('abort', () => void first.release());
    const ticket = await askToWait(sessions, { sessionFile: FILE, signal: caller.signal });
    const behind = await askToWait(sessions, { sessionFile: FILE, runId: 'behind' });

    caller.abort(new Error('pressed stop'));

    await expect(ticket.acquire()).rejects.toMatchObject({
      code: 'ERR_SESSION_WAIT_ABORTED',
      cause: new Error('pressed stop'),
    });
    expect(sessions.inspect().counters).toMatchObject({ granted: 2, aborted: 1 });
    await assertPassedOn(ticket, behind);
  });
});
