import { afterEach, describe, expect, it, vi } from 'vitest';
import { useStage } from '../../ownership/support/stage.js';
import { useTempDir } from '../../support/temp-dir.js';

describe('a request that runs now or never, after a stall of the loop', () => {
  const stage = useStage();
  const dir = useTempDir();
  afterEach(() => {
    vi.restoreAllMocks();
  });

  it('[R6] has its turn where the file is free, since it has waited for nobody', async () => {
    // Given
    const sessions = stage.open();
    const asked = sessions.admit({ sessionFile: dir.join('session.jsonl'), mode: 'skip' });
    asked.catch(() => undefined);

    // When: the path is resolved when the loop goes on
    const now = performance.now.bind(performance);
    vi.spyOn(performance, 'now').mockImplementation(() => now() + 6_000);

    // Then
    const admission = await asked;
    expect(admission.outcome).toBe('run');
    if ('ticket' in admission) admission.ticket.cancel();
  });
});
