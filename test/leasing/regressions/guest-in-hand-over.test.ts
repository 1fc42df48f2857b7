import { readFile } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import { until, waitBehind } from '../../runs/support/sessions.js';
import { turns, useLeasing } from '../support/leasing.js';
import { GUEST_LINE, guestInside } from '../support/guest-inside.js';

describe('a guest in its section when the turn of its owner ends', () => {
  const leasing = useLeasing();

  /** Another process wants the file, and a run of this thread waits behind the owner. */
  async function start() {
    leasing.provider.isGenerous = true;
    leasing.provider.maxHandOvers = 0;
    const sessions = leasing.open();
    const owner = await sessions.acquire({ sessionFile: leasing.file() });
    const guest = await guestInside(sessions, leasing.file());
    const { granted } = await waitBehind(sessions, { sessionFile: leasing.file() });
    leasing.provider.lease(1).isWantedElsewhere = true;
    leasing.provider.isGenerous = false;
    return { sessions, owner, guest, granted };
  }

  it('keeps the lease, also where another process has waited long enough', async () => {
    // Given
    const { owner, guest, granted } = await start();

    // When
    await owner.release();
    await turns();

    // Then
    expect(leasing.provider.lease(1).state).toBe('held');
    guest.goOn();
    await guest.wrote;
    expect(await readFile(leasing.file(), 'utf8')).toBe(GUEST_LINE);
    await (await granted).release();
  });

  it('keeps it for one turn only: the other process gets it behind that', async () => {
    // Given
    const { sessions, owner, guest, granted } = await start();
    const last = await waitBehind(sessions, { sessionFile: leasing.file() });
    await owner.release();
    const run = await granted;
    expect(run.fencingToken).toBe('1');
    guest.goOn();
    await guest.wrote;

    // When
    await run.release();

    // Then
    await until(() => leasing.provider.lease(1).state === 'released');
    await leasing.provider.grant(2);
    expect((await last.granted).fencingToken).toBe('2');
    await (await last.granted).release();
  });
});
