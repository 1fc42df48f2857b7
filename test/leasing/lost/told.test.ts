import { describe, expect, it } from 'vitest';
import { RunInterruptedError } from '../../../src/index.js';
import { startHeedless } from '../../ownership/support/steps.js';
import { typesOf, waitBehind } from '../../runs/support/sessions.js';
import { turns, useLeasing } from '../support/leasing.js';
import { startLosable } from './support/losable.js';

describe('[T4] a run whose lease is lost', () => {
  const leasing = useLeasing();
  const start = () => startLosable(leasing);

  it('[T5] is told by its signal, with the loss as the cause, and has ended', async () => {
    // Given
    const { run, lose } = await start();
    const { signal } = run;

    // When
    const lost = lose();

    // Then
    expect(signal.reason).toBeInstanceOf(RunInterruptedError);
    expect(signal.reason).toMatchObject({ why: 'lease-lost', cause: lost });
    expect(run.end).toBe('lease-lost');
  });

  it('[V5] is told of by events, and counted', async () => {
    // Given
    const { lose } = await start();

    // When
    lose();

    // Then
    expect(typesOf(leasing.stage.events)).toEqual([
      'requested',
      'granted',
      'lease-lost',
      'signalled',
      'revoked',
      'ended',
    ]);
    expect(leasing.stage.events).toContainEqual(
      expect.objectContaining({ type: 'lease-lost', runId: 'a', fencingToken: '1' }),
    );
    expect(leasing.stage.events.at(-1)).toMatchObject({ end: 'lease-lost', why: 'lease-lost' });
  });

  it('is told once, however often the provider says so', async () => {
    // Given
    const { lose } = await start();

    // When
    lose();
    lose();

    // Then
    expect(typesOf(leasing.stage.events).filter((type) => type === 'lease-lost')).toHaveLength(1);
    expect(leasing.stage.events.at(-1)).toMatchObject({ type: 'ended' });
  });

  it('keeps the reason that its signal fired with before', async () => {
    // Given
    leasing.provider.isGenerous = true;
    const sessions = leasing.open();
    const heedless = await startHeedless(sessions, { sessionFile: leasing.file() });
    const interrupted = sessions.interrupt({ runId: heedless.run.runId });
    await turns();

    // When
    leasing.provider.leases[0]?.lose();

    // Then
    await expect(heedless.outcome).rejects.toMatchObject({ why: 'user' });
    expect(heedless.run.end).toBe('lease-lost');
    await interrupted;
    heedless.end.open(undefined);
    await turns();
  });

  it('gets no time to settle: the next run asks for the lease in that step', async () => {
    // Given
    const sessions = leasing.open();
    const sessionFile = leasing.file();
    const first = sessions.acquire({ sessionFile });
    const lease = await leasing.provider.grant(1);
    const run = await first;
    const next = await waitBehind(sessions, { sessionFile });

    // When
    lease.lose();

    // Then
    expect(run.phase).toBe('ended');
    expect(leasing.provider.wishes).toHaveLength(2);
    expect(sessions.inspect().held).toEqual([]);
    await leasing.provider.grant(2);
    expect((await next.granted).fencingToken).toBe('2');
    await (await next.granted).release();
  });

  it('is given back to its provider all the same, once', async () => {
    // Given
    leasing.provider.isGenerous = true;
    await leasing.open().acquire({ sessionFile: leasing.file() });

    // When
    leasing.provider.lease(1).lose();
    await turns();

    // Then
    expect(leasing.provider.lease(1).releases).toBe(1);
  });
});
