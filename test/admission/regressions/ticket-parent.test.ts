import { describe, expect, it } from 'vitest';
import { DeadlockError } from '../../../src/index.js';
import { assertError, freshMarker, stateOf, useSessions } from '../../runs/support/sessions.js';

describe('a ticket that was asked for on behalf of a run, where the context does not show it', () => {
  const sessions = useSessions();

  it('[D4] belongs to that run also when it is claimed where the context does not show it', async () => {
    // Given a parent that waits for the task of the ticket, as it said
    const coordinator = sessions.create();
    const [own, other] = [freshMarker(), freshMarker()];
    const parent = await coordinator.acquire({ sessionFile: own });
    const holder = await coordinator.acquire({ sessionFile: other });
    const admission = await coordinator.admit({ sessionFile: other, parent });
    if (admission.outcome !== 'queued') throw new Error(admission.outcome);

    // When the task asks for the file of the parent
    const signal = new AbortController();
    const outcome = coordinator.run(admission.ticket, () =>
      coordinator.run({ sessionFile: own, signal: signal.signal }, () => undefined),
    );
    await holder.release();
    const state = await stateOf(outcome);
    signal.abort();

    // Then
    expect(state).toBe('failed');
    await assertError(outcome, DeadlockError);
    await parent.release();
  });
});
