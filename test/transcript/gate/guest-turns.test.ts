import { describe, expect, it } from 'vitest';
import { until } from '../../runs/support/sessions.js';
import { useDesk } from './support/desk.js';
import {
  errorOf,
  guestsAt,
  holdGuest,
  holdSection,
  sectionsOf,
  waitAsGuest,
} from './support/hold.js';
import { revokeEarly } from './support/revoke.js';

describe('guests where nobody owns the file', () => {
  const desk = useDesk();

  it('[F1] get a short turn of their own, listed and counted like any run', async () => {
    // Given a guest inside, of a file that nobody owns
    const sessions = desk.open();
    const guest = await holdGuest(sessions, desk.file());

    // When somebody looks
    const owner = sessions.runs.bySessionFile(desk.file());

    // Then it is the owner
    expect(owner).toMatchObject({ kind: 'command', phase: 'active', generation: 1 });
    expect(sessions.inspect().held).toHaveLength(1);
    await guest.inside.append('guest');
    await guest.leave();
    expect(sessions.inspect().counters).toMatchObject({ requests: 1, granted: 1, joined: 0 });
    expect(sessions.inspect().counters.ends.completed).toBe(1);
    expect(desk.events.map(({ type }) => type)).toEqual(['requested', 'granted', 'ended']);
    expect(desk.records()).toEqual(['guest']);
  });

  it('[F1] make a run wait as any turn does, and pass the file on', async () => {
    const sessions = desk.open();
    const guest = await holdGuest(sessions, desk.file());
    const next = sessions.run({ sessionFile: desk.file() }, (run) => run.transcript.append('run'));
    await until(() => sessions.runs.waitingFor(desk.file()).length === 1);

    await guest.inside.append('guest');
    await guest.leave();
    await next;

    expect(desk.records()).toEqual(['guest', 'run']);
  });

  it('[F1] two guests of a file that nobody owns come in the order of their calls', async () => {
    const sessions = desk.open();

    await Promise.all([1, 2, 3].map((n) => sessions.write(desk.file(), (t) => t.append(n))));

    expect(desk.records()).toEqual([1, 2, 3]);
  });

  it('[F1] who waits is served in order, whoever of them gets the turn', async () => {
    // Given two guests that wait at the gate of an owner in a section
    const sessions = desk.open();
    const run = await sessions.acquire({ sessionFile: desk.file() });
    const section = await holdSection(run);
    const first = await waitAsGuest(sessions, run, { record: 1 });
    const second = await waitAsGuest(sessions, run, { record: 2 });

    // When the owner ends, and a third one comes
    revokeEarly(run);
    await section.leave();
    const third = sessions.write(desk.file(), (t) => t.append(3));

    // Then they follow each other
    await Promise.all([first.outcome, second.outcome, third]);
    expect(desk.records()).toEqual([1, 2, 3]);
  });

  it.each([
    ['command', undefined],
    ['heartbeat', { kind: 'heartbeat' as const }],
  ])('are of kind %s with options %j', async (kind, options) => {
    const sessions = desk.open();
    const guest = await holdGuest(sessions, desk.file(), options);

    expect(sessions.inspect().held).toMatchObject([{ kind }]);
    await guest.leave();
  });

  it('answer as the code does, and fail as it does', async () => {
    const sessions = desk.open();

    const value = await sessions.write(desk.file(), () => 'value');
    const error = await errorOf(
      sessions.write(desk.file(), () => {
        throw new Error('guest');
      }),
    );

    expect(value).toBe('value');
    expect(error).toMatchObject({ message: 'guest' });
    expect(sessions.inspect().counters.ends).toMatchObject({ completed: 1, failed: 1 });
  });

  it('[F1] who waits when the owner ends, with nobody behind it, gets one', async () => {
    // Given a guest that waits behind a section of an owner that nobody waits for
    const sessions = desk.open({ settleMs: 0 });
    const stop = new AbortController();
    const run = await sessions.acquire({ sessionFile: desk.file(), signal: stop.signal });
    const section = await holdSection(run);
    const guest = await waitAsGuest(sessions, run, { kind: 'cron', record: 'guest' });

    // When the owner is revoked
    stop.abort();

    // Then the guest has a turn
    await guest.outcome;
    expect(desk.records()).toEqual(['guest']);
    expect(desk.events.filter(({ type }) => type === 'granted')).toMatchObject([
      { kind: 'person' },
      { kind: 'cron' },
    ]);
    await section.leave();
  });

  it('[F1] who waits when the owner ends is let in by the next owner, before its sections', async () => {
    // Given a guest that waits, and a run that waits for the turn
    const sessions = desk.open();
    const first = await sessions.acquire({ sessionFile: desk.file(), runId: 'first' });
    const inside = await holdGuest(sessions, desk.file());
    const guest = await waitAsGuest(sessions, first, { record: 'guest' });
    const next = sessions.acquire({ sessionFile: desk.file(), runId: 'second' });
    await until(() => first.waiting === 1);

    // When the first ends, and the second has the file
    await first.release();
    const second = await next;
    expect(guestsAt(second)).toBe(1);
    await inside.leave();
    await guest.outcome;
    await second.transcript.append('own');

    // Then the guest came first, and is known to the second
    expect(desk.records()).toEqual(['guest', 'own']);
    expect(second.transcript.takeGuestWrites()).toEqual([{ offsetBytes: 0, lengthBytes: 8 }]);
    expect(desk.events.filter(({ type }) => type === 'joined')).toMatchObject([
      { hostRunId: 'first' },
      { hostRunId: 'second' },
    ]);
    await second.release();
  });

  it('[F1] who is inside when the owner ends stays inside, and the next owner waits for it', async () => {
    const sessions = desk.open();
    const first = await sessions.acquire({ sessionFile: desk.file() });
    const guest = await holdGuest(sessions, desk.file(), { label: 'mirror' });
    await guest.inside.append(1);
    await first.release();
    const second = await sessions.acquire({ sessionFile: desk.file() });

    const own = second.transcript.append('own');
    await until(() => sectionsOf(second) === 1);
    await guest.inside.append(2);
    await guest.leave();
    await own;

    expect(desk.records()).toEqual([1, 2, 'own']);
    expect(second.transcript.takeGuestWrites()).toEqual([
      { label: 'mirror', offsetBytes: 2, lengthBytes: 2 },
    ]);
    await second.release();
  });

  it('[F1] who is inside while the file has no owner writes on', async () => {
    const sessions = desk.open();
    const first = await sessions.acquire({ sessionFile: desk.file() });
    const guest = await holdGuest(sessions, desk.file());
    const waiting = await waitAsGuest(sessions, first, { record: 'waiting' });
    await first.release();

    await guest.inside.append('inside');
    await guest.leave();
    await waiting.outcome;

    expect(desk.records()).toEqual(['inside', 'waiting']);
    expect(sessions.inspect().counters).toMatchObject({ granted: 2, joined: 1 });
  });

  it('[F1] who comes while another guest is inside and nobody owns waits, then gets a turn', async () => {
    // Given a guest inside whose host has ended
    const sessions = desk.open();
    const first = await sessions.acquire({ sessionFile: desk.file() });
    const guest = await holdGuest(sessions, desk.file());
    await first.release();

    // When another one comes
    const other = sessions.write(desk.file(), (t) => t.append('other'));
    await until(() => sessions.inspect().counters.requests >= 2);
    await guest.inside.append('first');
    await guest.leave();

    // Then it follows in a turn of its own
    await other;
    expect(desk.records()).toEqual(['first', 'other']);
  });

  it('[D4] a parked run takes its turn back while a guest is inside', async () => {
    const sessions = desk.open();
    const run = await sessions.acquire({ sessionFile: desk.file() });
    const guest = await holdGuest(sessions, desk.file());

    await run.park(() => 'done');
    const own = run.transcript.append('own');
    await guest.inside.append('guest');
    await guest.leave();
    await own;

    expect(desk.records()).toEqual(['guest', 'own']);
    await run.release();
  });
});
