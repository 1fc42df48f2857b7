import { readFile } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import { OwnerWaitTimeoutError } from '../../../src/index.js';
import { assertError, until, waitBehind } from '../../runs/support/sessions.js';
import { turns, useLeasing } from '../support/leasing.js';
import { someoneElse } from '../support/someone-else.js';
import { append } from './support/append.js';

describe('guests of a file with a lease', () => {
  const leasing = useLeasing();

  it('wait for the lease where nobody owns the file, and give it back', async () => {
    // Given
    const sessions = leasing.open();
    const wrote = sessions.write(leasing.file(), append);
    const wish = await leasing.provider.wish(1);
    expect(wish.request.holder.kind).toBe('command');

    // When
    const lease = wish.grant();

    // Then
    await wrote;
    await until(() => lease.state === 'released');
    expect(await readFile(leasing.file(), 'utf8')).toBe('{"g":1}\n');
  });

  it('write under the lease of the owner', async () => {
    // Given
    leasing.provider.isGenerous = true;
    const sessions = leasing.open();
    await using run = await sessions.acquire({ sessionFile: leasing.file() });

    // When
    await sessions.write(leasing.file(), append);

    // Then
    expect(run.transcript.takeGuestWrites()).toHaveLength(1);
    expect(leasing.provider.wishes).toHaveLength(1);
  });

  it('write at the gate of a run that waits for the lease with them', async () => {
    // Given
    const sessions = leasing.open();
    const wrote = sessions.write(leasing.file(), append);
    const wish = await leasing.provider.wish(1);
    const { granted } = await waitBehind(sessions, { sessionFile: leasing.file() });

    // When
    wish.grant();

    // Then
    const run = await granted;
    await wrote;
    expect(run.transcript.takeGuestWrites()).toEqual([{ offsetBytes: 0, lengthBytes: 8 }]);
    await run.release();
    expect(leasing.provider.wishes).toHaveLength(1);
  });

  it('[V1] are refused now or never where another process has the file', async () => {
    // Given
    const sessions = leasing.open();
    leasing.provider.elsewhere.set(leasing.file(), someoneElse());

    // When
    const refused = sessions.write(leasing.file(), append, { waitMs: 0 });

    // Then
    const error = await assertError(refused, OwnerWaitTimeoutError);
    expect(error.holder).toEqual(someoneElse());
  });

  it('wait whatever the limit of waiting runs is', async () => {
    // Given
    const sessions = leasing.open({ maxWaiting: 0 });
    leasing.provider.elsewhere.set(leasing.file(), someoneElse());
    const wrote = sessions.write(leasing.file(), append);
    await leasing.provider.wish(1);
    await turns();

    // When
    leasing.provider.asked[0]?.grant();

    // Then
    await expect(wrote).resolves.toBeUndefined();
  });
});
