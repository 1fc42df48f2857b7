import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { useDesk } from './support/desk.js';
import { errorOf, holdGuest } from './support/hold.js';

describe('what the owner learns of guests', () => {
  const desk = useDesk();

  it('[F1] where each of them wrote, how much, and under which label; once', async () => {
    // Given writes of two guests around one of the owner
    const sessions = desk.open();
    const run = await sessions.acquire({ sessionFile: desk.seed('{"n":0}\n') });
    await sessions.write(desk.file(), (t) => t.append({ n: 1 }), { label: 'mirror' });
    await run.transcript.append({ n: 2 });
    await sessions.write(desk.file(), (t) => t.appendLines('{"n":3}', '{"n":4}'));

    // When the owner asks
    const writes = run.transcript.takeGuestWrites();

    // Then each range holds what that guest wrote
    expect(writes).toEqual([
      { label: 'mirror', offsetBytes: 8, lengthBytes: 8 },
      { offsetBytes: 24, lengthBytes: 16 },
    ]);
    expect(readFileSync(desk.file(), 'utf8').slice(24, 40)).toBe('{"n":3}\n{"n":4}\n');
    expect(run.transcript.takeGuestWrites()).toEqual([]);
    expect(run.transcript.writes).toMatchObject({ count: 1, bytes: 8 });
    await run.release();
  });

  it('writes of one label that follow each other are one range, others are not', async () => {
    const sessions = desk.open();
    const run = await sessions.acquire({ sessionFile: desk.file() });
    await sessions.write(
      desk.file(),
      async (transcript) => {
        await transcript.append(1);
        await transcript.append(2);
      },
      { label: 'a' },
    );
    await sessions.write(desk.file(), (t) => t.append(3), { label: 'a' });
    await sessions.write(desk.file(), (t) => t.append(4), { label: 'b' });

    expect(run.transcript.takeGuestWrites()).toEqual([
      { label: 'a', offsetBytes: 0, lengthBytes: 6 },
      { label: 'b', offsetBytes: 6, lengthBytes: 2 },
    ]);
    await run.release();
  });

  it('[L10] the newline that a guest puts behind an open line counts as its own', async () => {
    const sessions = desk.open();
    const run = await sessions.acquire({ sessionFile: desk.seed('{"n":0}') });

    await sessions.write(desk.file(), (t) => t.append(1));

    expect(run.transcript.takeGuestWrites()).toEqual([{ offsetBytes: 7, lengthBytes: 3 }]);
    expect(readFileSync(desk.file(), 'utf8')).toBe('{"n":0}\n1\n');
    await run.release();
  });

  it('offsets count bytes, not characters', async () => {
    const sessions = desk.open();
    const run = await sessions.acquire({ sessionFile: desk.seed('"é"\n') });

    await sessions.write(desk.file(), (t) => t.append('会話'));

    expect(run.transcript.takeGuestWrites()).toEqual([{ offsetBytes: 5, lengthBytes: 9 }]);
    await run.release();
  });

  it('an empty write is none', async () => {
    const sessions = desk.open();
    const run = await sessions.acquire({ sessionFile: desk.file() });

    await sessions.write(desk.file(), (transcript) => transcript.append());
    await sessions.write(desk.file(), () => {});

    expect(run.transcript.takeGuestWrites()).toEqual([]);
    expect(desk.records()).toEqual([]);
    await run.release();
  });

  it('a turn of its own is no guest write of anybody', async () => {
    const sessions = desk.open();
    await sessions.write(desk.file(), (t) => t.append('guest'));

    const run = await sessions.acquire({ sessionFile: desk.file() });

    expect(run.transcript.takeGuestWrites()).toEqual([]);
    expect(run.transcript.startBytes).toBe(8);
    await run.release();
  });

  it('[F1] a guest before the first use of the transcript is no stranger, and is told', async () => {
    const sessions = desk.open();
    const run = await sessions.acquire({ sessionFile: desk.file() });

    await sessions.write(desk.file(), (t) => t.append('guest'));
    await run.transcript.append('own');

    expect(run.signal.aborted).toBe(false);
    expect(run.transcript.takeGuestWrites()).toEqual([{ offsetBytes: 0, lengthBytes: 8 }]);
    await run.release();
  });

  it.each([
    ['a record without JSON', [undefined], TypeError],
    ['a function', [() => {}], TypeError],
    ['a big integer', [1n], TypeError],
  ])('%s fails the guest, and touches nothing', async (_, records, type) => {
    const sessions = desk.open();
    const run = await sessions.acquire({ sessionFile: desk.seed('1\n') });

    const error = await errorOf(sessions.write(desk.file(), (t) => t.append(...records)));

    expect(error).toBeInstanceOf(type);
    expect(desk.records()).toEqual([1]);
    expect(run.transcript.takeGuestWrites()).toEqual([]);
    await run.release();
  });

  it('[L10] a guest on a torn file is refused like anybody, and the owner goes on', async () => {
    const sessions = desk.open();
    const run = await sessions.acquire({ sessionFile: desk.seed('{"n":0}\n{"n":') });

    const error = await errorOf(sessions.write(desk.file(), (t) => t.append(1)));

    expect(error).toMatchObject({ code: 'ERR_SESSION_TORN_TAIL', offsetBytes: 8, lengthBytes: 5 });
    expect(run.signal.aborted).toBe(false);
    await run.transcript.dropTornTail();
    await run.transcript.append(1);
    expect(desk.records()).toEqual([{ n: 0 }, 1]);
    await run.release();
  });

  it('[F1] an error of one call is not the end of its section', async () => {
    const sessions = desk.open();
    const run = await sessions.acquire({ sessionFile: desk.file() });
    const guest = await holdGuest(sessions, desk.file());

    await expect(guest.inside.appendLines('two\nlines')).rejects.toBeInstanceOf(RangeError);
    await guest.inside.append('next');
    await guest.leave();

    expect(desk.records()).toEqual(['next']);
    await run.release();
  });

  it('has no path and no handle', async () => {
    const sessions = desk.open();

    const names = await sessions.write(desk.file(), (transcript) => [
      ...Object.keys(transcript),
      ...Object.getOwnPropertyNames(Object.getPrototypeOf(transcript)),
    ]);

    expect(names.filter((name) => !['constructor', 'close', 'end'].includes(name))).toEqual([
      'append',
      'appendLines',
    ]);
  });
});
