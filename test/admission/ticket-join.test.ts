import { describe, expect, it, vi } from 'vitest';
import type { Run, Ticket } from '../../src/index.js';
import { createGate } from '../support/gate.js';
import { useFakeTime } from '../support/fake-time.js';
import { useStage } from '../ownership/support/stage.js';
import { createRescue } from '../transcript/windows/support/windows.js';
import { ask, askToWait, serve } from './support/scene.js';

const FILE = 'memory:a';

describe('admission from inside a run of the same file', () => {
  useFakeTime();
  const stage = useStage();

  async function inside<T>(
    act: (host: Run, sessions: ReturnType<typeof stage.open>) => Promise<T>,
  ) {
    const sessions = stage.open({ settleMs: 1_000 });
    return await sessions.run({ sessionFile: FILE, runId: 'host' }, (host) => act(host, sessions));
  }
  const JOIN = { sessionFile: FILE, onReentry: 'join', runId: 'joiner' } as const;

  it('waits for the end of that run by default', async () => {
    const ticket = await inside((_, sessions) =>
      askToWait(sessions, { sessionFile: FILE, runId: 'next' }),
    );
    expect(await serve(ticket)).toBe('next');
  });

  it('[D4] is refused where it says so', async () => {
    await inside(async (_, sessions) => {
      const request = { sessionFile: FILE, onReentry: 'refuse' } as const;
      await expect(sessions.admit(request)).rejects.toMatchObject({
        code: 'ERR_SESSION_DEADLOCK',
      });
    });
  });

  it('gives a ticket for the turn around, where it joins', async () => {
    await inside(async (host, sessions) => {
      const { ticket } = await ask(sessions, JOIN, 'run');
      expect([ticket.runId, ticket.state]).toEqual(['host', 'granted']);

      const joined = await ticket.acquire();
      expect([joined.runId, ticket.state]).toEqual(['host', 'claimed']);
      await joined.release();

      expect(host.phase).toBe('active');
      expect(sessions.inspect().counters).toMatchObject({ joined: 1, granted: 1 });
    });
  });

  it('runs a task inside the turn around, which goes on after it', async () => {
    await inside(async (host, sessions) => {
      const { ticket } = await ask(sessions, JOIN, 'run');
      expect(await sessions.run(ticket, ({ runId }) => runId)).toBe('host');
      expect(host.phase).toBe('active');
    });
  });

  it('serves once', async () => {
    await inside(async (_, sessions) => {
      const { ticket } = await ask(sessions, JOIN, 'run');
      await ticket.acquire();
      await expect(ticket.acquire()).rejects.toMatchObject({ code: 'ERR_SESSION_RUN_ENDED' });
    });
  });

  it('does not end the turn around by being cancelled, nor by being left lying about', async () => {
    await inside(async (host, sessions) => {
      const { ticket } = await ask(sessions, JOIN, 'run');
      const left = await ask(sessions, { ...JOIN, runId: 'other' }, 'run');

      expect(ticket.cancel(new Error('no'))).toBe(true);
      expect(ticket.state).toBe('ended');
      await vi.advanceTimersByTimeAsync(5_000);

      await expect(ticket.acquire()).rejects.toMatchObject({ code: 'ERR_SESSION_WAIT_ABORTED' });
      expect([host.phase, left.ticket.state]).toEqual(['active', 'granted']);
    });
  });

  it('is over with the turn around, and says how that ended', async () => {
    const ticket: Ticket = await inside(
      async (_, sessions) => (await ask(sessions, JOIN, 'run')).ticket,
    );

    expect(ticket.state).toBe('ended');
    expect(ticket.cancel()).toBe(false);
    await expect(ticket.acquire()).rejects.toMatchObject({
      code: 'ERR_SESSION_RUN_ENDED',
      runId: 'host',
      end: 'completed',
    });
  });

  it('[F14] rejects as the turn around was told to stop, and rescues what the task brings', async () => {
    // Given a task that joined by its ticket, and goes on
    const rescued = createRescue();
    const seen: Promise<unknown>[] = [];
    const host = inside(async (_, sessions) => {
      const { ticket } = await ask(sessions, { ...JOIN, rescue: rescued.rescue }, 'run');
      const [started, late] = [createGate(), createGate<string>()];
      const joined = sessions.run(ticket, () => {
        started.open();
        return late.opened;
      });
      seen.push(joined.catch((error: unknown) => error));
      await started.opened;

      // When its host is told to stop before the task has answered
      seen.push(sessions.interrupt({ runId: 'host' }));
      late.open('late');
      await Promise.all(seen);
    });

    // Then the answer does not count, and is not lost
    await expect(host).rejects.toMatchObject({ why: 'user' });
    expect(await Promise.all(seen)).toMatchObject([
      { code: 'ERR_SESSION_RUN_INTERRUPTED', why: 'user', runId: 'host' },
      { status: 'still-running' },
    ]);
    expect(rescued.payloads).toEqual(['late']);
  });

  it('starts no task where the turn around was told to stop before it', async () => {
    const task = vi.fn();
    const seen: unknown[] = [];
    const host = inside(async (_, sessions) => {
      const { ticket } = await ask(sessions, JOIN, 'run');
      const joined = sessions.run(ticket, task);
      void sessions.interrupt({ runId: 'host' });
      seen.push(await joined.catch((error: unknown) => error));
    });

    await expect(host).rejects.toMatchObject({ why: 'user' });

    expect(seen).toMatchObject([{ why: 'user' }]);
    expect(task).not.toHaveBeenCalled();
  });
});
