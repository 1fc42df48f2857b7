import { describe, expect, it } from 'vitest';
import { ask } from '../admission/support/scene.js';
import { createGate } from '../support/gate.js';
import { assertError, stateOf, typesOf, until, waitBehind } from '../runs/support/sessions.js';
import { OwnerWaitTimeoutError, QueueFullError } from '../../src/index.js';
import { turns, useLeasing } from './support/leasing.js';
import { someoneElse } from './support/someone-else.js';

describe('a file that another process has', () => {
  const leasing = useLeasing();

  it('[V1] makes `skip` busy, with the process as holder', async () => {
    // Given
    const sessions = leasing.open();
    leasing.provider.elsewhere.set(leasing.file(), someoneElse());

    // When
    const { reason, holder } = await ask(
      sessions,
      { sessionFile: leasing.file(), mode: 'skip' },
      'busy',
    );

    // Then
    expect(reason).toBe('held-elsewhere');
    expect(holder).toEqual(someoneElse());
    expect(leasing.provider.wishes.map(({ state }) => state)).toEqual(['aborted']);
    expect(sessions.inspect().counters.busy).toBe(1);
  });

  it.each(['queue', 'steer', 'interrupt'] as const)(
    '[V1] makes `%s` wait, with the process as holder',
    async (mode) => {
      // Given
      const sessions = leasing.open();
      leasing.provider.elsewhere.set(leasing.file(), someoneElse());

      // When
      const admission = await ask(sessions, { sessionFile: leasing.file(), mode }, 'queued');

      // Then
      expect(admission).toMatchObject({ ahead: 0, holder: someoneElse() });
      expect(typesOf(leasing.stage.events)).toEqual(['requested', 'queued']);
      leasing.provider.asked[0]?.grant();
      await (await admission.ticket.acquire()).release();
    },
  );

  it('[V1] refuses who wants it now or never, naming process and host', async () => {
    // Given
    const sessions = leasing.open();
    leasing.provider.elsewhere.set(leasing.file(), someoneElse());

    // When
    const error = await assertError(
      sessions.acquire({ sessionFile: leasing.file(), waitMs: 0 }),
      OwnerWaitTimeoutError,
    );

    // Then
    expect(error.holder).toEqual(someoneElse());
    expect(error.message).toContain('4242');
    expect(error.message).toContain('another-host');
    expect(sessions.inspect().counters.timedOut).toBe(1);
  });

  it('refuses now or never also where the process was known before the request came', async () => {
    // Given
    const sessions = leasing.open();
    const sessionFile = leasing.file();
    leasing.provider.elsewhere.set(sessionFile, someoneElse());
    const first = await waitBehind(sessions, { sessionFile });
    await leasing.provider.wish(1);

    // When
    const second = sessions.acquire({ sessionFile, waitMs: 0 });

    // Then
    await expect(second).rejects.toMatchObject({ holder: { pid: 4_242 } });
    leasing.provider.asked[0]?.grant();
    await (await first.granted).release();
  });

  it('tells who waits that nobody can say who has it', async () => {
    // Given
    const sessions = leasing.open();
    const busy = sessions.admit({ sessionFile: leasing.file(), mode: 'skip' });

    // When
    (await leasing.provider.wish(1)).request.onHeld?.(undefined);

    // Then
    expect(await busy).toMatchObject({ outcome: 'busy', reason: 'held-elsewhere' });
  });

  it('refuses all who wait where nobody may', async () => {
    // Given
    const sessions = leasing.open({ maxWaiting: 0 });
    leasing.provider.elsewhere.set(leasing.file(), someoneElse());

    // When
    const error = await assertError(
      sessions.acquire({ sessionFile: leasing.file() }),
      QueueFullError,
    );

    // Then
    expect(error.holder).toEqual(someoneElse());
    expect(sessions.inspect().counters.refused).toBe(1);
  });

  it('lets so many wait as may, the earliest', async () => {
    // Given
    const sessions = leasing.open({ maxWaiting: 2 });
    const sessionFile = leasing.file();
    const calls = [1, 2, 3].map(() => sessions.acquire({ sessionFile }));
    const refused = assertError(calls[2] ?? Promise.resolve(), QueueFullError);
    await until(() => sessions.inspect().waiting.length === 3);

    // When
    (await leasing.provider.wish(1)).held();

    // Then
    await refused;
    expect(sessions.inspect().waiting).toHaveLength(2);
    leasing.provider.asked[0]?.grant();
    await (await calls[0])?.release();
    await (await calls[1])?.release();
  });

  it('makes a request busy where as many wait as may', async () => {
    // Given
    const sessions = leasing.open({ maxWaiting: 1 });
    const sessionFile = leasing.file();
    leasing.provider.elsewhere.set(sessionFile, someoneElse());
    const { ticket } = await ask(sessions, { sessionFile }, 'queued');

    // When
    const { reason, holder } = await ask(sessions, { sessionFile }, 'busy');

    // Then
    expect(reason).toBe('queue-full');
    expect(holder).toEqual(someoneElse());
    ticket.cancel();
  });

  it('does not end a run that was admitted with `skip` and comes back from park', async () => {
    // Given
    const sessions = leasing.open();
    const sessionFile = leasing.file();
    leasing.provider.isGenerous = true;
    const { ticket } = await ask(sessions, { sessionFile, mode: 'skip' }, 'run');
    const run = await ticket.acquire();
    const back = createGate();
    const parked = run.park(() => back.opened);
    await until(() => leasing.provider.held.length === 0);
    leasing.provider.elsewhere.set(sessionFile, someoneElse());
    back.open();
    const wish = await leasing.provider.wish(2);
    await turns();
    expect(run.phase).toBe('parked');

    // When
    wish.grant();

    // Then
    await parked;
    expect(run.phase).toBe('active');
    await run.release();
  });

  it('is given back to whoever waits here when the other process is done', async () => {
    // Given
    const sessions = leasing.open();
    leasing.provider.elsewhere.set(leasing.file(), someoneElse());
    const { granted } = await waitBehind(sessions, { sessionFile: leasing.file() });
    expect(await stateOf(granted)).toBe('pending');

    // When
    leasing.provider.asked[0]?.grant();

    // Then
    const run = await granted;
    expect(run.fencingToken).toBe('1');
    await run.release();
  });
});
