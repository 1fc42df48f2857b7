import { describe, expect, it, vi } from 'vitest';
import { LeaseSource } from '../../../src/ownership/leasing/lease-source.js';
import { createGate } from '../../support/gate.js';
import { stateOf, until } from '../../runs/support/sessions.js';
import { turns, useLeasing } from '../support/leasing.js';

describe('a move to a file whose lease is on its way back', () => {
  const leasing = useLeasing();
  const next = (): string => leasing.file('next.jsonl');

  /** A run that waits for that, to move there. */
  async function start() {
    leasing.provider.isGenerous = true;
    const sessions = leasing.open();
    const returned = createGate();
    leasing.provider.onRelease = () => returned.opened;
    await sessions.run({ sessionFile: next() }, () => 'before');
    await until(() => leasing.provider.lease(1).releases === 1);
    const run = await sessions.acquire({ sessionFile: leasing.file(), runId: 'moves' });
    const asked = vi.spyOn(LeaseSource.prototype, 'acquire');
    const rotated = run.transcript.rotate(next());
    rotated.catch(() => undefined);
    await until(() => asked.mock.calls.length === 1);
    return { sessions, returned, run, rotated };
  }

  it('waits for it', async () => {
    // Given
    const { returned, run, rotated } = await start();
    expect(await stateOf(rotated)).toBe('pending');

    // When
    returned.open();

    // Then
    await rotated;
    expect(run.sessionFile).toBe(next());
    await run.release();
  });

  it('[O5] ends with the run, and the provider is not asked for it any more', async () => {
    // Given
    const { sessions, returned, rotated } = await start();
    const wishes = leasing.provider.wishes.length;

    // When
    await sessions.interrupt({ runId: 'moves' }, { settleMs: 0 });

    // Then
    await expect(rotated).rejects.toMatchObject({ code: 'ERR_SESSION_RUN_REVOKED' });
    returned.open();
    await turns();
    expect(leasing.provider.wishes).toHaveLength(wishes);
  });

  it('keeps nothing that the end of the run would have to end, once it has come about', async () => {
    // Given
    const { returned, run, rotated } = await start();
    returned.open();
    await rotated;

    // When
    await run.release();

    // Then
    const { signal } = leasing.provider.lease(3).wish.request;
    expect(signal.aborted).toBe(false);
  });
});
