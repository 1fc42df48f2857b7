import { readFile } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import { RotateRefusedError } from '../../../src/index.js';
import { assertError } from '../../runs/support/sessions.js';
import { turns, useLeasing } from '../support/leasing.js';
import { someoneElse } from '../support/someone-else.js';
import { useRotating } from './support/rotating.js';

describe('rotating under a lease', () => {
  const leasing = useLeasing();
  const { start, next, states } = useRotating(leasing);

  it('[V1] is refused where another process has the new file, naming it', async () => {
    // Given
    await using run = await start();
    leasing.provider.elsewhere.set(next(), someoneElse());

    // When
    const error = await assertError(run.transcript.rotate(next()), RotateRefusedError);

    // Then
    expect(error).toMatchObject({ reason: 'owned', holder: someoneElse() });
    expect(run).toMatchObject({ sessionFile: leasing.file(), fencingToken: '1' });
    await run.transcript.append({ a: 2 });
  });

  it('is refused with what the provider says where that fails', async () => {
    // Given
    await using run = await start();
    const said = new Error('no space');
    leasing.provider.thrown = { error: said };

    // When
    const rotated = run.transcript.rotate(next());

    // Then
    await expect(rotated).rejects.toMatchObject({
      code: 'ERR_SESSION_LEASE_UNAVAILABLE',
      cause: said,
    });
    expect(run.sessionFile).toBe(leasing.file());
  });

  it('gives the new one back where the run was revoked meanwhile', async () => {
    // Given: a provider that answers although nobody waits any more
    leasing.provider.isDeafToAborts = true;
    const run = await start();
    leasing.provider.isGenerous = false;
    const rotated = run.transcript.rotate(next());
    rotated.catch(() => undefined);
    const wish = await leasing.provider.wish(2);
    leasing.provider.leases[0]?.lose();

    // When
    wish.grantLate();

    // Then
    await expect(rotated).rejects.toMatchObject({ code: 'ERR_SESSION_RUN_REVOKED' });
    expect(states()).toEqual(['lost', 'released']);
  });

  it('gives the new one back where another run of this thread took the file meanwhile', async () => {
    // Given
    const sessions = leasing.open();
    const granted = sessions.acquire({ sessionFile: leasing.file() });
    await leasing.provider.grant(1);
    const run = await granted;
    const rotated = run.transcript.rotate(next());
    rotated.catch(() => undefined);
    const wish = await leasing.provider.wish(2);
    const other = sessions.acquire({ sessionFile: next() });
    const later = await leasing.provider.wish(3);

    // When
    const lease = wish.grant();

    // Then
    await expect(rotated).rejects.toMatchObject({ reason: 'waited-for' });
    expect(lease).toMatchObject({ state: 'released', releases: 1 });
    later.grant();
    await (await other).release();
    await run.release();
  });

  it('is refused where the new lease is lost before the turn moves', async () => {
    // Given
    const run = await start();
    leasing.provider.isGenerous = false;
    const rotated = run.transcript.rotate(next());
    rotated.catch(() => undefined);
    const wish = await leasing.provider.wish(2);

    // When
    wish.grant().lose();
    await turns();

    // Then
    await rotated.catch(() => undefined);
    await expect(run.transcript.append({ b: 1 })).resolves.toBeUndefined();
    expect(await readFile(leasing.file(), 'utf8')).toBe('{"a":1}\n{"b":1}\n');
    await run.release();
  });
});
