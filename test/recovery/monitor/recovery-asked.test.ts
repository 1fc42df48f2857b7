import { describe, expect, it, vi } from 'vitest';
import { useStage } from '../../ownership/support/stage.js';
import { createGate } from '../../support/gate.js';
import { useFakeTime } from '../../support/fake-time.js';
import { pass, useWatch } from './support/watch.js';

describe('recovery by a monitor', () => {
  useFakeTime();
  const stage = useStage();
  const watch = useWatch();

  it('[S1] is asked for at every look, however seldom it is told that the session is stuck', async () => {
    // Given a phantom on the file of a run that moves
    const sessions = stage.open();
    const run = await sessions.acquire({ sessionFile: 'memory:a', sessionKey: 'A' });
    const monitor = watch.start(sessions);
    monitor.report({ sessionKey: 'B', sessionFile: 'memory:a', state: 'processing' });
    const beat = setInterval(() => run.progress(), 5_000);
    // When ten looks have found it stuck
    await pass(120_000);
    clearInterval(beat);
    // Then it was told three times, and recovery was asked for ten times
    expect(watch.all('stuck').map(({ ageMs }) => ageMs)).toEqual([30_000, 60_000, 120_000]);
    expect(watch.all('recovery-requested')).toHaveLength(10);
    expect(watch.all('recovery-completed')).toHaveLength(10);
    await run.release();
  });

  it('is not asked for again while it is under way, and again once it has come back', async () => {
    // Given a recovery that takes long, and fails
    const gate = createGate();
    const recover = vi.fn(async (): Promise<never> => {
      await gate.opened;
      throw new Error('failed');
    });
    const monitor = watch.start(stage.open(), { recover });
    monitor.report({ sessionKey: 'k', state: 'processing' });
    // When it lasts for several looks
    await pass(70_000);
    expect(recover).toHaveBeenCalledTimes(1);
    expect(watch.all('recovery-requested')).toHaveLength(1);
    // Then the next one is asked for after it
    gate.open();
    await pass(10_000);
    expect(recover).toHaveBeenCalledTimes(2);
  });

  it('is asked for the next run of a session, though that of the one before has not come back', async () => {
    // Given a reported session, the recovery of whose run never comes back
    const recover = vi.fn(() => new Promise<never>(() => undefined));
    const sessions = stage.open();
    const request = { sessionFile: 'memory:a', sessionKey: 'k' };
    const first = await sessions.acquire({ ...request, runId: 'first' });
    const monitor = watch.start(sessions, { recover });
    monitor.report({ sessionKey: 'k', state: 'processing' });
    await pass(60_000);
    // When that run ends, and the next one is silent too
    await first.release();
    const second = await sessions.acquire({ ...request, runId: 'second' });
    await pass(60_000);
    // Then it is recovered by itself
    expect(watch.all('recovery-requested').map(({ request }) => request.runId)).toEqual([
      'first',
      'second',
    ]);
    await second.release();
  });
});
