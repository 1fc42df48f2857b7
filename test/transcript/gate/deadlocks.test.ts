import { describe, expect, it } from 'vitest';
import { until } from '../../runs/support/sessions.js';
import { useDesk } from './support/desk.js';
import { chainOf, errorOf, guestsAt, holdSection } from './support/hold.js';
import { askedInside, endPair, openPair } from './support/pair.js';

describe('circles over gates', () => {
  const desk = useDesk();

  it('[D4][D5] a guest from inside A for B, and one from inside B for A', async () => {
    // Given a guest that waits for the gate of B, asked inside a section of A
    const sessions = desk.open();
    const pair = await openPair(sessions, desk.file);
    const [first] = await askedInside(sessions, pair.inA, pair.b);

    // When code inside the section of B asks for A
    const error = await errorOf(
      pair.inB.within(() => sessions.write(desk.file('a'), (t) => t.append('never'))),
    );

    // Then it is told the chain, and the first goes on
    expect(chainOf(error)).toMatchObject(['on-a', expect.any(String), 'on-b']);
    await pair.inB.leave();
    await first;
    expect(desk.records('b')).toEqual(['guest']);
    await endPair(pair);
  });

  it('[D4][D5] the same, where the second asks for a turn on A', async () => {
    const sessions = desk.open();
    const pair = await openPair(sessions, desk.file);
    const [first] = await askedInside(sessions, pair.inA, pair.b);

    const error = await errorOf(
      pair.inB.within(() => sessions.run({ sessionFile: desk.file('a') }, () => 'never')),
    );

    expect(chainOf(error)).toEqual(['on-a', expect.any(String), 'on-b']);
    await pair.inB.leave();
    await first;
    await endPair(pair);
  });

  it('[D4][D5] a turn on B asked inside A, and a guest for A from inside B', async () => {
    // Given a run that waits for B, asked inside a section of A
    const sessions = desk.open();
    const pair = await openPair(sessions, desk.file);
    const turn = pair.inA.within(() =>
      sessions.run({ sessionFile: desk.file('b'), runId: 'a-to-b' }, () => 'got b'),
    );
    await until(() => pair.b.waiting === 1);

    // When the section of B asks for A
    const error = await errorOf(
      pair.inB.within(() => sessions.write(desk.file('a'), (t) => t.append('never'))),
    );

    // Then the chain leads over the turn
    expect(chainOf(error)).toEqual(['on-a', 'a-to-b', 'on-b']);
    await pair.inB.leave();
    await pair.b.release();
    expect(await turn).toBe('got b');
    await endPair(pair);
  });

  it('[D4][D5] a turn on B asked inside A, and a guest for A from the turn of B', async () => {
    // Given an owner of B that is in no section
    const sessions = desk.open();
    const a = await sessions.acquire({ sessionFile: desk.file('a'), runId: 'on-a' });
    const b = await sessions.acquire({ sessionFile: desk.file('b'), runId: 'on-b' });
    const inA = await holdSection(a);
    const turn = inA.within(() => sessions.run({ sessionFile: desk.file('b') }, () => 'got b'));
    await until(() => b.waiting === 1);

    // When its code asks for A as a guest
    const error = await errorOf(
      b.within(() => sessions.write(desk.file('a'), (t) => t.append('never'))),
    );

    // Then the wait for its turn counts as one for its end
    expect(chainOf(error)).toEqual(['on-a', expect.any(String), 'on-b']);
    await b.release();
    expect(await turn).toBe('got b');
    await inA.leave();
    await a.release();
  });

  it('[D4][D5] a guest for A from the turn of B, and a turn on B asked inside A', async () => {
    const sessions = desk.open();
    const a = await sessions.acquire({ sessionFile: desk.file('a'), runId: 'on-a' });
    const b = await sessions.acquire({ sessionFile: desk.file('b'), runId: 'on-b' });
    const inA = await holdSection(a);
    const guest = b.within(() => sessions.write(desk.file('a'), (t) => t.append('guest')));
    await until(() => guestsAt(a) === 1);

    const error = await errorOf(
      inA.within(() => sessions.run({ sessionFile: desk.file('b') }, () => 'never')),
    );

    expect(chainOf(error)).toEqual(['on-b', expect.any(String), 'on-a']);
    await inA.leave();
    await guest;
    await Promise.all([a.release(), b.release()]);
  });
});
