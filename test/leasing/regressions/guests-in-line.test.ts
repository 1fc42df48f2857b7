import { describe, expect, it } from 'vitest';
import { stateOf } from '../../runs/support/sessions.js';
import { createGate } from '../../support/gate.js';
import { turns, useLeasing } from '../support/leasing.js';

describe('guests that wait for the lease, one behind the other', () => {
  const leasing = useLeasing();

  it('have their sections in turn where they are ready to wait', async () => {
    // Given
    const sessions = leasing.open();
    const going = createGate();
    const first = sessions.write(leasing.file(), () => going.opened);
    const second = sessions.write(leasing.file(), () => 'second');
    const wish = await leasing.provider.wish(1);
    await turns();
    wish.grant();
    expect(await stateOf(second)).toBe('pending');

    // When
    going.open();

    // Then
    await first;
    await expect(second).resolves.toBe('second');
  });

  it('are let in both where the first is done in the step in which it comes', async () => {
    // Given
    const sessions = leasing.open();
    const first = sessions.write(leasing.file(), () => 'first');
    const second = sessions.write(leasing.file(), () => 'second');
    const wish = await leasing.provider.wish(1);
    await turns();

    // When
    wish.grant();

    // Then
    await expect(Promise.all([first, second])).resolves.toEqual(['first', 'second']);
  });
});
