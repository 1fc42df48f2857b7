import { describe, expect, it } from 'vitest';
import { freshMarker, loopTurn, stateOf, useSessions } from '../../runs/support/sessions.js';

describe('a run that waits for another one to stop', () => {
  const sessions = useSessions();

  it('ends that wait in time, so that nobody else is told of a circle', async () => {
    // Given a run that is being stopped by another one, and waits for the file of a third
    const coordinator = sessions.create({ settleMs: 60_000 });
    const [a, b, c] = [freshMarker(), freshMarker(), freshMarker()];
    const stopper = await coordinator.acquire({ sessionFile: a });
    const stopped = await coordinator.acquire({ sessionFile: b });
    const third = await coordinator.acquire({ sessionFile: c });
    const inner = stopped.within(() => coordinator.acquire({ sessionFile: c }));
    const interrupt = stopper.within(() => coordinator.interrupt({ runId: stopped.runId }));
    await loopTurn();

    // When the third asks for the file of the first
    const asked = third.within(() => coordinator.acquire({ sessionFile: a }));

    // Then it waits: the one that is being stopped has a limited time to end
    const state = await stateOf(asked);
    await stopped.release();
    await interrupt;
    await stopper.release();
    if (state === 'pending') await (await asked).release();
    await third.release();
    await (await inner).release();
    expect(state).toBe('pending');
  });
});
