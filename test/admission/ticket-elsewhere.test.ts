import { describe, expect, it, vi } from 'vitest';
import * as here from '../../src/index.js';
import { useStage } from '../ownership/support/stage.js';
import { ask, askToWait, serve } from './support/scene.js';

describe('a ticket', () => {
  const stage = useStage();

  it('of one coordinator serves with another', async () => {
    const [one, two] = [stage.open({ isolated: false }), stage.open({ isolated: false })];
    const { ticket } = await ask(one, { sessionFile: 'memory:elsewhere', runId: 'mine' }, 'run');

    const seen = await two.run(ticket, () => two.runs.bySessionFile('memory:elsewhere')?.runId);

    expect(seen).toBe('mine');
    expect(ticket.state).toBe('ended');
  });

  it('of another table serves in that table', async () => {
    const [one, two] = [stage.open(), stage.open()];
    const { ticket } = await ask(one, { sessionFile: 'memory:a' }, 'run');

    const seen = await two.run(ticket, () => [one, two].map(({ runs }) => runs.size));

    expect(seen).toEqual([1, 0]);
  });

  it('serves after its coordinator was closed, where it was granted before', async () => {
    const sessions = stage.open();
    const { ticket } = await ask(sessions, { sessionFile: 'memory:a' }, 'run');
    const closed = sessions.close();

    expect(await sessions.run(ticket, () => 'served')).toBe('served');

    expect((await closed).ended).toMatchObject([{ end: 'completed' }]);
  });

  it('is nothing that can be made by hand', async () => {
    const sessions = stage.open();
    const { ticket } = await ask(sessions, { sessionFile: 'memory:a', runId: 'mine' }, 'run');
    const { runId, state } = ticket;
    const made = { runId, state, acquire: vi.fn(), cancel: vi.fn() };

    await expect(sessions.run(made as never, () => 'served')).rejects.toThrow(TypeError);

    expect(made.acquire).not.toHaveBeenCalled();
    expect(await serve(ticket)).toBe('mine');
  });
});

describe('two copies of the package in one thread', () => {
  const stage = useStage();

  async function otherCopy(): Promise<typeof here> {
    vi.resetModules();
    const copy = await import('../../src/index.js');
    expect(copy.SessionError).not.toBe(here.SessionError);
    return copy;
  }

  it('[P2] steer into, interrupt and wait for the runs of each other', async () => {
    // Given a run of one copy that prompts
    const mine = stage.open({ isolated: false });
    const theirs = (await otherCopy()).createCoordinator();
    const sessionFile = 'memory:copies';
    const steer = vi.fn(() => true);
    const run = await mine.acquire({ sessionFile, runId: 'holder', steer });

    // When requests come by the other one
    const answers = await run
      .prompt(async () => [
        await theirs.admit({ sessionFile, mode: 'steer', message: 1 }),
        await theirs.admit({ sessionFile, mode: 'skip' }),
        await theirs.admit({ sessionFile, mode: 'interrupt', runId: 'next' }),
      ])
      .catch((error: unknown) => error);

    expect(answers).toMatchObject({ why: 'superseded' });
    expect(steer).toHaveBeenCalledExactlyOnceWith(1);
    expect(theirs.runs.waitingFor(sessionFile)).toMatchObject([{ runId: 'next' }]);
    await mine.interrupt({ runId: 'next' });
    await run.release();
  });

  it('take the tickets of each other', async () => {
    const mine = stage.open({ isolated: false });
    const theirs = (await otherCopy()).createCoordinator();
    const first = await mine.acquire({ sessionFile: 'memory:copies' });
    const tickets = [
      await askToWait(mine, { sessionFile: 'memory:copies', runId: 'mine' }),
      await askToWait(theirs, { sessionFile: 'memory:copies', runId: 'theirs' }),
    ];

    const served = [
      theirs.run(tickets[0] as here.Ticket, ({ runId }) => runId),
      mine.run(tickets[1] as here.Ticket, ({ runId }) => runId),
    ];
    await first.release();

    expect(await Promise.all(served)).toEqual(['mine', 'theirs']);
  });
});
