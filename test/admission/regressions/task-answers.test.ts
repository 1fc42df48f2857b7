import { describe, expect, it } from 'vitest';
import { assertError, freshMarker, stateOf, useSessions } from '../../runs/support/sessions.js';

/** Anything that is asked of it throws. */
function untouchable(): object {
  const { proxy, revoke } = Proxy.revocable({}, {});
  revoke();
  return proxy;
}

describe('a task that returns what cannot be looked at', () => {
  const sessions = useSessions();

  it.each(['run', 'joined run'] as const)('fails, and ends its %s', async (how) => {
    // Given
    const coordinator = sessions.create();
    const sessionFile = freshMarker();
    const request = { sessionFile, onReentry: 'join' } as const;
    const unhandled: unknown[] = [];
    const listeners = process.listeners('unhandledRejection');
    process.removeAllListeners('unhandledRejection');
    process.on('unhandledRejection', (error) => unhandled.push(error));

    // When
    const task = (): object => untouchable();
    const outcome =
      how === 'run'
        ? coordinator.run(request, task)
        : coordinator.run(request, async () => {
            await coordinator.run(request, task);
          });
    const state = await stateOf(outcome);
    process.removeAllListeners('unhandledRejection');
    for (const listener of listeners) process.on('unhandledRejection', listener);

    // Then
    expect({ state, unhandled }).toEqual({ state: 'failed', unhandled: [] });
    await assertError(outcome, TypeError);
    expect(coordinator.runs.size).toBe(0);
  });
});
