import { describe, expect, it } from 'vitest';
import { until } from '../../runs/support/sessions.js';
import { useDesk } from './support/desk.js';
import { guestsAt, hold, holdGuest, holdSection, sectionsOf, waitAsGuest } from './support/hold.js';

describe('the order of sections', () => {
  const desk = useDesk();

  it('sections of the owner are let in one at a time, in the order of their calls', async () => {
    // Given an open section, and two that wait
    const run = await desk.open().acquire({ sessionFile: desk.file() });
    const open = await holdSection(run);
    const second = run.transcript.append({ n: 2 });
    const third = run.transcript.append({ n: 3 });
    expect(desk.records()).toEqual([]);

    // When the open one writes and ends
    await open.within(() => run.transcript.append({ n: 1 }));
    await open.leave();

    // Then they follow
    await Promise.all([second, third]);
    expect(desk.records()).toEqual([{ n: 1 }, { n: 2 }, { n: 3 }]);
    await run.release();
  });

  it('[F1] lets the owner in before guests that came earlier', async () => {
    // Given a section of the owner that is open, and a guest that waits for its end
    const sessions = desk.open();
    const run = await sessions.acquire({ sessionFile: desk.file() });
    const open = await holdSection(run);
    const guest = await waitAsGuest(sessions, run, { record: 'guest' });

    // When the owner asks for another section
    const own = run.transcript.append('own');
    await open.leave();

    // Then that one comes first
    await Promise.all([guest.outcome, own]);
    expect(desk.records()).toEqual(['own', 'guest']);
    await run.release();
  });

  it('[F1] lets guests in by the order of their arrival, whatever their kinds', async () => {
    const sessions = desk.open();
    const run = await sessions.acquire({ sessionFile: desk.file() });
    const open = await holdSection(run);
    const late = await waitAsGuest(sessions, run, { kind: 'heartbeat', record: 1 });
    const urgent = await waitAsGuest(sessions, run, { kind: 'person', record: 2 });

    await open.leave();

    await Promise.all([late.outcome, urgent.outcome]);
    expect(desk.records()).toEqual([1, 2]);
    await run.release();
  });

  it('[F1] the owner waits for the end of a guest section, and no longer', async () => {
    // Given two guests, of which one is inside
    const sessions = desk.open();
    const run = await sessions.acquire({ sessionFile: desk.file() });
    const inside = await holdGuest(sessions, desk.file());
    const next = await waitAsGuest(sessions, run, { record: 'next guest' });

    // When the owner writes meanwhile
    const own = run.transcript.append('own');
    await until(() => sectionsOf(run) === 1);
    await inside.inside.append('guest');
    await inside.leave();

    // Then it is let in before the other guest
    await Promise.all([own, next.outcome]);
    expect(desk.records()).toEqual(['guest', 'own', 'next guest']);
    await run.release();
  });

  it('a section that fails lets the next one in', async () => {
    const sessions = desk.open();
    const run = await sessions.acquire({ sessionFile: desk.file() });
    const failing = await hold<string>((code) =>
      run.transcript.write(async (path) => {
        await code(path);
        throw new Error('section');
      }),
    );
    const own = run.transcript.append('own');
    const guest = await waitAsGuest(sessions, run, { record: 'guest' });

    const outcome = failing.leave();

    await expect(outcome).rejects.toThrow('section');
    await Promise.all([own, guest.outcome]);
    expect(desk.records()).toEqual(['own', 'guest']);
    await run.release();
  });

  it('[O7] nobody holds the gate between two sections of the owner', async () => {
    const sessions = desk.open();
    const run = await sessions.acquire({ sessionFile: desk.file() });
    await run.transcript.append(1);

    await sessions.write(desk.file(), (transcript) => transcript.append(2), { waitMs: 0 });

    await run.transcript.append(3);
    expect(desk.records()).toEqual([1, 2, 3]);
    await run.release();
  });

  it('[O7] nobody holds the gate while a prompt window is open', async () => {
    // Given an owner that prompts
    const sessions = desk.open();
    const run = await sessions.acquire({ sessionFile: desk.file() });
    const window = await hold<AbortSignal>((code) => run.prompt(code));

    // When guests and the owner write meanwhile
    await sessions.write(desk.file(), (transcript) => transcript.append('guest'), { waitMs: 0 });
    await run.transcript.append('tool');

    // Then nobody waits for the end of the window, and it ends as it would have
    expect(desk.records()).toEqual(['guest', 'tool']);
    expect(run.phase).toBe('prompting');
    await window.leave();
    await run.release();
  });

  it.each([
    ['a prompt', (run: Parameters<typeof holdSection>[0]) => run.prompt(() => 'done')],
    ['an append', (run: Parameters<typeof holdSection>[0]) => run.transcript.append('x')],
    ['a read', (run: Parameters<typeof holdSection>[0]) => run.transcript.read()],
    ['a rewrite', (run: Parameters<typeof holdSection>[0]) => run.transcript.rewrite(() => 'x')],
  ])('[O7] %s leaves no section open', async (_, use) => {
    const sessions = desk.open();
    const run = await sessions.acquire({ sessionFile: desk.file() });

    await use(run);

    expect(sectionsOf(run)).toBe(0);
    expect(guestsAt(run)).toBe(0);
    await run.release();
  });
});
