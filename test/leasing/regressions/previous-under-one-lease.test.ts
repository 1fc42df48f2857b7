import { describe, expect, it } from 'vitest';
import { until, waitBehind } from '../../runs/support/sessions.js';
import { createGate } from '../../support/gate.js';
import { useLeasing } from '../support/leasing.js';

describe('the previous run, behind one that is parked', () => {
  const leasing = useLeasing();

  it('[S8] is the one that was cut off under the same lease, though others had the file before', async () => {
    // Given: others had the file, then `torn`, whose turn was taken
    leasing.provider.isGenerous = true;
    leasing.provider.nextToken();
    const sessions = leasing.open();
    const sessionFile = leasing.file();
    await sessions.acquire({ sessionFile, runId: 'torn' });
    const second = await waitBehind(sessions, { sessionFile });
    await sessions.interrupt({ runId: 'torn' }, { settleMs: 0 });
    const parking = await second.granted;
    const third = await waitBehind(sessions, { sessionFile });
    const back = createGate();

    // When
    const parked = parking.park(() => back.opened);

    // Then
    const run = await third.granted;
    const { previous } = run;
    await run.release();
    back.open();
    await parked;
    await parking.release();
    expect(previous).toMatchObject({ runId: 'torn', end: 'revoked' });
  });

  it('[S8] is not that one, where it ends behind what others did since it was parked', async () => {
    // Given: it parks, others have the file, and then another run of this thread
    leasing.provider.isGenerous = true;
    const sessions = leasing.open();
    const sessionFile = leasing.file();
    const returned = (): Promise<void> => until(() => leasing.provider.held.length === 0);
    const parking = await sessions.acquire({ sessionFile, runId: 'torn' });
    const back = createGate();
    const parked = parking.park(() => back.opened);
    parked.catch(() => undefined);
    await returned();
    leasing.provider.nextToken();
    await sessions.run({ sessionFile }, () => 'in between');
    await returned();

    // When
    await sessions.interrupt({ runId: 'torn' }, { settleMs: 0 });

    // Then
    const run = await sessions.acquire({ sessionFile });
    const { previous } = run;
    await run.release();
    back.open();
    await parked.catch(() => undefined);
    expect(previous).toBeUndefined();
  });
});
