import { describe, expect, it } from 'vitest';
import { until, waitBehind } from '../../runs/support/sessions.js';
import { createGate } from '../../support/gate.js';
import { guestInside } from '../support/guest-inside.js';
import { useLeasing } from '../support/leasing.js';
import { someoneElse } from '../support/someone-else.js';
import { DIED } from './support/next-told.js';

describe('the previous run, behind one that is parked', () => {
  const leasing = useLeasing();

  it('[S8] is none of those that ended before others had the file', async () => {
    // Given: `before` has ended, somebody else died, and a run that was told of that is parked
    leasing.provider.isGenerous = true;
    const sessions = leasing.open();
    const sessionFile = leasing.file();
    await sessions.run({ sessionFile, runId: 'before' }, () => 1);
    await until(() => leasing.provider.held.length === 0);
    leasing.provider.isGenerous = false;
    leasing.provider.nextToken();
    const asked = sessions.acquire({ sessionFile });
    await leasing.provider.grant(2, someoneElse());
    const parking = await asked;
    expect(parking.previous).toEqual(DIED);
    leasing.provider.isGenerous = true;
    const back = createGate();
    const parked = parking.park(() => back.opened);
    await until(() => leasing.provider.held.length === 0);

    // When
    const run = await sessions.acquire({ sessionFile });

    // Then
    const { previous } = run;
    await run.release();
    back.open();
    await parked;
    await parking.release();
    expect(previous).toBeUndefined();
  });

  it('[S8] is the one that was cut off while it was parked, also behind another that parks', async () => {
    // Given: under one lease a run that is parked, the next one, and a third that waits
    leasing.provider.isGenerous = true;
    const sessions = leasing.open();
    const sessionFile = leasing.file();
    const first = await sessions.acquire({ sessionFile, runId: 'first' });
    const second = await waitBehind(sessions, { sessionFile });
    const third = await waitBehind(sessions, { sessionFile });
    const back = createGate();
    const firstParked = first.park(() => back.opened);
    firstParked.catch(() => undefined);
    const parking = await second.granted;

    // When the first is revoked, and the second parks
    await sessions.interrupt({ runId: 'first' }, { settleMs: 0 });
    const secondParked = parking.park(() => back.opened);

    // Then the third is told of the first
    const run = await third.granted;
    expect(run.previous).toMatchObject({ runId: 'first', end: 'revoked' });
    await run.release();
    back.open();
    await secondParked;
    await parking.release();
    await firstParked.catch(() => undefined);
  });

  it('[S8] is the one that was cut off while it was parked, and a guest had the file', async () => {
    // Given: a run that is parked, and a guest of its turn that still writes
    leasing.provider.isGenerous = true;
    const sessions = leasing.open();
    const sessionFile = leasing.file();
    const first = await sessions.acquire({ sessionFile, runId: 'first' });
    const guest = await guestInside(sessions, sessionFile);
    const back = createGate();
    const parked = first.park(() => back.opened);
    parked.catch(() => undefined);

    // When
    await sessions.interrupt({ runId: 'first' }, { settleMs: 0 });

    // Then
    const run = await sessions.acquire({ sessionFile });
    expect(run).toMatchObject({ fencingToken: '1', previous: { runId: 'first', end: 'revoked' } });
    guest.goOn();
    await guest.wrote;
    await run.release();
    back.open();
    await parked.catch(() => undefined);
  });

  it('[S8] is whoever died elsewhere since, though a run ends that was parked before that', async () => {
    // Given: a run that is parked, a death elsewhere, and a guest with the lease that tells of it
    leasing.provider.isGenerous = true;
    const sessions = leasing.open();
    const sessionFile = leasing.file();
    const first = await sessions.acquire({ sessionFile, runId: 'first' });
    const back = createGate();
    const parked = first.park(() => back.opened);
    parked.catch(() => undefined);
    await until(() => leasing.provider.held.length === 0);
    leasing.provider.isGenerous = false;
    leasing.provider.nextToken();
    const entering = guestInside(sessions, sessionFile);
    await leasing.provider.grant(2, someoneElse());
    const guest = await entering;
    const behind = await waitBehind(sessions, { sessionFile });

    // When
    await sessions.interrupt({ runId: 'first' }, { settleMs: 0 });
    guest.goOn();

    // Then
    const run = await behind.granted;
    expect(run.previous).toEqual(DIED);
    await guest.wrote;
    await run.release();
    back.open();
    await parked.catch(() => undefined);
  });
});
