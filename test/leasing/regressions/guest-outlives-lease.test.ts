import { appendFile, readFile } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import { stateOf, typesOf, waitBehind } from '../../runs/support/sessions.js';
import { useLeasing } from '../support/leasing.js';
import { guestInside } from '../support/guest-inside.js';

/** What another process writes while it has the file. */
const THEIRS = '{"theirs":1}\n';
const LOST = { code: 'ERR_SESSION_LEASE_LOST', fencingToken: '1' };

describe('a guest in its section when the lease is lost', () => {
  const leasing = useLeasing();

  /** Its owner has written, and another run of this thread waits behind it. */
  async function start() {
    leasing.provider.isGenerous = true;
    const sessions = leasing.open();
    const sessionFile = leasing.file();
    const owner = await sessions.acquire({ sessionFile });
    await owner.transcript.append({ a: 1 });
    const guest = await guestInside(sessions, sessionFile);
    const { granted } = await waitBehind(sessions, { sessionFile });
    leasing.provider.isGenerous = false;
    return { owner, guest, granted };
  }

  it('[T4] [T5] writes nothing under the lease that its thread has next', async () => {
    // Given
    const { guest, granted } = await start();
    leasing.provider.lease(1).lose();
    await appendFile(leasing.file(), THEIRS);
    await leasing.provider.grant(2);
    const run = await granted;

    // When
    guest.goOn();

    // Then
    await expect(guest.wrote).rejects.toMatchObject(LOST);
    expect(await readFile(leasing.file(), 'utf8')).toBe(`{"a":1}\n${THEIRS}`);
    expect(run.transcript.takeGuestWrites()).toEqual([]);
    await run.release();
  });

  it('[T4] [T5] writes nothing either where the loss is found at the hand-over', async () => {
    // Given
    const { owner, guest, granted } = await start();
    leasing.provider.lease(1).vanish();
    await appendFile(leasing.file(), THEIRS);
    await owner.release();
    await leasing.provider.grant(2);
    const run = await granted;

    // When
    guest.goOn();

    // Then
    await expect(guest.wrote).rejects.toMatchObject(LOST);
    expect(await readFile(leasing.file(), 'utf8')).toBe(`{"a":1}\n${THEIRS}`);
    await run.release();
  });

  it('does not keep the next run from the file', async () => {
    // Given
    const { guest, granted } = await start();
    leasing.provider.lease(1).lose();
    await leasing.provider.grant(2);
    const run = await granted;

    // When
    const appended = run.transcript.append({ b: 1 });

    // Then
    expect(await stateOf(appended)).toBe('done');
    expect(await readFile(leasing.file(), 'utf8')).toBe('{"a":1}\n{"b":1}\n');
    expect(typesOf(leasing.stage.events)).not.toContain('takeover');
    await run.release();
    guest.goOn();
    await expect(guest.wrote).rejects.toMatchObject(LOST);
  });

  it('leaves nothing of the file in use where nobody else wants it', async () => {
    // Given
    leasing.provider.isGenerous = true;
    const sessions = leasing.open();
    const owner = await sessions.acquire({ sessionFile: leasing.file() });
    const guest = await guestInside(sessions, leasing.file());
    await owner.release();

    // When
    leasing.provider.lease(1).lose();
    guest.goOn();

    // Then: no entry of the table is left, which is looked at after each test
    await expect(guest.wrote).rejects.toMatchObject(LOST);
    expect(leasing.provider.wishes).toHaveLength(1);
  });

  it('leaves the file to the next request as if it had been closed', async () => {
    // Given
    leasing.provider.isGenerous = true;
    const sessions = leasing.open();
    const owner = await sessions.acquire({ sessionFile: leasing.file() });
    const guest = await guestInside(sessions, leasing.file());
    await owner.release();
    leasing.provider.lease(1).lose();

    // When
    const run = await sessions.acquire({ sessionFile: leasing.file() });

    // Then
    expect(run.fencingToken).toBe('2');
    guest.goOn();
    await expect(guest.wrote).rejects.toMatchObject(LOST);
    await run.release();
  });
});
