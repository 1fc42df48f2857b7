import { describe, expect, it, vi } from 'vitest';
import { freshMarker, loopTurn, useSessions } from '../../runs/support/sessions.js';
import { useFakeTime } from '../../support/fake-time.js';

const TICKETS = 3_000;
const OLDER_MS = 200_000;

describe('turns that nobody has taken yet and that a more urgent waiter ends', () => {
  useFakeTime();
  const sessions = useSessions();

  it('end one after another, however many there are', async () => {
    // Given
    const coordinator = sessions.create({
      maxWaiting: Infinity,
      preemptAfterMs: 0,
      stuckAfterMs: false,
    });
    const sessionFile = freshMarker();
    const owner = await coordinator.acquire({ sessionFile, kind: 'maintenance' });
    for (let index = 0; index < TICKETS; index += 1) {
      await coordinator.admit({ sessionFile, kind: 'maintenance' });
    }
    await vi.advanceTimersByTimeAsync(OLDER_MS);
    const urgent = coordinator.acquire({ sessionFile, kind: 'heartbeat' });

    // When
    await owner.release();

    // Then
    const run = await urgent;
    expect(coordinator.runs.size).toBe(1);
    expect(coordinator.inspect().counters.ends.superseded).toBe(TICKETS + 1);
    await run.release();
    await loopTurn();
  });
});
