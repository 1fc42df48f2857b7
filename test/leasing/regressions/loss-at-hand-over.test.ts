import { describe, expect, it } from 'vitest';
import { waitBehind } from '../../runs/support/sessions.js';
import { useLeasing } from '../support/leasing.js';

describe('a loss that is found when a turn ends', () => {
  const leasing = useLeasing();

  it('[T4] begins no turn under the lost lease, also where it cannot be told who has the file', async () => {
    // Given
    const sessions = leasing.open();
    const sessionFile = leasing.file();
    const asked = sessions.acquire({ sessionFile });
    const lease = await leasing.provider.grant(1);
    const run = await asked;
    await run.transcript.append({ a: 1 });
    const { granted } = await waitBehind(sessions, { sessionFile });
    lease.vanish();
    lease.lostTo = () => {
      throw new Error('no answer');
    };

    // When
    await run.release();

    // Then
    await leasing.provider.grant(2);
    const next = await granted;
    expect(next.fencingToken).toBe('2');
    await next.release();
  });
});
