import { describe, expect, it } from 'vitest';
import { freshMarker, useSessions } from '../../runs/support/sessions.js';

describe('a listener of the signal of a run, put there by code outside of that run', () => {
  const sessions = useSessions();

  it('may leave a request for what comes after the run', async () => {
    // Given code that holds a run in its hands and is not inside of it
    const coordinator = sessions.create();
    const sessionFile = freshMarker();
    const run = await coordinator.acquire({ sessionFile });
    let followUp: Promise<string> | undefined;
    run.signal.addEventListener('abort', () => {
      followUp = coordinator.run({ sessionFile }, () => 'repaired');
      followUp.catch(() => undefined);
    });

    // When
    const interrupt = coordinator.interrupt({ runId: run.runId });
    await run.release();
    await interrupt;

    // Then
    await expect(followUp).resolves.toBe('repaired');
  });
});
