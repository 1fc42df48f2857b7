import { describe, expect, it, vi } from 'vitest';
import {
  InvalidSessionFileError,
  resolveSessionFileSync,
  type RunTarget,
} from '../../src/index.js';
import { startHeedless } from '../ownership/support/steps.js';
import { useFaultyFs } from '../ownership/support/faulty-fs.js';
import { useFakeTime } from '../support/fake-time.js';
import { useDesk } from '../transcript/gate/support/desk.js';
import { holdGuest, holdSection, waitAsGuest } from '../transcript/gate/support/hold.js';
import { ask, brief, errorOf, startHeeding, stepped } from './support/runs.js';

describe('an interrupt never waits', () => {
  useFakeTime();
  const desk = useDesk();
  const fs = useFaultyFs();

  it('[I2] for the gate, where a guest has it', async () => {
    // Given an owner that heeds its signal, and a guest that writes for long
    const sessions = desk.open();
    const sessionFile = desk.seed('');
    await startHeeding(sessions, { sessionFile, runId: 'owner' });
    const guest = await holdGuest(sessions, sessionFile);
    // When the owner is interrupted
    const told = await sessions.interrupt({ sessionFile });
    // Then it has ended while the guest still writes
    expect(brief(told)).toBe('ended owner');
    expect(told.waitedMs).toBe(0);
    await guest.leave();
  });

  it('[I2] for guests, and does not mean them', async () => {
    // Given an owner in a section of its own, and a guest that waits for it
    const sessions = desk.open({ settleMs: 100 });
    const run = await sessions.acquire({ sessionFile: desk.seed(''), runId: 'owner' });
    const section = await holdSection(run);
    const guest = await waitAsGuest(sessions, run);
    // When the file is interrupted
    const told = sessions.interrupt({ sessionFile: desk.file() });
    await vi.advanceTimersByTimeAsync(100);
    // Then the owner has lost its turn, and the guest writes
    expect(brief(await told)).toBe('revoked owner');
    await guest.outcome;
    expect(desk.records()).toEqual([{ guest: true }]);
    await section.leave();
  });

  it('for a guest that writes where nobody owns the file, longer than its time', async () => {
    // Given a guest with a short turn of its own, in which it hangs
    const sessions = desk.open({ settleMs: 100 });
    const sessionFile = desk.seed('');
    const guest = await holdGuest(sessions, sessionFile);
    const next = ask(sessions, { sessionFile });
    // When the file is interrupted
    const told = sessions.interrupt({ sessionFile });
    await vi.advanceTimersByTimeAsync(100);
    // Then its turn is taken like any other, and its writer is told
    expect((await told).status).toBe('revoked');
    expect(await errorOf(guest.outcome, Error)).toMatchObject({ why: 'user' });
    await (await next).release();
    await guest.leave().catch(() => {});
  });

  it('[I2] for a run in its section, other than for its end', async () => {
    const sessions = desk.open({ settleMs: 100 });
    const run = await sessions.acquire({ sessionFile: desk.seed(''), runId: 'owner' });
    const section = await holdSection(run);
    const told = sessions.interrupt({ runId: 'owner' });
    expect(run.signal.aborted).toBe(true);
    await section.leave();
    await run.release();
    expect((await told).waitedMs).toBe(0);
  });

  it.each<[string, (file: string) => RunTarget]>([
    ['its run id', () => ({ runId: 'deaf' })],
    ['its session key', () => ({ sessionKey: 'chat' })],
    ['its file, resolved before', (file) => ({ sessionFile: resolveSessionFileSync(file) })],
  ])('[I2] for a file that does not answer any more, by %s', async (_, target) => {
    // Given an owner of a file whose folder has gone
    const sessions = desk.open({ settleMs: 0 });
    const sessionFile = desk.seed('');
    const known = target(sessionFile);
    const names = { runId: 'deaf', sessionKey: 'chat' };
    const deaf = await startHeedless(sessions, { sessionFile, ...names });
    fs.failRealpath(sessionFile, 'EACCES');
    // When it is interrupted, then it loses its turn like any other
    expect(brief(await stepped(sessions.interrupt(known)))).toBe('revoked deaf');
    deaf.end.open(0);
    await deaf.outcome.catch(() => {});
  });

  it('and tells a caller that only has the path that this leads nowhere now', async () => {
    // Given an owner of a file whose folder cannot be reached
    const sessions = desk.open();
    const sessionFile = desk.seed('');
    const run = await sessions.acquire({ sessionFile });
    fs.failRealpath(sessionFile, 'EACCES');
    // When it is interrupted by its path
    const error = await errorOf(sessions.interrupt({ sessionFile }), InvalidSessionFileError);
    // Then the caller knows why nothing was done
    expect(error).toMatchObject({ reason: 'unreachable', code: 'ERR_SESSION_FILE_INVALID' });
    expect(run.signal.aborted).toBe(false);
    fs.heal();
    await run.release();
  });
});
