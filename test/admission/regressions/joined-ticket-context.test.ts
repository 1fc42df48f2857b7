import { describe, expect, it } from 'vitest';
import type { Ticket } from '../../../src/index.js';
import { freshMarker, useSessions } from '../../runs/support/sessions.js';

describe('a ticket that joined the turn of a run and is used inside another one', () => {
  const sessions = useSessions();

  it('[D1] runs its task inside the turn that it joined', async () => {
    // Given
    const coordinator = sessions.create();
    const sessionFile = freshMarker();
    const host = await coordinator.acquire({ sessionFile });
    const other = await coordinator.acquire({ sessionFile: freshMarker() });
    const ticket = await host.within(async (): Promise<Ticket> => {
      const admission = await coordinator.admit({ sessionFile, onReentry: 'join' });
      if (admission.outcome !== 'run') throw new Error(admission.outcome);
      return admission.ticket;
    });

    // When
    const inner = other.within(() =>
      coordinator.run(ticket, () =>
        coordinator.run({ sessionFile, onReentry: 'join', waitMs: 0 }, ({ runId }) => runId),
      ),
    );

    // Then
    await expect(inner).resolves.toBe(host.runId);
    await Promise.all([host.release(), other.release()]);
  });
});
