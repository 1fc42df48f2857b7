import { describe, expect, it, vi } from 'vitest';
import type { Ticket } from '../../src/index.js';
import { useFakeTime } from '../support/fake-time.js';
import { useTempDir } from '../support/temp-dir.js';
import { useStage } from '../ownership/support/stage.js';
import { settled, standStill, stateOf } from '../ownership/support/steps.js';
import { ask, askToWait, NAMES, serve } from './support/scene.js';

const FILE = 'memory:a';
const SETTLE_MS = 5_000;

describe.each(NAMES)('a turn on %s that nobody takes', (name) => {
  useFakeTime();
  const dir = useTempDir();
  const stage = useStage();
  const fileOf = (): string => (name.startsWith('memory:') ? name : dir.join(name));

  it('[R1] [R9] passes on after settleMs', async () => {
    // Given a granted ticket, and one behind it
    const sessions = stage.open({ settleMs: SETTLE_MS });
    const sessionFile = fileOf();
    const { ticket } = await ask(sessions, { sessionFile, runId: 'mine' }, 'run');
    const behind = await askToWait(sessions, { sessionFile, runId: 'behind' });

    // When the time is almost, and then quite up
    await vi.advanceTimersByTimeAsync(SETTLE_MS - 1);
    expect(ticket.state).toBe('granted');
    await vi.advanceTimersByTimeAsync(1);

    // Then the next one has the turn
    expect([ticket.state, behind.state]).toEqual(['ended', 'granted']);
    expect(stage.events).toContainEqual(
      expect.objectContaining({ type: 'ended', runId: 'mine', end: 'unclaimed', heldMs: 5_000 }),
    );
    expect(sessions.inspect().counters.ends.unclaimed).toBe(1);
    expect(await serve(behind)).toBe('behind');
  });
});

describe('a turn that nobody takes', () => {
  useFakeTime();
  const stage = useStage();

  /** What whoever comes too late is told. */
  async function assertTooLate(ticket: Ticket): Promise<void> {
    await expect(ticket.acquire()).rejects.toMatchObject({
      code: 'ERR_SESSION_RUN_ENDED',
      end: 'unclaimed',
      retry: 'never',
      message: expect.stringMatching(
        /^Cannot acquire with a ticket on "memory:a": run mine has ended \(unclaimed\), /,
      ) as string,
    });
    expect(ticket.cancel()).toBe(false);
  }

  it('is gone for whoever comes too late, who is told why', async () => {
    const sessions = stage.open({ settleMs: SETTLE_MS });
    const { ticket } = await ask(sessions, { sessionFile: FILE, runId: 'mine' }, 'run');

    await vi.advanceTimersByTimeAsync(SETTLE_MS);

    await assertTooLate(ticket);
    expect(sessions.runs.size).toBe(0);
  });

  it('counts its time from its own grant', async () => {
    // Given tickets in a row, none of which is taken
    const sessions = stage.open({ settleMs: SETTLE_MS });
    const { ticket } = await ask(sessions, { sessionFile: FILE }, 'run');
    const behind = await askToWait(sessions, { sessionFile: FILE, runId: 'mine' });
    await vi.advanceTimersByTimeAsync(SETTLE_MS);

    // When the first one's time was up, and almost as long has passed again
    expect(ticket.state).toBe('ended');
    await vi.advanceTimersByTimeAsync(SETTLE_MS - 1);
    expect(behind.state).toBe('granted');
    await vi.advanceTimersByTimeAsync(1);

    await assertTooLate(behind);
  });

  it.each([
    ['acquire', (ticket: Ticket) => ticket.acquire()],
    ['acquire, long before its grant', undefined],
  ])('does not end where it is taken: %s', async (_, take) => {
    const sessions = stage.open({ settleMs: SETTLE_MS });
    const first = await sessions.acquire({ sessionFile: FILE });
    const ticket = await askToWait(sessions, { sessionFile: FILE });
    const early = take === undefined ? ticket.acquire() : undefined;
    await first.release();
    await vi.advanceTimersByTimeAsync(SETTLE_MS - 1);
    const run = await (early ?? take?.(ticket));

    await vi.advanceTimersByTimeAsync(10 * SETTLE_MS);

    expect([run?.phase, ticket.state]).toEqual(['active', 'claimed']);
    await run?.release();
  });

  it('[S3] gets the time again in which the process stood still', async () => {
    // Given a turn that could be taken for two seconds more
    const sessions = stage.open({ settleMs: SETTLE_MS });
    const { ticket } = await ask(sessions, { sessionFile: FILE, runId: 'mine' }, 'run');
    await vi.advanceTimersByTimeAsync(3_000);

    // When the process stands still for an hour
    standStill(3_600_000);
    await vi.advanceTimersByTimeAsync(2_000);

    // Then it may be taken for as long as it could at first, and no longer
    expect(ticket.state).toBe('granted');
    await vi.advanceTimersByTimeAsync(SETTLE_MS - 1);
    expect(ticket.state).toBe('granted');
    await vi.advanceTimersByTimeAsync(1);
    await assertTooLate(ticket);
  });

  it('stays for ever where nothing ever settles', async () => {
    const sessions = stage.open({ settleMs: Infinity });
    const { ticket } = await ask(sessions, { sessionFile: FILE }, 'run');

    await vi.advanceTimersByTimeAsync(800_000);

    expect(ticket.state).toBe('granted');
    await serve(ticket);
  });

  it('ends with the signal of its caller, at once', async () => {
    const sessions = stage.open({ settleMs: SETTLE_MS });
    const caller = new AbortController();
    const request = { sessionFile: FILE, signal: caller.signal, runId: 'mine' };
    const { ticket } = await ask(sessions, request, 'run');
    const behind = await askToWait(sessions, { sessionFile: FILE });

    caller.abort(new Error('pressed stop'));

    expect([ticket.state, behind.state]).toEqual(['ended', 'granted']);
    expect(sessions.inspect().counters.ends).toMatchObject({ aborted: 1, unclaimed: 0 });
    await expect(ticket.acquire()).rejects.toMatchObject({
      code: 'ERR_SESSION_RUN_INTERRUPTED',
      why: 'caller',
      cause: new Error('pressed stop'),
    });
    await serve(behind);
  });

  it('[I1] ends where it is interrupted, at once', async () => {
    const sessions = stage.open({ settleMs: SETTLE_MS });
    const { ticket } = await ask(sessions, { sessionFile: FILE, runId: 'mine' }, 'run');

    const outcome = await stateOf(sessions.interrupt({ sessionFile: FILE }));

    expect(outcome).toMatchObject({ value: { status: 'ended', run: { end: 'interrupted' } } });
    await expect(ticket.acquire()).rejects.toMatchObject({ why: 'user' });
  });

  it('keeps a file no longer than a stuck run where that is told to stop earlier', async () => {
    const sessions = stage.open({ settleMs: SETTLE_MS, stuckAfterMs: 1_000 });
    const { ticket } = await ask(sessions, { sessionFile: FILE }, 'run');

    await vi.advanceTimersByTimeAsync(1_000);
    await settled();

    expect(ticket.state).toBe('ended');
    expect(sessions.inspect().counters.ends.stuck).toBe(1);
  });
});
