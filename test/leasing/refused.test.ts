import { describe, expect, it } from 'vitest';
import { LeaseUnavailableError } from '../../src/errors/lease-errors.js';
import { createGate } from '../support/gate.js';
import { assertError, until } from '../runs/support/sessions.js';
import { useLeasing } from './support/leasing.js';
import { someoneElse } from './support/someone-else.js';

const REASONS = ['held', 'not-writable', 'unsafe-file-system', 'damaged', 'io', 'closed'] as const;

const STRANGE = [
  ['an error of its own', new Error('the disk is on fire')],
  ['undefined', undefined],
  ['null', null],
  ['a text', 'no'],
  ['a symbol', Symbol('no')],
  ['an object without a prototype', Object.create(null)],
] as const;

describe('a lease that cannot be had', () => {
  const leasing = useLeasing();

  it.each(REASONS)('[L5] gives each who waits an error of its own: %s', async (reason) => {
    // Given
    const sessions = leasing.open();
    const sessionFile = leasing.file();
    const wrote = assertError(
      sessions.write(sessionFile, () => 1),
      LeaseUnavailableError,
    );
    const acquired = assertError(sessions.acquire({ sessionFile }), LeaseUnavailableError);
    const ran = assertError(
      sessions.run({ sessionFile }, () => 1),
      LeaseUnavailableError,
    );
    const admitted = assertError(
      sessions.admit({ sessionFile, mode: 'skip' }),
      LeaseUnavailableError,
    );
    const wish = await leasing.provider.wish(1);
    // Requests with one spelling are decided in the order of their calls: the guest is there, too.
    await until(() => sessions.inspect().waiting.length === 3);
    const facts = { sessionFile: 'x', reason, detail: 'so it is', holder: someoneElse() };
    const said = new LeaseUnavailableError({ ...facts, lockPath: '/l', systemCode: 'EROFS' });

    // When
    wish.refuse(said);

    // Then
    const errors = await Promise.all([acquired, ran, admitted, wrote]);
    expect(new Set([said, ...errors]).size).toBe(5);
    const [error] = errors;
    expect(error).toMatchObject({ sessionFile, reason, lockPath: '/l', systemCode: 'EROFS' });
    expect(error.holder).toEqual(someoneElse());
    expect(sessions.inspect().counters).toMatchObject({ requests: 4, refused: 4 });
  });

  it.each(STRANGE)(
    '[O2] is refused as a failed provider where that rejects with %s',
    async (_, said) => {
      // Given
      const sessions = leasing.open();
      const sessionFile = leasing.file();
      const refused = assertError(sessions.acquire({ sessionFile }), LeaseUnavailableError);
      const wish = await leasing.provider.wish(1);

      // When
      wish.refuse(said);

      // Then
      const { reason, cause } = await refused;
      expect(reason).toBe('io');
      expect(cause).toBe(said);
      expect(sessions.runs.size).toBe(0);
    },
  );

  it('[O2] is refused where the provider throws in the call', async () => {
    // Given
    const sessions = leasing.open();
    const thrown = new Error('not today');
    leasing.provider.thrown = { error: thrown };

    // When
    const refused = sessions.acquire({ sessionFile: leasing.file() });

    // Then
    await expect(refused).rejects.toMatchObject({ reason: 'io', cause: thrown });
    expect(sessions.runs.size).toBe(0);
  });

  it('[O2] is refused where what the provider gives is no lease', async () => {
    // Given
    const sessions = leasing.open();
    const acquire = leasing.provider.acquire.bind(leasing.provider);
    leasing.provider.acquire = () => Promise.resolve(undefined as never);

    // When
    const refused = sessions.acquire({ sessionFile: leasing.file() });

    // Then
    await expect(refused).rejects.toMatchObject({ reason: 'io' });
    leasing.provider.acquire = acquire;
  });

  it('leaves the file usable', async () => {
    // Given
    const sessions = leasing.open();
    const sessionFile = leasing.file();
    const refused = sessions.acquire({ sessionFile });
    refused.catch(() => undefined);
    (await leasing.provider.wish(1)).refuse(new Error('not now'));
    await expect(refused).rejects.toThrow('Cannot lease');

    // When
    const again = sessions.acquire({ sessionFile });
    await leasing.provider.grant(2);

    // Then
    await (await again).release();
  });

  it('strands a parked run, which may ask again', async () => {
    // Given
    const sessions = leasing.open();
    const back = createGate();
    const granted = sessions.acquire({ sessionFile: leasing.file() });
    await leasing.provider.grant(1);
    const run = await granted;
    const parked = run.park(() => back.opened);
    parked.catch(() => undefined);
    back.open();

    // When
    (await leasing.provider.wish(2)).refuse(new Error('not now'));

    // Then
    await expect(parked).rejects.toMatchObject({ code: 'ERR_SESSION_LEASE_UNAVAILABLE' });
    expect(run.phase).toBe('parked');
    const again = run.park(() => 'back');
    await leasing.provider.grant(3);
    await expect(again).resolves.toBe('back');
    await run.release();
  });
});
