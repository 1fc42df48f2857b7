import { describe, expect, it, vi } from 'vitest';
import { until } from '../../runs/support/sessions.js';
import { createGate } from '../../support/gate.js';
import { useFakeTime } from '../../support/fake-time.js';
import { turns, useLeasing } from '../support/leasing.js';

describe('requests that are decided when the lease comes', () => {
  const leasing = useLeasing();
  useFakeTime();

  it('[R7] do not count one that got the turn meanwhile as waiting', async () => {
    // Given: room for one, and three requests, of which the second stops the first
    const sessions = leasing.open({ maxWaiting: 1 });
    const sessionFile = leasing.file();
    const asked = [
      sessions.admit({ sessionFile }),
      sessions.admit({ sessionFile, mode: 'interrupt' }),
      sessions.admit({ sessionFile }),
    ];
    const wish = await leasing.provider.wish(1);
    await until(() => sessions.inspect().waiting.length === 3);

    // When
    wish.grant();

    // Then
    const admissions = await Promise.all(asked);
    expect(admissions.map(({ outcome }) => outcome)).toEqual(['run', 'interrupting', 'queued']);
    for (const admission of admissions) if ('ticket' in admission) admission.ticket.cancel();
    await turns();
  });

  it('[T1] turn a guest away at once that came for now or never, behind another guest', async () => {
    // Given
    const sessions = leasing.open();
    const going = createGate();
    const first = sessions.write(leasing.file(), () => going.opened);
    const second = sessions.write(leasing.file(), () => 'never', { waitMs: 0 });
    second.catch(() => undefined);
    const wish = await leasing.provider.wish(1);
    await turns();

    // When: no time passes
    wish.grant();

    // Then
    await expect(second).rejects.toMatchObject({ code: 'ERR_SESSION_WAIT_TIMEOUT' });
    going.open();
    await first;
  });

  it('[R6] are turned away in mode skip where the provider says nothing for 5 s', async () => {
    // Given
    const sessions = leasing.open();
    const asked = sessions.admit({ sessionFile: leasing.file(), mode: 'skip' });
    const wish = await leasing.provider.wish(1);

    // When
    await vi.advanceTimersByTimeAsync(5_000);

    // Then
    expect(await asked).toMatchObject({ outcome: 'busy', reason: 'held-elsewhere' });
    expect(wish.state).toBe('aborted');
  });
});
