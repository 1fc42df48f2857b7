import { describe, expect, it } from 'vitest';
import type { Admission, Coordinator, Ticket } from '../../../src/index.js';
import { assertError, freshMarker, stateOf, useSessions } from '../../runs/support/sessions.js';
import { DeadlockError } from '../../../src/index.js';

async function queue(coordinator: Coordinator, sessionFile: string): Promise<Ticket> {
  return ticketIn(await coordinator.admit({ sessionFile }));
}

function ticketIn(admission: Admission): Ticket {
  if (admission.outcome !== 'queued') throw new Error(admission.outcome);
  return admission.ticket;
}

describe('a ticket and runs that wait for each other', () => {
  const sessions = useSessions();

  /** Two runs, each with a file of its own, and nobody waiting. */
  async function openTwo() {
    const coordinator = sessions.create();
    const [one, other] = [freshMarker(), freshMarker()];
    const first = await coordinator.acquire({ sessionFile: one });
    const second = await coordinator.acquire({ sessionFile: other });
    return { coordinator, one, other, first, second };
  }

  it.each(['queue', 'steer', 'interrupt'] as const)(
    'is given by mode %s where two runs leave something for each other and none waits',
    async (mode) => {
      // Given
      const { coordinator, one, other, first, second } = await openTwo();
      const forSecond = await first.within(() => queue(coordinator, other));

      // When
      const admission = await second.within(() => coordinator.admit({ sessionFile: one, mode }));

      // Then
      expect(admission).toMatchObject({
        outcome: mode === 'interrupt' ? 'interrupting' : 'queued',
      });
      forSecond.cancel();
      if ('ticket' in admission) admission.ticket.cancel();
      await Promise.all([first.release(), second.release()]);
    },
  );

  it('[D4] is refused to a run that would wait for one that waits for it', async () => {
    // Given
    const { coordinator, one, other, first, second } = await openTwo();
    const ticket = await queue(coordinator, other);
    const forFirst = second.within(() => coordinator.acquire({ sessionFile: one }));

    // When
    const claimed = first.within(() => ticket.acquire());

    // Then
    expect(await stateOf(claimed)).toBe('failed');
    await assertError(claimed, DeadlockError);
    ticket.cancel();
    await first.release();
    await (await forFirst).release();
    await second.release();
  });

  it('[D4] is what a run waits for that has claimed it, whoever had asked for it', async () => {
    // Given
    const { coordinator, one, other, first, second } = await openTwo();
    const ticket = await queue(coordinator, other);
    const claimed = first.within(() => ticket.acquire());
    claimed.catch(() => undefined);

    // When
    const forFirst = second.within(() => coordinator.acquire({ sessionFile: one }));

    // Then
    expect(await stateOf(forFirst)).toBe('failed');
    await assertError(forFirst, DeadlockError);
    ticket.cancel();
    await Promise.all([first.release(), second.release()]);
  });

  it('may be claimed inside the run that it comes after, where nobody waits for that', async () => {
    // Given
    const { coordinator, one, first, second } = await openTwo();
    const ticket = await first.within(() => queue(coordinator, one));

    // When
    const answered = first.within(() => coordinator.run(ticket, () => 'after it'));

    // Then
    await Promise.all([first.release(), second.release()]);
    await expect(answered).resolves.toBe('after it');
  });
});
