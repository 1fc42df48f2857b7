import { appendFileSync } from 'node:fs';
import { describe, expect, it, vi } from 'vitest';
import { standStill } from '../../ownership/support/steps.js';
import { until } from '../../runs/support/sessions.js';
import { useFakeTime } from '../../support/fake-time.js';
import { useDesk } from './support/desk.js';
import { errorOf, hold, holdGuest, holdSection, stateNow } from './support/hold.js';
import { revokeEarly } from './support/revoke.js';

const REVOKED = { code: 'ERR_SESSION_RUN_REVOKED' };

describe('revoking a run inside a section', () => {
  const desk = useDesk();
  useFakeTime();

  it('[T5][S5] closes the gate to new sections at once, also inside the open one', async () => {
    // Given a run in a section, told to stop, and its turn taken with time to settle left
    const run = await desk.open().acquire({ sessionFile: desk.file() });
    const section = await holdSection(run);
    revokeEarly(run);

    // When it asks for more, outside and inside
    const outside = await errorOf(run.transcript.append('late'));
    const inside = await errorOf(section.within(() => run.transcript.append('late')));

    // Then both are refused
    expect([outside, inside]).toMatchObject([REVOKED, REVOKED]);
    await section.leave();
    expect(desk.records()).toEqual([]);
  });

  it('[T5] refuses what waits at the gate at once', async () => {
    const run = await desk.open().acquire({ sessionFile: desk.file() });
    const section = await holdSection(run);
    const waiting = run.transcript.append('late');

    revokeEarly(run);

    await expect(waiting).rejects.toMatchObject(REVOKED);
    await section.leave();
    expect(desk.records()).toEqual([]);
  });

  it('[O8] waits for the open section, then passes the file on', async () => {
    // Given a run that is revoked inside a section, and one that waits
    const sessions = desk.open();
    const run = await sessions.acquire({ sessionFile: desk.file(), runId: 'first' });
    const section = await holdSection(run);
    const next = sessions.acquire({ sessionFile: desk.file(), runId: 'second' });
    await until(() => run.waiting === 1);
    revokeEarly(run);
    expect(await stateNow(next)).toBe('pending');

    // When the section writes, and ends by itself
    appendFileSync(section.inside, '"whole"\n');
    await section.leave();

    // Then the next run starts behind a whole write, which is no stranger's
    const owner = await next;
    expect(run.end).toBe('revoked');
    await owner.transcript.append('next');
    expect(owner.signal.aborted).toBe(false);
    expect(desk.records()).toEqual(['whole', 'next']);
    await owner.release();
  });

  it('[O5][T5] waits no longer than the rest of the time to settle', async () => {
    // Given a section that does not end
    const sessions = desk.open({ settleMs: 1_000 });
    const run = await sessions.acquire({ sessionFile: desk.file() });
    const section = await holdSection(run);
    const next = sessions.acquire({ sessionFile: desk.file() });
    await until(() => run.waiting === 1);
    revokeEarly(run);

    // When its time is over
    await vi.advanceTimersByTimeAsync(999);
    expect(run.end).toBeUndefined();
    await vi.advanceTimersByTimeAsync(1);

    // Then the file passes on all the same
    const owner = await next;
    expect(run.end).toBe('revoked');
    await section.leave();
    await owner.release();
  });

  it('[F7] what the section of a revoked run writes late is told to its successor', async () => {
    // Given code with the path whose turn was taken, for one that waited
    const sessions = desk.open({ settleMs: 0 });
    const run = await sessions.acquire({ sessionFile: desk.file() });
    const section = await holdSection(run);
    const next = sessions.acquire({ sessionFile: desk.file() });
    await until(() => run.waiting === 1);
    revokeEarly(run);
    const owner = await next;

    // When it writes all the same
    appendFileSync(section.inside, '"late"\n');

    // Then the successor learns who it was, at its first gate
    const error = await errorOf(owner.transcript.append('mine'));
    expect(error).toMatchObject({ code: 'ERR_SESSION_TAKEOVER', by: 'revoked-run' });
    expect(desk.records()).toEqual(['late']);
    await section.leave();
    await owner.release();
  });

  it('[T5] a guest that is inside is not touched, and the successor waits for it', async () => {
    // Given a guest inside, while the owner is revoked
    const sessions = desk.open({ settleMs: 1_000 });
    const run = await sessions.acquire({ sessionFile: desk.file() });
    await run.transcript.append('first');
    const guest = await holdGuest(sessions, desk.file());
    revokeEarly(run);
    const owner = await sessions.acquire({ sessionFile: desk.file() });

    // When the successor writes
    const own = owner.transcript.append('second');
    await guest.inside.append('guest');
    await guest.leave();
    await own;

    // Then the guest's write counts as a guest's of the successor
    expect(desk.records()).toEqual(['first', 'guest', 'second']);
    expect(owner.transcript.takeGuestWrites()).toEqual([{ offsetBytes: 8, lengthBytes: 8 }]);
    await owner.release();
  });

  it('[X1] close() gives an open section what is left of the time to settle', async () => {
    // Given a run in a section whose time to settle was lengthened, as the process stood still
    const sessions = desk.open({ settleMs: 1_000 });
    const run = await sessions.acquire({ sessionFile: desk.file() });
    const section = await holdSection(run);
    const closing = sessions.close({ waitMs: 0 });
    await vi.advanceTimersByTimeAsync(0);
    expect(run.signal.aborted).toBe(true);
    standStill(5_000);
    await vi.advanceTimersByTimeAsync(1_000);
    expect(run.end).toBeUndefined();

    // When the section ends within the rest
    await section.leave();
    await vi.advanceTimersByTimeAsync(1_000);

    // Then the report tells what became of the run
    const { revoked, ended } = await closing;
    expect(revoked.map(({ runId }) => runId)).toEqual([run.runId]);
    expect(ended).toEqual([]);
  });

  it('[T5] rejects run() when the turn is taken, not when the section ends', async () => {
    // Given a task that hangs inside a section
    const sessions = desk.open({ settleMs: 1_000 });
    const stop = new AbortController();
    const task = await hold<string>((code) =>
      sessions.run({ sessionFile: desk.file(), signal: stop.signal }, (run) =>
        run.transcript.write(code),
      ),
    );

    // When its caller gives up
    stop.abort('enough');
    expect(await stateNow(task.outcome)).toBe('pending');
    await vi.advanceTimersByTimeAsync(1_000);

    // Then the caller is told once the time is over, and the task drains
    const error = await errorOf(task.outcome);
    expect(error).toMatchObject({ code: 'ERR_SESSION_RUN_INTERRUPTED', why: 'caller' });
    expect(sessions.inspect().draining).toHaveLength(1);
    await task.leave().catch(() => {});
    await until(() => sessions.inspect().draining.length === 0);
  });
});
