import { describe, expect, it, vi } from 'vitest';
import { useStage } from '../../ownership/support/stage.js';
import { standStill } from '../../ownership/support/steps.js';
import { useFakeTime } from '../../support/fake-time.js';
import { pass, useWatch } from './support/watch.js';

describe('a monitor in a process that stood still', () => {
  useFakeTime();
  const stage = useStage();
  const watch = useWatch();

  it('[S3] judges nobody at a tick that comes late, and at the next one again', async () => {
    // Given a phantom that is about to be told
    const monitor = watch.start(stage.open(), { recover: false });
    monitor.report({ sessionKey: 'k', state: 'processing' });
    await pass(25_000);
    // When the process stands still until long after the tick
    standStill(20_000);
    await pass(5_000);
    expect(watch.events).toEqual([]);
    // Then it is told one interval later
    await pass(9_999);
    expect(watch.events).toEqual([]);
    await pass(1);
    expect(watch.told()).toEqual(['stuck k']);
  });

  it.each([
    [1_000, ['stuck k']],
    [1_001, []],
  ])('[S3] takes a tick that is %d ms late for what it is', async (lateMs, told) => {
    const monitor = watch.start(stage.open(), { recover: false });
    monitor.report({ sessionKey: 'k', state: 'processing' });
    await pass(29_999);
    standStill(lateMs);
    await pass(1);
    expect(watch.told()).toEqual(told);
  });

  it('[S3] judges nobody within one interval after the process stood still, also when asked to', async () => {
    // Given a silent run that would be stuck at the next look
    const sessions = stage.open();
    const run = await sessions.acquire({ sessionFile: 'memory:a' });
    const monitor = watch.start(sessions, {
      intervalMs: 20_000,
      warnAfterMs: 10_000,
      abortAfterMs: 30_000,
    });
    await pass(28_000);
    watch.events.length = 0;
    // When the process stands still, and somebody asks
    standStill(60_000);
    await monitor.check();
    await pass(10_000);
    await monitor.check();
    // Then nothing is said of the run
    expect(watch.events).toEqual([]);
    expect(run.signal.aborted).toBe(false);
    await run.release();
  });

  it('[S3] takes what the process lost off the silence of a run', async () => {
    // Given a run that was silent for a while
    const sessions = stage.open({ settleMs: 5_000 });
    const run = await sessions.acquire({ sessionFile: 'memory:a' });
    watch.start(sessions, { recover: false });
    await pass(40_000);
    watch.events.length = 0;
    // When the process stands still for much longer than a run may be silent
    standStill(300_000);
    await pass(15_000);
    // Then it is stalled as before, not stuck
    expect(watch.told()).not.toContain('stuck memory:a');
    await pass(25_000);
    expect(watch.told()).toContain('stuck memory:a');
    expect(watch.all('stuck')[0]?.silentMs).toBeLessThan(90_000);
    await run.release();
  });

  it('recovers again one interval after that, not later', async () => {
    // Given a silent run that stops when it is told to
    const sessions = stage.open();
    const run = await sessions.acquire({ sessionFile: 'memory:a', runId: 'r' });
    run.signal.addEventListener('abort', () => void run.release());
    watch.start(sessions);
    await pass(58_000);
    // When the process stands still for a moment, and one interval passes
    standStill(2_000);
    await pass(2_000);
    await pass(9_999);
    expect(run.end).toBeUndefined();
    await pass(1);
    // Then the run is recovered
    expect(watch.all('recovery-completed').map(({ outcome }) => outcome)).toMatchObject([
      { status: 'ended', reason: 'stuck', activeRunId: 'r' },
    ]);
  });

  it('[S3] sees a sleep that only the wall clock tells of', async () => {
    // Given a silent run, and a machine that sleeps with its monotonic clock
    const sessions = stage.open();
    const run = await sessions.acquire({ sessionFile: 'memory:a' });
    const monitor = watch.start(sessions, { intervalMs: 20_000 });
    await pass(59_000);
    watch.events.length = 0;
    vi.setSystemTime(Date.now() + 3_600_000);
    // When it wakes up, and the run has been silent for long enough
    await pass(1_000);
    await monitor.check();
    expect(watch.events).toEqual([]);
    // Then it is judged one interval later
    await pass(20_000);
    expect(watch.told()).toContain('stuck memory:a');
    await run.release();
  });

  it('[S3] judges again after that where it looks only when it is asked to', async () => {
    // Given a monitor without an interval, and a process that stood still a while ago
    const sessions = stage.open();
    const run = await sessions.acquire({ sessionFile: 'memory:a' });
    const monitor = watch.start(sessions, { intervalMs: Infinity, recover: false });
    await pass(10_000);
    standStill(20_000);
    await pass(200_000);
    // When somebody asks
    await monitor.check();
    // Then it answers
    expect(watch.told()).toEqual(['stuck memory:a']);
    await run.release();
  });
});
