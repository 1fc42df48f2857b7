import { describe, expect, it } from 'vitest';
import type { Run } from '../../../src/index.js';
import { freshMarker, useSessions } from '../../runs/support/sessions.js';

describe('a recovery whose file is taken anew in the step in which it gets free', () => {
  const sessions = useSessions();

  it('has observed that another run owns it', async () => {
    // Given
    const sessionFile = freshMarker();
    let next: Promise<Run> | undefined;
    const coordinator = sessions.create({
      onEvent: ({ type, runId }) => {
        if (type === 'ended' && runId === 'first') next = coordinator.acquire({ sessionFile });
      },
    });
    const run = await coordinator.acquire({ sessionFile, runId: 'first' });
    run.signal.addEventListener('abort', () => void run.release());

    // When
    const { observed } = await coordinator.recover({ runId: 'first', allowActiveAbort: true });

    // Then
    expect(observed).toMatchObject({ settled: true, nextGranted: true });
    await (await next)?.release();
  });
});
