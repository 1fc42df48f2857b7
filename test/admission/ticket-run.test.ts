import { describe, expect, it, vi } from 'vitest';
import { RunEndedError, type Run } from '../../src/index.js';
import { createGate } from '../support/gate.js';
import { useFakeTime } from '../support/fake-time.js';
import { useStage } from '../ownership/support/stage.js';
import { settled, stateOf } from '../ownership/support/steps.js';
import { createRescue } from '../transcript/windows/support/windows.js';
import { ask, askToWait, serve } from './support/scene.js';

const FILE = 'memory:a';

describe('run(ticket, task)', () => {
  useFakeTime();
  const stage = useStage();

  async function ticketFor(request: { rescue?: (payload: unknown, error: unknown) => void } = {}) {
    const sessions = stage.open({ settleMs: 1_000 });
    const asked = { sessionFile: FILE, runId: 'mine', sessionKey: 'key', ...request };
    const { ticket } = await ask(sessions, asked, 'run');
    return { sessions, ticket };
  }

  it('runs the task as the owner, and ends the run with it', async () => {
    const { sessions, ticket } = await ticketFor();

    const seen = await sessions.run(ticket, (run) => {
      const { runId, sessionKey, phase } = run;
      return { runId, sessionKey, phase, state: ticket.state };
    });

    expect(seen).toEqual({ runId: 'mine', sessionKey: 'key', phase: 'active', state: 'claimed' });
    expect(ticket.state).toBe('ended');
    expect(sessions.inspect().counters.ends.completed).toBe(1);
  });

  it('runs it in the ambient context of the run', async () => {
    const { sessions, ticket } = await ticketFor();

    await sessions.run(ticket, async () => {
      await expect(sessions.acquire({ sessionFile: FILE })).rejects.toMatchObject({
        code: 'ERR_SESSION_DEADLOCK',
      });
    });

    expect(ticket.state).toBe('ended');
  });

  it('does not start the task inside the call', async () => {
    const { sessions, ticket } = await ticketFor();
    const task = vi.fn();

    const done = sessions.run(ticket, task);

    expect(task).not.toHaveBeenCalled();
    await done;
    expect(task).toHaveBeenCalledOnce();
  });

  it('waits for the turn', async () => {
    const sessions = stage.open();
    const first = await sessions.acquire({ sessionFile: FILE });
    const ticket = await askToWait(sessions, { sessionFile: FILE, runId: 'mine' });
    const done = sessions.run(ticket, ({ runId }) => runId);
    expect(await stateOf(done)).toBe('pending');

    await first.release();

    expect(await done).toBe('mine');
  });

  it.each([
    [
      'throws',
      () => {
        throw new Error('no');
      },
    ],
    ['rejects', () => Promise.reject(new Error('no'))],
  ])('[R2] ends the run as failed where the task %s, and the next is served', async (_, task) => {
    const { sessions, ticket } = await ticketFor();
    const behind = await askToWait(sessions, { sessionFile: FILE, runId: 'behind' });

    await expect(sessions.run(ticket, task)).rejects.toThrow('no');

    expect(sessions.inspect().counters.ends.failed).toBe(1);
    expect(await serve(behind)).toBe('behind');
  });

  it('[F14] [I5] hands what comes after an interrupt to the rescue of the request, and rejects', async () => {
    // Given a task that ignores its signal
    const rescued = createRescue();
    const { sessions, ticket } = await ticketFor({ rescue: rescued.rescue });
    const reply = createGate<string>();
    const done = sessions.run(ticket, () => reply.opened);
    const failed = done.catch((error: unknown) => error);
    await settled();

    // When a message interrupts it, and it answers all the same
    const next = await ask(sessions, { sessionFile: FILE, mode: 'interrupt' }, 'interrupting');
    reply.open('old reply');

    // Then its caller gets no reply, but the reason; the reply is saved
    const reason = await failed;
    expect(reason).toMatchObject({ code: 'ERR_SESSION_RUN_INTERRUPTED', why: 'superseded' });
    expect(rescued).toMatchObject({ payloads: ['old reply'], errors: [reason] });
    expect(sessions.inspect().counters.ends.superseded).toBe(1);
    await serve(next.ticket);
  });

  it('[F14] does so for what comes after the turn was taken', async () => {
    const rescued = createRescue();
    const { sessions, ticket } = await ticketFor({ rescue: rescued.rescue });
    const reply = createGate<string>();
    const failed = sessions.run(ticket, () => reply.opened).catch((error: unknown) => error);
    await settled();
    const next = await ask(sessions, { sessionFile: FILE, mode: 'interrupt' }, 'interrupting');

    await vi.advanceTimersByTimeAsync(1_000);
    expect(await stateOf(failed)).toMatchObject({ value: { why: 'superseded' } });
    expect(next.ticket.state).toBe('granted');
    reply.open('late reply');
    await settled();

    expect(rescued.payloads).toEqual(['late reply']);
    await serve(next.ticket);
  });

  it('is refused for a ticket that was used, and starts nothing', async () => {
    const { sessions, ticket } = await ticketFor();
    const task = vi.fn((run: Run) => run.runId);
    await sessions.run(ticket, task);

    const again = sessions.run(ticket, task);

    await expect(again).rejects.toThrow(RunEndedError);
    await expect(again).rejects.toThrow(
      'Cannot run a task with a ticket on "memory:a": the ticket of run mine was used before, ' +
        'tickets serve one turn only',
    );
    expect(task).toHaveBeenCalledOnce();
  });

  it('starts nothing where the run was told to stop before it', async () => {
    const { sessions, ticket } = await ticketFor();
    const task = vi.fn();
    const done = sessions.run(ticket, task);
    const stopped = sessions.interrupt({ runId: 'mine' });

    await expect(done).rejects.toMatchObject({ code: 'ERR_SESSION_RUN_INTERRUPTED', why: 'user' });

    expect(task).not.toHaveBeenCalled();
    expect(await stopped).toMatchObject({ status: 'ended', run: { end: 'interrupted' } });
  });

  it('leaves the ticket as it was where there is no task', async () => {
    const { sessions, ticket } = await ticketFor();

    await expect(sessions.run(ticket, undefined as never)).rejects.toThrow(
      new TypeError('Invalid task: expected a function, got undefined'),
    );

    expect(ticket.state).toBe('granted');
    expect(await sessions.run(ticket, () => 'served')).toBe('served');
  });
});
