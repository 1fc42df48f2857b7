import { describe, expect, it, vi } from 'vitest';
import {
  type Admission,
  type AdmitRequest,
  type Coordinator,
  OwnerWaitAbortedError,
  RunInterruptedError,
  type Ticket,
} from '../../src/index.js';
import { settled, startHeedless } from '../ownership/support/steps.js';
import { useStage } from '../ownership/support/stage.js';
import { useFakeTime } from '../support/fake-time.js';
import { createGate } from '../support/gate.js';
import { openPrompt } from '../transcript/windows/support/windows.js';
import { ask, brief, errorOf, watchRejections } from './support/runs.js';

const FILE = 'memory:a';

async function ticketOf(sessions: Coordinator, request: Partial<AdmitRequest>): Promise<Ticket> {
  const admission = await sessions.admit({ sessionFile: FILE, ...request });
  return (admission as Extract<Admission, { ticket: Ticket }>).ticket;
}

describe('an interrupt of a ticket', () => {
  useFakeTime();
  const stage = useStage();

  it('[I1] that was granted and not claimed ends its turn at once', async () => {
    // Given a turn that nobody has taken, and a run behind it
    const sessions = stage.open();
    const rejections = watchRejections();
    const ticket = await ticketOf(sessions, { runId: 't' });
    const next = ask(sessions, { sessionFile: FILE, runId: 'next' });

    // When it is interrupted
    const told = sessions.interrupt({ runId: 't' });

    // Then the next one owns the file in the same step, and nothing waits for a claim
    expect(sessions.runs.bySessionFile(FILE)?.runId).toBe('next');
    expect(await told).toMatchObject({ status: 'ended', run: { end: 'interrupted' } });
    expect(ticket.state).toBe('ended');
    expect(ticket.cancel()).toBe(false);
    expect(await errorOf(ticket.acquire(), RunInterruptedError)).toMatchObject({ why: 'user' });
    await (await next).release();
    expect(rejections).toEqual([]);
  });

  it('[I1] that waits cancels it, whoever claims it then', async () => {
    const sessions = stage.open();
    const rejections = watchRejections();
    const owner = await sessions.acquire({ sessionFile: FILE });
    const ticket = await ticketOf(sessions, { runId: 't' });
    expect(brief(await sessions.interrupt({ runId: ticket.runId }))).toBe('cancelled t');
    expect(ticket.state).toBe('ended');
    const error = await errorOf(ticket.acquire(), OwnerWaitAbortedError);
    expect(error.cause).toMatchObject({ why: 'user' });
    await owner.release();
    expect(sessions.runs.size).toBe(0);
    expect(rejections).toEqual([]);
  });

  it('that waits and was claimed already rejects the claim', async () => {
    const sessions = stage.open();
    const owner = await sessions.acquire({ sessionFile: FILE });
    const ticket = await ticketOf(sessions, { runId: 't' });
    const task = vi.fn();
    const outcome = sessions.run(ticket, task);
    const failed = errorOf(outcome, OwnerWaitAbortedError);
    expect(brief(await sessions.interrupt({ runId: 't' }))).toBe('cancelled t');
    await failed;
    await owner.release();
    expect(task).not.toHaveBeenCalled();
  });

  it('that was claimed before its grant waits for that run like for any other', async () => {
    // Given a ticket that was claimed while it waited, and has its turn now
    const sessions = stage.open();
    const owner = await sessions.acquire({ sessionFile: FILE });
    const ticket = await ticketOf(sessions, { runId: 't' });
    const claimed = ticket.acquire();
    await owner.release();
    const run = await claimed;
    // When it is interrupted
    const told = sessions.interrupt({ runId: 't' });
    await settled();
    // Then the turn is its own until it ends
    expect([run.signal.aborted, run.phase]).toEqual([true, 'active']);
    await run.release();
    expect(brief(await told)).toBe('ended t');
  });

  it('that is claimed in the same tick is not started', async () => {
    const sessions = stage.open();
    const ticket = await ticketOf(sessions, { runId: 't' });
    const task = vi.fn();
    const failed = errorOf(sessions.run(ticket, task), RunInterruptedError);
    const told = sessions.interrupt({ runId: 't' });
    await failed;
    expect(brief(await told)).toBe('ended t');
    expect(task).not.toHaveBeenCalled();
  });

  it('whose message is being handed over takes it out of the queue for good', async () => {
    // Given a holder that thinks about a message
    const sessions = stage.open();
    const thinking = createGate<boolean>();
    const steer = vi.fn(() => thinking.opened);
    const holder = await sessions.acquire({ sessionFile: FILE, runId: 'holder', steer });
    const window = await openPrompt(holder);
    const admission = sessions.admit({ sessionFile: FILE, runId: 't', mode: 'steer', message: 1 });
    const failed = errorOf(admission, OwnerWaitAbortedError);
    await settled();
    expect(steer).toHaveBeenCalledOnce();

    // When the request is interrupted, and the holder takes the message after that
    const told = await sessions.interrupt({ runId: 't' });
    expect((await failed).cause).toMatchObject({ why: 'user' });
    thinking.open(true);
    await settled();

    // Then it was cancelled, once, and what came too late is logged
    expect(brief(told)).toBe('cancelled t');
    expect(sessions.inspect().counters).toMatchObject({ cancelled: 1, steered: 0 });
    expect(stage.lines.filter(({ message }) => message.includes('too late'))).toHaveLength(1);
    expect(holder.signal.aborted).toBe(false);
    window.end();
    await window.outcome;
    await holder.release();
  });

  it('[I3] by admission stops the owner, waits, takes its turn and grants, as one call', async () => {
    // Given a run that ignores its signal, and one that waits
    const sessions = stage.open({ settleMs: 1_000 });
    const deaf = await startHeedless(sessions, { sessionFile: FILE, runId: 'deaf' });
    const patient = ask(sessions, { sessionFile: FILE, runId: 'patient' });
    // When a message interrupts
    const ticket = await ticketOf(sessions, { runId: 'urgent', mode: 'interrupt' });
    const claimed = ticket.acquire();
    await vi.advanceTimersByTimeAsync(999);
    expect(sessions.runs.bySessionFile(FILE)?.runId).toBe('deaf');
    await vi.advanceTimersByTimeAsync(1);
    // Then it has the file in time, before the one that only waited
    const run = await claimed;
    expect(sessions.runs.bySessionFile(FILE)?.runId).toBe('urgent');
    expect(deaf.run).toMatchObject({ end: 'revoked', signal: { reason: { why: 'superseded' } } });
    await run.release();
    await (await patient).release();
    deaf.end.open(0);
    await settled();
  });
});
