import { describe, expect, it } from 'vitest';
import { until, waitBehind } from '../../runs/support/sessions.js';
import { createGate } from '../../support/gate.js';
import { guestInside } from '../support/guest-inside.js';
import { turns, useLeasing } from '../support/leasing.js';

describe('a guest in its section when the turn of its owner is taken', () => {
  const leasing = useLeasing();

  /** The run `torn` has written, and was revoked while a guest is inside. */
  async function start(isFollowed = false) {
    leasing.provider.isGenerous = true;
    const sessions = leasing.open();
    const sessionFile = leasing.file();
    const run = await sessions.acquire({ sessionFile, runId: 'torn' });
    await run.transcript.append({ a: 1 });
    const guest = await guestInside(sessions, sessionFile);
    const behind = isFollowed
      ? await waitBehind(sessions, { sessionFile, runId: 'next' })
      : undefined;
    await sessions.interrupt({ runId: 'torn' }, { settleMs: 0 });
    return { guest, behind };
  }

  it('[X5] does not hide that turn from whoever comes behind a death of this process', async () => {
    // Given
    const { guest } = await start();

    // When
    const { updates, wish } = leasing.provider.lease(1);

    // Then: others know the run, and where its turn began
    const known = updates.at(-1) ?? wish.request.holder;
    guest.goOn();
    await guest.wrote;
    expect(known).toMatchObject({ runId: 'torn', startBytes: 0 });
  });

  it('[X5] does not hide a turn either that was only given up for a while', async () => {
    // Given
    leasing.provider.isGenerous = true;
    const sessions = leasing.open();
    const run = await sessions.acquire({ sessionFile: leasing.file(), runId: 'parked' });
    await run.transcript.append({ a: 1 });
    const guest = await guestInside(sessions, leasing.file());
    const back = createGate();

    // When
    const parked = run.park(() => back.opened);
    await turns();

    // Then
    const { updates, wish } = leasing.provider.lease(1);
    const known = updates.at(-1) ?? wish.request.holder;
    guest.goOn();
    await guest.wrote;
    back.open();
    await parked;
    await run.release();
    expect(known).toMatchObject({ runId: 'parked', startBytes: 0 });
  });

  it('[S8] does not hide that turn from the run that follows in this thread', async () => {
    // Given
    const { guest, behind } = await start(true);

    // When
    const next = await behind?.granted;

    // Then
    expect(next?.previous).toMatchObject({ runId: 'torn', end: 'revoked', startBytes: 0 });
    guest.goOn();
    await guest.wrote;
    await next?.release();
    await until(() => leasing.provider.held.length === 0);
  });
});
