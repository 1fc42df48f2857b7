import { describe, expect, it, vi } from 'vitest';
import { freshMarker, stateOf, useSessions } from '../../runs/support/sessions.js';
import { useFakeTime } from '../../support/fake-time.js';

describe('a second look at a run that is being recovered', () => {
  useFakeTime();
  const sessions = useSessions();

  it('resolves once that recovery has come to its end', async () => {
    // Given
    const coordinator = sessions.create({ settleMs: 1_000 });
    const run = await coordinator.acquire({ sessionFile: freshMarker() });
    const monitor = coordinator.monitor({ warnAfterMs: 1, abortAfterMs: 1 });
    await vi.advanceTimersByTimeAsync(10);
    const first = monitor.check();

    // When
    const second = monitor.check();

    // Then
    expect(await stateOf(second)).toBe('pending');
    await vi.advanceTimersByTimeAsync(1_000);
    await Promise.all([first, second]);
    expect(run.end).toBe('revoked');
    monitor[Symbol.dispose]();
  });
});
