import { describe, expect, it, vi } from 'vitest';
import { thisThread } from '../../../src/support/this-process.js';
import { createGate } from '../../support/gate.js';
import { useFakeTime } from '../../support/fake-time.js';
import { useLeasing } from '../support/leasing.js';
import { someoneElse } from '../support/someone-else.js';

describe('what this thread itself keeps', () => {
  const leasing = useLeasing();
  useFakeTime();

  it('[S2] is not elsewhere to interrupt() and recover()', async () => {
    // Given: the lease of a run that has ended is not back yet
    const sessions = leasing.open();
    const sessionFile = leasing.file();
    leasing.provider.elsewhere.set(sessionFile, someoneElse({ ...thisThread() }));

    // When
    const stopped = await sessions.interrupt({ sessionFile });
    const recovered = await sessions.recover({ sessionFile });

    // Then
    expect(stopped).toEqual({ status: 'not-running', settled: false, waitedMs: 0 });
    expect(recovered).toMatchObject({ status: 'noop', reason: 'no_active_work' });
  });

  it('[I2] does not keep interrupt() waiting where the provider never answers', async () => {
    // Given
    const sessions = leasing.open();
    leasing.provider.inspecting = createGate();

    // When
    const stopped = sessions.interrupt({ sessionFile: leasing.file() });
    await vi.waitFor(() => expect(vi.getTimerCount()).toBe(1));
    await vi.advanceTimersByTimeAsync(5_000);

    // Then
    expect(await stopped).toEqual({ status: 'not-running', settled: false, waitedMs: 0 });
    expect(vi.getTimerCount()).toBe(0);
  });
});
