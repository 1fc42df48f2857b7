import { describe, expect, it, vi } from 'vitest';
import { useStage } from '../../ownership/support/stage.js';
import { settled } from '../../ownership/support/steps.js';
import { useFakeTime } from '../../support/fake-time.js';
import { pass, useWatch } from './support/watch.js';

describe('the interval of a monitor', () => {
  useFakeTime();
  const stage = useStage();
  const watch = useWatch();

  it('is how often it looks, from its start on', async () => {
    // Given a session that has been at work for long enough at every look
    const recover = vi.fn(() => never());
    const monitor = watch.start(stage.open(), { warnAfterMs: 0, abortAfterMs: 0, recover });
    monitor.report({ sessionKey: 'k', state: 'processing' });
    // When one interval passes, then the next ones
    await pass(9_999);
    expect(watch.events).toEqual([]);
    await pass(1);
    expect(watch.told()).toEqual(['stuck k', 'recovery-requested k']);
    monitor.report({ sessionKey: 'l', state: 'processing' });
    await pass(9_999);
    expect(recover).toHaveBeenCalledTimes(1);
    await pass(1);
    // Then it has looked at the end of each
    expect(recover).toHaveBeenCalledTimes(2);
  });

  it('is 30 s, and the thresholds are 120 s and three times that, unless told otherwise', async () => {
    // Given a monitor without options, a phantom and a run that is silent
    const sessions = stage.open();
    const run = await sessions.acquire({ sessionFile: 'memory:a' });
    const monitor = watch.start(sessions, {
      intervalMs: undefined,
      warnAfterMs: undefined,
      abortAfterMs: undefined,
    });
    monitor.report({ sessionKey: 'k', state: 'processing' });
    // When it has been so for two minutes, and for six
    await pass(90_000);
    expect(watch.events).toEqual([]);
    await pass(30_000);
    expect(watch.told().slice(0, 3)).toEqual([
      'stuck k',
      'recovery-requested k',
      'stalled memory:a',
    ]);
    await pass(239_999);
    expect(watch.told()).not.toContain('stuck memory:a');
    await pass(1);
    // Then it was warned of at the first, and recovered at the second
    expect(watch.told()).toContain('recovery-requested memory:a');
    await run.release();
  });

  it.each([
    ['three times warnAfterMs', 200_000, 600_000],
    ['five minutes', 20_000, 300_000],
  ])('leaves %s until a run is stuck, where that is longer', async (_, warnAfterMs, stuckMs) => {
    const sessions = stage.open();
    const run = await sessions.acquire({ sessionFile: 'memory:a' });
    watch.start(sessions, { warnAfterMs, abortAfterMs: undefined, recover: false });
    await pass(stuckMs - 1);
    expect(watch.told()).not.toContain('stuck memory:a');
    await pass(1);
    expect(watch.told()).toContain('stuck memory:a');
    await run.release();
  });

  it('is no timer at all where it is Infinity', async () => {
    const monitor = watch.start(stage.open(), { intervalMs: Infinity });
    expect(vi.getTimerCount()).toBe(0);
    monitor.report({ sessionKey: 'k', state: 'processing' });
    await pass(10_000_000);
    expect(watch.events).toEqual([]);
    await monitor.check();
    expect(watch.told()).toContain('stuck k');
  });

  it('may be longer than any timer of the host', async () => {
    // Given an interval of 60 days
    const days = 24 * 3_600_000;
    const monitor = watch.start(stage.open(), { intervalMs: 60 * days });
    monitor.report({ sessionKey: 'k', state: 'processing' });
    // When it is over
    await pass(60 * days - 1);
    expect(watch.events).toEqual([]);
    await pass(1);
    // Then it looks, and counts anew
    expect(watch.told()).toContain('stuck k');
    expect(vi.getTimerCount()).toBe(1);
  });

  it('goes on as before when somebody looks in between', async () => {
    const monitor = watch.start(stage.open(), { recover: false, warnAfterMs: 12_000 });
    monitor.report({ sessionKey: 'k', state: 'processing' });
    await pass(9_000);
    await monitor.check();
    await pass(10_999);
    expect(watch.events).toEqual([]);
    await pass(1);
    expect(watch.told()).toEqual(['stuck k']);
  });
});

describe('a look of a monitor', () => {
  useFakeTime();
  const stage = useStage();
  const watch = useWatch();

  it("is nobody's: a run in which the monitor was started is recovered like any other", async () => {
    // Given a run whose own code starts a monitor, and timers that keep the context of that code
    const sessions = stage.open({ settleMs: 5_000 });
    const run = await sessions.acquire({ sessionFile: 'memory:a' });
    run.within(() => watch.start(sessions));
    // When it is silent for so long, and has had its time to settle
    await run.within(() => pass(60_000));
    await pass(5_000);
    // Then its turn was taken, and that was waited for
    expect(run.end).toBe('revoked');
    expect(watch.all('recovery-completed')).toMatchObject([{ outcome: { status: 'revoked' } }]);
  });
});

describe('check', () => {
  useFakeTime();
  const stage = useStage();
  const watch = useWatch();

  it('looks at once, and resolves when what it found has been told and recovered', async () => {
    // Given a silent run that ignores its signal
    const sessions = stage.open({ settleMs: 5_000 });
    const run = await sessions.acquire({ sessionFile: 'memory:a' });
    const monitor = watch.start(sessions, { intervalMs: Infinity });
    await pass(60_000);
    // When somebody looks
    const looked = monitor.check();
    expect(watch.told()).toEqual(['stuck memory:a', 'recovery-requested memory:a']);
    const isOver = vi.fn<() => void>();
    void looked.then(isOver);
    await pass(4_999);
    expect(isOver).not.toHaveBeenCalled();
    await pass(1);
    // Then it is done when the turn was taken
    expect(isOver).toHaveBeenCalledOnce();
    expect(run.end).toBe('revoked');
    expect(watch.told()).toContain('recovery-completed memory:a');
  });

  it('resolves at once where nothing is found', async () => {
    const monitor = watch.start(stage.open());
    await expect(monitor.check()).resolves.toBeUndefined();
    await settled();
    expect(watch.events).toEqual([]);
  });
});

function never(): Promise<never> {
  return new Promise(() => undefined);
}
