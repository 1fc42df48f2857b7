import { describe, expect, it } from 'vitest';
import { until } from '../../runs/support/sessions.js';
import { createGate } from '../../support/gate.js';
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
});
