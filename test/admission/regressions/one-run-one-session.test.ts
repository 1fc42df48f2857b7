import { describe, expect, it } from 'vitest';
import { freshMarker, useSessions } from '../../runs/support/sessions.js';

describe('a run whose labels were reported apart', () => {
  const sessions = useSessions();

  it('is one session', async () => {
    // Given
    const coordinator = sessions.create();
    const labels = { sessionKey: 'lane', sessionId: 'talk' };
    const run = await coordinator.acquire({ sessionFile: freshMarker(), ...labels });
    const monitor = coordinator.monitor();
    monitor.report({ sessionKey: 'lane', state: 'processing' });
    monitor.report({ sessionId: 'talk', state: 'processing' });

    // When
    const seen = monitor.sessions();

    // Then
    expect(seen).toHaveLength(1);
    monitor[Symbol.dispose]();
    await run.release();
  });
});
