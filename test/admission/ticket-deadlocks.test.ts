import { describe, expect, it } from 'vitest';
import { DeadlockError, type Run, type Ticket } from '../../src/index.js';
import { createGate } from '../support/gate.js';
import { useStage } from '../ownership/support/stage.js';
import { settled } from '../ownership/support/steps.js';
import { askToWait, serve } from './support/scene.js';

const LEFT = 'memory:left';
const RIGHT = 'memory:right';

describe('a ticket of a run, for the file of another run', () => {
  const stage = useStage();

  /** Two runs on two files, each in its own context; what each does is up to the test. */
  async function pair() {
    const sessions = stage.open();
    const start = async (sessionFile: string, runId: string) => {
      const started = createGate<Run>();
      const act = createGate<(run: Run) => Promise<unknown>>();
      const done = sessions.run({ sessionFile, runId }, async (run) => {
        started.open(run);
        return await (
          await act.opened
        )(run);
      });
      done.catch(() => {});
      await started.opened;
      return { done, act: act.open.bind(act) };
    };
    return { sessions, left: await start(LEFT, 'left'), right: await start(RIGHT, 'right') };
  }

  it('[D4] is given although that run waits for this one, and is not to be waited for', async () => {
    // Given a run that waits for the file of another
    const { sessions, left, right } = await pair();
    left.act(() => sessions.run({ sessionFile: RIGHT }, () => 'served'));
    await settled();

    // When that one asks for the file of the first
    const [tickets, seen] = [[] as Ticket[], [] as unknown[]];
    right.act(async () => {
      const ticket = await askToWait(sessions, { sessionFile: LEFT, runId: 'mine' });
      tickets.push(ticket);
      seen.push(await ticket.acquire().catch((error: unknown) => error));
      seen.push(await sessions.run(ticket, () => 'no').catch((error: unknown) => error));
      seen.push(ticket.state);
    });
    await right.done;

    // Then to claim it inside is refused, both ways, and it keeps its place for others
    expect(seen).toEqual([expect.any(DeadlockError), expect.any(DeadlockError), 'waiting']);
    expect(seen[0]).toMatchObject({
      code: 'ERR_SESSION_DEADLOCK',
      sessionFile: LEFT,
      chain: [{ run: { runId: 'left' } }, { waitsFor: RIGHT }, { run: { runId: 'right' } }],
    });
    expect(await left.done).toBe('served');
    expect(await Promise.all(tickets.map(serve))).toEqual(['mine']);
  });

  it('[D4] closes the circle from the moment on in which it is claimed', async () => {
    // Given a run that waits with its ticket for the file of another
    const { sessions, left, right } = await pair();
    const seen: string[] = [];
    right.act(async () => {
      const ticket = await askToWait(sessions, { sessionFile: LEFT, runId: 'mine' });
      seen.push(await sessions.run(ticket, ({ runId }) => runId));
    });
    await settled();

    // When that other one asks for the file of the first
    left.act(() => sessions.acquire({ sessionFile: RIGHT }));

    // Then that is refused, and the ticket is served
    await expect(left.done).rejects.toThrow(DeadlockError);
    await right.done;
    expect(seen).toEqual(['mine']);
  });

  it('closes no circle before it is claimed', async () => {
    // Given a run that has a ticket for the file of another, and does not wait for it
    const { sessions, left, right } = await pair();
    const tickets: Ticket[] = [];
    const end = createGate();
    right.act(async () => {
      tickets.push(await askToWait(sessions, { sessionFile: LEFT, runId: 'mine' }));
      await end.opened;
    });
    await settled();

    // When that other one asks for the file of the first
    left.act(() => sessions.run({ sessionFile: RIGHT }, () => 'served'));
    await settled();
    end.open();

    // Then both are served
    expect(await left.done).toBe('served');
    expect(await Promise.all(tickets.map(serve))).toEqual(['mine']);
  });

  it('for its own file may be claimed inside, as long as that is not waited for', async () => {
    const sessions = stage.open();
    const claimed: Promise<string>[] = [];

    await sessions.run({ sessionFile: LEFT }, async () => {
      const ticket = await askToWait(sessions, { sessionFile: LEFT, runId: 'next' });
      claimed.push(serve(ticket));
    });

    expect(await Promise.all(claimed)).toEqual(['next']);
  });

  it('that is over is told so in its own circle too', async () => {
    const { sessions, left, right } = await pair();
    left.act(() => sessions.run({ sessionFile: RIGHT }, () => 'served'));
    await settled();
    const seen: unknown[] = [];
    right.act(async () => {
      const ticket = await askToWait(sessions, { sessionFile: LEFT });
      ticket.cancel();
      seen.push(await ticket.acquire().catch((error: unknown) => error));
    });

    await right.done;

    expect(seen).toMatchObject([{ code: 'ERR_SESSION_WAIT_ABORTED' }]);
    expect(await left.done).toBe('served');
  });
});
