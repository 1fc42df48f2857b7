import { describe, expect, it } from 'vitest';
import type { Coordinator } from '../../../src/index.js';
import { createGate } from '../../support/gate.js';
import { freshMarker, useSessions } from '../../runs/support/sessions.js';

/** What the file says to code that does not want to wait. */
async function ask(coordinator: Coordinator, sessionFile: string): Promise<string> {
  const request = { sessionFile, waitMs: 0 };
  return await coordinator.acquire(request).then(
    () => 'granted',
    ({ code }: { code: string }) => code,
  );
}

describe('code that is called because of what another run does', () => {
  const sessions = useSessions();

  it('[F11] is not inside that run where it listens to the signal of its own', async () => {
    // Given
    const coordinator = sessions.create();
    const [own, others] = [freshMarker(), freshMarker()];
    const answer = createGate<Promise<string>>();
    const target = await coordinator.acquire({ sessionFile: own });
    target.signal.addEventListener('abort', () => {
      answer.open(ask(coordinator, others));
      void target.release();
    });

    // When
    await coordinator.run({ sessionFile: others }, () => coordinator.interrupt(target));

    // Then
    await expect(answer.opened).resolves.toBe('ERR_SESSION_WAIT_TIMEOUT');
  });

  it('[F11] is not inside that run where it listens to events', async () => {
    // Given
    const sessionFile = freshMarker();
    const answer = createGate<Promise<string>>();
    const coordinator = sessions.create({
      onEvent: ({ type }) => {
        if (type === 'busy') answer.open(ask(coordinator, sessionFile));
      },
    });

    // When
    await coordinator.run({ sessionFile }, () => coordinator.admit({ sessionFile, mode: 'skip' }));

    // Then
    await expect(answer.opened).resolves.toBe('ERR_SESSION_WAIT_TIMEOUT');
  });
});
