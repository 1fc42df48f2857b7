import { describe, expect, it } from 'vitest';
import { until } from '../../runs/support/sessions.js';
import { useLeasing } from '../support/leasing.js';

describe('rotating, with a provider that is somebody else’s code', () => {
  const leasing = useLeasing();
  const next = (): string => leasing.file('next.jsonl');

  async function start(options = {}) {
    const sessions = leasing.open(options);
    const granted = sessions.acquire({ sessionFile: leasing.file() });
    await leasing.provider.grant(1);
    const run = await granted;
    const rotated = run.transcript.rotate(next());
    rotated.catch(() => undefined);
    return { sessions, run, rotated, wish: await leasing.provider.wish(2) };
  }

  it('[O5] gives the wish up when the run has ended, and does not wait for the provider', async () => {
    // Given
    const { sessions, rotated, wish } = await start({ settleMs: 0 });
    leasing.provider.isDeafToAborts = true;

    // When
    await sessions.close({ waitMs: 0 });

    // Then
    await expect(rotated).rejects.toMatchObject({ code: 'ERR_SESSION_RUN_REVOKED' });
    expect(wish.state).toBe('aborted');
  });

  it('gives back at once what comes behind that', async () => {
    // Given
    leasing.provider.isDeafToAborts = true;
    const { sessions, rotated, wish } = await start({ settleMs: 0 });
    await sessions.close({ waitMs: 0 });
    await rotated.catch(() => undefined);

    // When
    wish.grantLate();

    // Then
    await until(() => leasing.provider.held.length === 0);
    expect(leasing.provider.lease(2).releases).toBe(1);
  });

  it('[L8] warns where the next file is not protected', async () => {
    // Given
    const warned: unknown[] = [];
    const ignore = (): void => {};
    const warn = (...said: unknown[]): unknown => warned.push(said[0]);
    const logger = { debug: ignore, info: ignore, error: ignore, warn };
    const { run, rotated, wish } = await start({ logger });
    const err = new Error('read-only');

    // When
    Object.assign(wish.grant(), { unprotected: err });
    await rotated;

    // Then
    expect(warned).toEqual([{ err, sessionFile: next() }]);
    await run.release();
  });

  it('[F10] says what is wrong where the new lease cannot tell whether it is held', async () => {
    // Given
    const { run, rotated, wish } = await start();
    const cause = new Error('no answer');

    // When
    wish.grant().question = cause;

    // Then
    await expect(rotated).rejects.toMatchObject({ code: 'ERR_SESSION_LEASE_UNAVAILABLE', cause });
    await run.release();
  });

  it('[T4] ends the turn also where it cannot be told who has the file now', async () => {
    // Given
    const { run, rotated, wish } = await start();
    wish.grant();
    await rotated;
    const lease = leasing.provider.lease(2);
    lease.lostTo = () => {
      throw new Error('no answer');
    };

    // When
    lease.vanish();
    const written = run.transcript.append({ late: 1 });

    // Then
    await expect(written).rejects.toMatchObject({ code: 'ERR_SESSION_RUN_REVOKED' });
    expect(run.end).toBe('lease-lost');
  });
});
