import { describe, expect, it, vi } from 'vitest';
import { useDesk } from './support/desk.js';
import { errorOf, holdGuest, waitAsGuest } from './support/hold.js';

describe('options of write()', () => {
  const desk = useDesk();

  it.each([
    [TypeError, { label: 1 }],
    [RangeError, { label: '' }],
    [RangeError, { kind: 'guest' }],
    [TypeError, { signal: {} }],
    [TypeError, { waitMs: '1' }],
    [RangeError, { waitMs: -1 }],
    [RangeError, { waitMs: NaN }],
    [TypeError, { parent: {} }],
    [TypeError, null],
    [TypeError, 'label'],
  ])('throws a %o for %j, before anything is counted', async (type, options) => {
    const sessions = desk.open();
    const section = vi.fn();

    const error = await errorOf(sessions.write(desk.file(), section, options as never));

    expect(error).toBeInstanceOf(type);
    expect(section).not.toHaveBeenCalled();
    expect(sessions.inspect().counters.requests).toBe(0);
  });

  it.each([[undefined], [null], ['text'], [{}]])('%j is no section', async (section) => {
    const sessions = desk.open();

    const error = await errorOf(sessions.write(desk.file(), section as never));

    expect(error).toBeInstanceOf(TypeError);
    expect(sessions.inspect().counters.requests).toBe(0);
  });

  it.each(['memory:x', 'sqlite:y'])(
    'refuses %s: a marker names nothing to write to',
    async (file) => {
      const sessions = desk.open();
      const section = vi.fn();

      const error = await errorOf(sessions.write(file, section));

      expect(error).toMatchObject({ code: 'ERR_SESSION_FILE_INVALID', reason: 'marker' });
      expect(section).not.toHaveBeenCalled();
    },
  );

  it('refuses a folder, and counts it', async () => {
    const sessions = desk.open();

    const error = await errorOf(sessions.write(desk.file('.'), () => {}));

    expect(error).toMatchObject({ code: 'ERR_SESSION_FILE_INVALID', reason: 'directory' });
    expect(sessions.inspect().counters).toMatchObject({ requests: 1, refused: 1 });
  });

  it('[F3] parent stands for a context that is lost: the guest section is part of that run', async () => {
    // Given a run, and code outside of its context
    const sessions = desk.open();
    const run = await sessions.acquire({ sessionFile: desk.file('a'), runId: 'parent' });

    // When that writes to another file for it, and asks there for the file of the run
    const error = await errorOf(
      sessions.write(
        desk.file('b'),
        () => sessions.run({ sessionFile: desk.file('a') }, () => 'never'),
        { parent: run },
      ),
    );

    // Then the request is known to come from inside that run
    expect(error).toMatchObject({
      code: 'ERR_SESSION_DEADLOCK',
      chain: [{ run: { runId: 'parent' } }],
    });
    await run.release();
  });

  it('[F3] parent on the own file does not make a guest outside wait for nothing', async () => {
    const sessions = desk.open();
    const run = await sessions.acquire({ sessionFile: desk.file() });

    await sessions.write(desk.file(), (t) => t.append('guest'), { parent: run });

    expect(desk.records()).toEqual(['guest']);
    await run.release();
  });

  it('the names of a guest are told by the label, whichever way it was let in', async () => {
    const sessions = desk.open();
    const run = await sessions.acquire({ sessionFile: desk.file() });

    await sessions.write(desk.file(), (t) => t.append(1), { label: 'ui' });
    await sessions.write(desk.file(), (t) => t.append(2), { label: 'mirror' });

    expect(run.transcript.takeGuestWrites().map(({ label }) => label)).toEqual(['ui', 'mirror']);
    await run.release();
  });

  it('[X1] a closed coordinator takes no guests', async () => {
    const sessions = desk.open();
    await sessions.close();

    const error = await errorOf(sessions.write(desk.file(), (t) => t.append(1)));

    expect(error).toMatchObject({ code: 'ERR_SESSION_CLOSED' });
    expect(desk.records()).toEqual([]);
  });

  it('[X1] close() cancels guests that wait, and lets the one inside end', async () => {
    // Given an owner with a guest inside, and one that waits
    const sessions = desk.open();
    const run = await sessions.acquire({ sessionFile: desk.file() });
    const inside = await holdGuest(sessions, desk.file());
    const waiting = await waitAsGuest(sessions, run, { record: 'never' });

    // When it is closed
    const closing = sessions.close({ waitMs: 0 });
    const error = await errorOf(waiting.outcome);
    await inside.inside.append('inside');
    await inside.leave();
    await run.release();
    const report = await closing;

    // Then the one that waited is told, and reported
    expect(error).toMatchObject({ code: 'ERR_SESSION_CLOSED', holder: { runId: run.runId } });
    expect(report.cancelledWaiters).toHaveLength(1);
    expect(desk.records()).toEqual(['inside']);
    expect(sessions.inspect().counters.cancelled).toBe(1);
  });
});
