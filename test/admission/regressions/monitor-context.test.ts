import { describe, expect, it } from 'vitest';
import type { Monitor, RecoveryOutcome } from '../../../src/index.js';
import { createGate } from '../../support/gate.js';
import { freshMarker, useSessions } from '../../runs/support/sessions.js';

describe('a monitor that was made inside a run', () => {
  const sessions = useSessions();

  // Real time: fake timers do not keep the context that they were set in.
  it('sees what became of that run', async () => {
    // Given
    const coordinator = sessions.create({ settleMs: 1 });
    const toStop = createGate();
    const completed = createGate<RecoveryOutcome>();
    let monitor: Monitor | undefined;
    const ended = coordinator.run({ sessionFile: freshMarker() }, async () => {
      monitor = coordinator.monitor({ intervalMs: 5, warnAfterMs: 5, abortAfterMs: 5 });
      monitor.on('recovery-completed', ({ outcome }) => completed.open(outcome));
      await toStop.opened;
    });
    ended.catch(() => undefined);

    // When
    const outcome = await completed.opened;

    // Then
    expect(outcome).toMatchObject({ status: 'revoked', observed: { revoked: true } });
    monitor?.[Symbol.dispose]();
    toStop.open();
    await expect(ended).rejects.toThrow('was told to stop (recovery');
  });

  it('does not call its listeners inside that run', async () => {
    // Given
    const coordinator = sessions.create();
    const sessionFile = freshMarker();
    const answered = createGate<string>();

    // When
    await coordinator.run({ sessionFile }, async () => {
      const monitor = coordinator.monitor({ intervalMs: 5, warnAfterMs: 5, recover: false });
      monitor.on('stalled', () => {
        const request = { sessionFile, waitMs: 0 };
        coordinator.acquire(request).catch(({ code }: { code: string }) => answered.open(code));
      });
      await answered.opened;
      monitor[Symbol.dispose]();
    });

    // Then
    await expect(answered.opened).resolves.toBe('ERR_SESSION_WAIT_TIMEOUT');
  });
});
