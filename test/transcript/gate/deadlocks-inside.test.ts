import { describe, expect, it } from 'vitest';
import { until } from '../../runs/support/sessions.js';
import { useDesk } from './support/desk.js';
import {
  chainOf,
  errorOf,
  guestsAt,
  holdGuest,
  holdSection,
  sectionsOf,
  stateSoon,
} from './support/hold.js';
import { askedInside, endPair, openPair } from './support/pair.js';

describe('circles over sections inside each other', () => {
  const desk = useDesk();

  it('[D4][D5] a guest for B waits inside a guest section of C that was asked inside A', async () => {
    // Given a section of A, in it a guest section of C, in it a guest that waits for B
    const sessions = desk.open();
    const pair = await openPair(sessions, desk.file);
    const c = await sessions.acquire({ sessionFile: desk.file('c'), runId: 'on-c' });
    const inC = await pair.inA.within(() => holdGuest(sessions, desk.file('c')));
    const guest = inC.within(() => sessions.write(desk.file('b'), (t) => t.append('guest')));
    await until(() => guestsAt(pair.b) === 1);

    // When the section of B asks for A
    const wait = pair.inB.within(() => sessions.write(desk.file('a'), (t) => t.append('never')));
    const state = await stateSoon(wait);
    await pair.inB.leave();
    await guest;
    await inC.leave();
    await endPair(pair);
    await c.release();

    // Then the chain is found through both sections
    expect(state).toBe('failed');
    await expect(wait).rejects.toMatchObject({ code: 'ERR_SESSION_DEADLOCK' });
  });

  it('[D4][D5] a guest for C waits inside a section of B that was opened inside A', async () => {
    // Given code that owns A and B, and waits for C inside sections of both
    const sessions = desk.open();
    const a = await sessions.acquire({ sessionFile: desk.file('a'), runId: 'on-a' });
    const b = await sessions.acquire({ sessionFile: desk.file('b'), runId: 'on-b' });
    const c = await sessions.acquire({ sessionFile: desk.file('c'), runId: 'on-c' });
    const inA = await holdSection(a);
    const inB = await inA.within(() => holdSection(b));
    const inC = await holdSection(c);
    const guest = inB.within(() => sessions.write(desk.file('c'), (t) => t.append('guest')));
    await until(() => guestsAt(c) === 1);

    // When the section of C asks for A
    const wait = inC.within(() => sessions.write(desk.file('a'), (t) => t.append('never')));
    const state = await stateSoon(wait);
    await inC.leave();
    await guest;
    await inB.leave();
    await inA.leave();
    await Promise.all([a.release(), b.release(), c.release()]);

    // Then it is refused
    expect(state).toBe('failed');
    await expect(wait).rejects.toMatchObject({ code: 'ERR_SESSION_DEADLOCK' });
  });

  it('[D4][D5] a section of B waits inside A, and the open one of B asks for A', async () => {
    // Given code inside A that waits for a section of B, which it owns, too
    const sessions = desk.open();
    const pair = await openPair(sessions, desk.file);
    const own = pair.inA.within(() => pair.b.transcript.append('own'));
    await until(() => sectionsOf(pair.b) === 2);

    // When the section of B that is open asks for A
    const wait = pair.inB.within(() => sessions.write(desk.file('a'), (t) => t.append('never')));
    const state = await stateSoon(wait);
    await pair.inB.leave();
    await own;
    await endPair(pair);

    // Then it is refused
    expect(state).toBe('failed');
    await expect(wait).rejects.toMatchObject({ code: 'ERR_SESSION_DEADLOCK' });
  });

  it('[D4][D5] a guest for A waits inside B, and code inside A asks for a section of B', async () => {
    // Given the same waits in the other order
    const sessions = desk.open();
    const pair = await openPair(sessions, desk.file);
    const [first] = await askedInside(sessions, pair.inB, pair.a);

    // When code inside A asks for a section of B
    const error = await errorOf(pair.inA.within(() => pair.b.transcript.append('never')));

    // Then it is refused
    expect(chainOf(error)).toEqual(['on-b', expect.any(String), 'on-a']);
    await pair.inA.leave();
    await first;
    await endPair(pair);
  });

  it('[D4][D5] a run inside A waits for a section of A, which asks for the file of that run', async () => {
    // Given a section of A, and a run on B inside the turn of A that waits for its end
    const sessions = desk.open();
    const a = await sessions.acquire({ sessionFile: desk.file('a'), runId: 'on-a' });
    const inA = await holdSection(a);
    const b = await sessions.acquire({ sessionFile: desk.file('b'), runId: 'on-b', parent: a });
    const own = b.within(() => a.transcript.append('own'));
    await until(() => sectionsOf(a) === 2);

    // When the section asks for B
    const wait = inA.within(() => sessions.run({ sessionFile: desk.file('b') }, () => 'never'));
    const state = await stateSoon(wait);
    await inA.leave();
    await own;
    await b.release();
    await a.release();

    // Then it is refused
    expect(state).toBe('failed');
    await expect(wait).rejects.toMatchObject({ code: 'ERR_SESSION_DEADLOCK' });
  });

  it('[D4][D5] the same in the other order', async () => {
    const sessions = desk.open();
    const a = await sessions.acquire({ sessionFile: desk.file('a'), runId: 'on-a' });
    const inA = await holdSection(a);
    const b = await sessions.acquire({ sessionFile: desk.file('b'), runId: 'on-b', parent: a });
    const turn = inA.within(() => sessions.run({ sessionFile: desk.file('b') }, () => 'got b'));
    await until(() => b.waiting === 1);

    const wait = b.within(() => a.transcript.append('never'));
    const state = await stateSoon(wait);
    await b.release();
    expect(await turn).toBe('got b');
    await inA.leave();
    await wait.catch(() => {});
    await a.release();

    expect(state).toBe('failed');
    await expect(wait).rejects.toMatchObject({ code: 'ERR_SESSION_DEADLOCK' });
  });

  it('[D4][D5] a guest of a run is inside A, and waits for a file whose owner waits for that run', async () => {
    // Given a guest inside A, sent by the owner of B, that waits for C
    const sessions = desk.open();
    const a = await sessions.acquire({ sessionFile: desk.file('a'), runId: 'on-a' });
    const b = await sessions.acquire({ sessionFile: desk.file('b'), runId: 'on-b' });
    const c = await sessions.acquire({ sessionFile: desk.file('c'), runId: 'on-c' });
    const inA = await b.within(() => holdGuest(sessions, desk.file('a')));
    const inC = await holdSection(c);
    const guest = inA.within(() => sessions.write(desk.file('c'), (t) => t.append('guest')));
    await until(() => guestsAt(c) === 1);

    // When the section of C asks for a turn on B
    const wait = inC.within(() => sessions.run({ sessionFile: desk.file('b') }, () => 'never'));
    const state = await stateSoon(wait);
    await inC.leave();
    await guest;
    await inA.leave();
    await Promise.all([a.release(), b.release(), c.release()]);

    // Then it is refused: the owner of B may be waiting for what its guest does
    expect(state).toBe('failed');
    await expect(wait).rejects.toMatchObject({ code: 'ERR_SESSION_DEADLOCK' });
  });

  it('[D4] a turn on A asked inside a guest section of A', async () => {
    // Given a guest inside A that no run has sent
    const sessions = desk.open();
    const a = await sessions.acquire({ sessionFile: desk.file('a'), runId: 'on-a' });
    const guest = await holdGuest(sessions, desk.file('a'));

    // When it asks for the turn, for which the owner would have to end first
    const wait = guest.within(() => sessions.run({ sessionFile: desk.file('a') }, () => 'never'));
    const state = await stateSoon(wait);
    await guest.leave();
    await a.release();

    // Then it is refused: the owner may need the gate to come to its end
    expect(state).toBe('failed');
    await expect(wait).rejects.toMatchObject({ code: 'ERR_SESSION_DEADLOCK' });
  });
});
