import { describe, expect, it, vi } from 'vitest';
import type { Run } from '../../../src/index.js';
import { freshMarker, useSessions } from '../../runs/support/sessions.js';
import { useFakeTime } from '../../support/fake-time.js';

describe('a monitor that is disposed of while it looks', () => {
  useFakeTime();
  const sessions = useSessions();

  it.each(['stuck', 'recovery-requested'] as const)(
    'stops nobody any more from a listener of %s on',
    async (type) => {
      // Given
      const coordinator = sessions.create();
      const monitor = coordinator.monitor({ warnAfterMs: 1_000, abortAfterMs: 2_000 });
      const runs: Run[] = [
        await coordinator.acquire({ sessionFile: freshMarker() }),
        await coordinator.acquire({ sessionFile: freshMarker() }),
      ];
      monitor.on(type, () => monitor[Symbol.dispose]());
      await vi.advanceTimersByTimeAsync(3_000);

      // When
      await Promise.race([monitor.check(), vi.advanceTimersByTimeAsync(60_000)]);

      // Then
      expect(runs.map(({ signal }) => signal.aborted)).toEqual([false, false]);
      for (const run of runs) await run.release();
    },
  );

  it('does not call a listener that was taken off by the one before it', async () => {
    // Given
    const monitor = sessions.create().monitor({ warnAfterMs: 1, recover: false });
    const called: string[] = [];
    monitor.on('stuck', () => {
      called.push('first');
      second[Symbol.dispose]();
    });
    const second = monitor.on('stuck', () => called.push('second'));
    monitor.report({ sessionKey: 'lane', state: 'processing' });
    await vi.advanceTimersByTimeAsync(10);

    // When
    await monitor.check();

    // Then
    expect(called).toEqual(['first']);
    monitor[Symbol.dispose]();
  });
});
