import { describe, expect, it } from 'vitest';
import { OwnerWaitAbortedError, type Ticket } from '../../src/index.js';
import { createCountingController } from '../support/counting-signal.js';
import { useFakeTime } from '../support/fake-time.js';
import { useStage } from '../ownership/support/stage.js';
import { settled } from '../ownership/support/steps.js';
import { ask, askToWait, serve } from './support/scene.js';

const FILE = 'memory:a';
const REASON = new Error('changed my mind');

function rejectionOf(promise: Promise<unknown>): Promise<unknown> {
  return promise.then(
    () => undefined,
    (error: unknown) => error,
  );
}

describe('cancel() of a ticket', () => {
  useFakeTime();
  const stage = useStage();

  async function queue() {
    const sessions = stage.open();
    const run = await sessions.acquire({ sessionFile: FILE, runId: 'first' });
    const ticket = await askToWait(sessions, { sessionFile: FILE, runId: 'mine' });
    const behind = await askToWait(sessions, { sessionFile: FILE, runId: 'behind' });
    return { sessions, run, ticket, behind };
  }

  function assertCancelled(error: unknown, cause: unknown): void {
    expect(error).toBeInstanceOf(OwnerWaitAbortedError);
    expect(error).toMatchObject({
      code: 'ERR_SESSION_WAIT_ABORTED',
      name: 'AbortError',
      retry: 'never',
    });
    expect((error as Error).cause).toBe(cause);
  }

  it('that waits gives its place up at once', async () => {
    const { sessions, run, ticket, behind } = await queue();

    expect(ticket.cancel(REASON)).toBe(true);

    expect(ticket.state).toBe('ended');
    expect(sessions.runs.waitingFor(FILE).map(({ runId }) => runId)).toEqual(['behind']);
    expect(sessions.inspect().counters).toMatchObject({ cancelled: 1, aborted: 0 });
    expect(stage.events.at(-1)).toMatchObject({ type: 'cancelled', runId: 'mine' });
    assertCancelled(await rejectionOf(ticket.acquire()), REASON);
    await run.release();
    await serve(behind);
  });

  it('that waits tells whoever has asked for the run already', async () => {
    const { run, ticket, behind } = await queue();
    const mine = rejectionOf(ticket.acquire());

    expect(ticket.cancel(REASON)).toBe(true);

    const error = await mine;
    assertCancelled(error, REASON);
    expect(error).toMatchObject({ holder: { runId: 'first' }, sessionFile: FILE });
    await run.release();
    await serve(behind);
  });

  it('[R9] that was granted passes the turn on, which nobody had taken', async () => {
    const { sessions, run, ticket, behind } = await queue();
    await run.release();
    expect([ticket.state, behind.state]).toEqual(['granted', 'waiting']);

    expect(ticket.cancel(REASON)).toBe(true);

    expect([ticket.state, behind.state]).toEqual(['ended', 'granted']);
    expect(sessions.inspect().counters.ends).toMatchObject({ aborted: 1, released: 1 });
    const error = await rejectionOf(ticket.acquire());
    assertCancelled(error, REASON);
    expect((error as Error).message).not.toContain('before the run was granted');
    await serve(behind);
  });

  it('that was granted and taken leaves the run alone', async () => {
    const { run, ticket, behind } = await queue();
    await run.release();
    await using mine = await ticket.acquire();

    expect(ticket.cancel(REASON)).toBe(false);

    expect([mine.phase, mine.signal.aborted, ticket.state]).toEqual(['active', false, 'claimed']);
    await mine.release();
    await serve(behind);
  });

  it('that was taken ahead of time leaves the run alone from its grant on', async () => {
    const { run, ticket, behind } = await queue();
    const mine = ticket.acquire();
    await run.release();
    await settled();

    expect(ticket.cancel()).toBe(false);

    await (await mine).release();
    await serve(behind);
  });

  const AFTER: Readonly<Record<string, (ticket: Ticket) => unknown>> = {
    'was cancelled': (ticket) => ticket.cancel(new Error('first')),
    'was served': (ticket) => serve(ticket),
  };
  it.each(Object.entries(AFTER))('that %s before does nothing', async (_, act) => {
    const sessions = stage.open();
    const { ticket } = await ask(sessions, { sessionFile: FILE }, 'run');
    await act(ticket);
    const told = stage.told();

    expect(ticket.cancel(REASON)).toBe(false);

    expect(ticket.state).toBe('ended');
    expect(stage.told()).toEqual(told);
  });

  it('needs no reason', async () => {
    const { run, ticket, behind } = await queue();

    ticket.cancel();

    assertCancelled(await rejectionOf(ticket.acquire()), undefined);
    await run.release();
    await serve(behind);
  });

  it('leaves no listener at the signal of the request', async () => {
    const sessions = stage.open();
    const caller = createCountingController();
    const run = await sessions.acquire({ sessionFile: FILE });
    const request = { sessionFile: FILE, signal: caller.signal };
    const waiting = await askToWait(sessions, request);
    waiting.cancel();
    expect(caller.signal.listeners).toBe(0);
    const granted = await askToWait(sessions, request);
    await run.release();
    expect(caller.signal.listeners).toBe(1);

    granted.cancel();

    expect(caller.signal.listeners).toBe(0);
  });

  it('is what `await using` does with a ticket that was not taken', async () => {
    const { run, ticket, behind } = await queue();
    {
      await using _ = ticket;
      await run.release();
    }
    expect([ticket.state, behind.state]).toEqual(['ended', 'granted']);
    await serve(behind);
  });

  it('is not what `await using` does with one that was', async () => {
    const sessions = stage.open();
    const { ticket } = await ask(sessions, { sessionFile: FILE }, 'run');
    const take = async () => {
      await using mine = ticket;
      return await mine.acquire();
    };

    const run = await take();

    expect([run.phase, ticket.state]).toEqual(['active', 'claimed']);
    await run.release();
  });
});
