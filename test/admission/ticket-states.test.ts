import { describe, expect, it, vi } from 'vitest';
import { RunEndedError, type Ticket } from '../../src/index.js';
import { useFakeTime } from '../support/fake-time.js';
import { useTempDir } from '../support/temp-dir.js';
import { loopTurn } from '../runs/support/sessions.js';
import { useStage } from '../ownership/support/stage.js';
import { settled, stateOf } from '../ownership/support/steps.js';
import { ask, askToWait, NAMES, serve } from './support/scene.js';

const FILE = 'memory:a';

describe.each(NAMES)('a ticket for %s', (name) => {
  const dir = useTempDir();
  const stage = useStage();
  const fileOf = (): string => (name.startsWith('memory:') ? name : dir.join(name));

  it('[R9] is waiting, then granted, then claimed, then ended', async () => {
    // Given a ticket behind a run
    const sessions = stage.open();
    const sessionFile = fileOf();
    const run = await sessions.acquire({ sessionFile });
    const ticket = await askToWait(sessions, { sessionFile, runId: 'mine' });
    const states = [ticket.state];

    // When its turn comes, is taken, and ends
    await run.release();
    states.push(ticket.state);
    await settled();
    states.push(ticket.state);
    const mine = await ticket.acquire();
    states.push(ticket.state);
    await mine.release();
    states.push(ticket.state);

    expect(states).toEqual(['waiting', 'granted', 'granted', 'claimed', 'ended']);
    expect([ticket.runId, mine.runId]).toEqual(['mine', 'mine']);
  });

  it('is granted at once on a free file', async () => {
    const sessions = stage.open();
    const sessionFile = fileOf();

    const { ticket } = await ask(sessions, { sessionFile, runId: 'mine' }, 'run');

    expect(ticket.state).toBe('granted');
    expect(sessions.runs.bySessionFile(sessionFile)).toMatchObject({
      runId: 'mine',
      phase: 'active',
      generation: 1,
    });
    expect(await serve(ticket)).toBe('mine');
  });
});

describe('a ticket', () => {
  useFakeTime();
  const stage = useStage();

  async function waiting(waitMs?: number) {
    const sessions = stage.open({ settleMs: 1_000 });
    const run = await sessions.acquire({ sessionFile: FILE, runId: 'first' });
    const ticket = await askToWait(sessions, { sessionFile: FILE, runId: 'mine', waitMs });
    return { sessions, run, ticket };
  }

  it('shows who it is for as the run does', async () => {
    const { run, ticket, sessions } = await waiting();
    expect(sessions.runs.byRunId(ticket.runId)).toMatchObject({ phase: 'waiting', generation: 0 });
    ticket.cancel();
    await run.release();
  });

  it('may be taken before its turn has come', async () => {
    const { run, ticket } = await waiting();

    const mine = ticket.acquire();
    expect(await stateOf(mine)).toBe('pending');
    expect(ticket.state).toBe('waiting');
    await run.release();

    await using owner = await mine;
    expect(owner).toMatchObject({ runId: 'mine', phase: 'active' });
    expect(ticket.state).toBe('claimed');
  });

  /** The second use of a ticket, whatever became of the first. */
  async function assertUsed(ticket: Ticket): Promise<void> {
    const error: unknown = await ticket.acquire().catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(RunEndedError);
    expect(error).toMatchObject({
      code: 'ERR_SESSION_RUN_ENDED',
      runId: 'mine',
      retry: 'never',
      message:
        'Cannot acquire with a ticket on "memory:a": the ticket of run mine was used before, ' +
        'tickets serve one turn only',
    });
  }

  it('serves once: a second use is refused, while the first waits', async () => {
    const { run, ticket } = await waiting();
    const first = ticket.acquire();

    await assertUsed(ticket);

    await run.release();
    await (await first).release();
  });

  it('serves once: a second use is refused, while the run goes on and after it', async () => {
    const { run, ticket } = await waiting();
    await run.release();
    const mine = await ticket.acquire();

    await assertUsed(ticket);
    expect(mine.phase).toBe('active');
    await mine.release();
    await assertUsed(ticket);
  });

  it('[T1] is over when its time is up, and says who had the file', async () => {
    const { run, ticket } = await waiting(2_000);

    await vi.advanceTimersByTimeAsync(2_000);

    expect(ticket.state).toBe('ended');
    await expect(ticket.acquire()).rejects.toMatchObject({
      code: 'ERR_SESSION_WAIT_TIMEOUT',
      holder: { runId: 'first' },
      waitMs: 2_000,
    });
    expect(ticket.cancel()).toBe(false);
    await run.release();
  });

  it('tells a use under way when its time is up', async () => {
    const { run, ticket } = await waiting(2_000);
    const mine = ticket.acquire();
    mine.catch(() => {});

    await vi.advanceTimersByTimeAsync(2_000);

    expect(await stateOf(mine)).toMatchObject({ error: { code: 'ERR_SESSION_WAIT_TIMEOUT' } });
    await run.release();
  });

  it('is over when its coordinator closes', async () => {
    const { sessions, run, ticket } = await waiting();

    const closed = sessions.close();

    expect(ticket.state).toBe('ended');
    await expect(ticket.acquire()).rejects.toMatchObject({ code: 'ERR_SESSION_CLOSED' });
    await run.release();
    await closed;
  });

  it('rejects nothing that nobody looks at', async () => {
    const rejected = vi.fn();
    process.on('unhandledRejection', rejected);
    const { run, ticket } = await waiting(2_000);
    await vi.advanceTimersByTimeAsync(2_000);
    await run.release();

    await loopTurn();
    process.off('unhandledRejection', rejected);

    expect(ticket.state).toBe('ended');
    expect(rejected).not.toHaveBeenCalled();
  });
});
