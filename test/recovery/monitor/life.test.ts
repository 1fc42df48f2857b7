import { describe, expect, it, vi } from 'vitest';
import { CoordinatorClosedError, type Observed, type RecoveryOutcome } from '../../../src/index.js';
import { useStage } from '../../ownership/support/stage.js';
import { createGate } from '../../support/gate.js';
import { useFakeTime } from '../../support/fake-time.js';
import { pass, useWatch } from './support/watch.js';

const OBSERVED: Observed = { aborted: false, settled: true, revoked: false, nextGranted: false };
const ENDED: RecoveryOutcome = { status: 'ended', reason: 'stuck', observed: OBSERVED };

describe('a monitor that is disposed of', () => {
  useFakeTime();
  const stage = useStage();
  const watch = useWatch();

  it('has no timer, looks at nothing and forgets what it knew', async () => {
    // Given a monitor with a session that is about to be told
    const monitor = watch.start(stage.open());
    monitor.report({ sessionKey: 'k', state: 'processing' });
    await pass(29_000);
    // When it is disposed of
    monitor[Symbol.dispose]();
    // Then nothing is left of it
    expect(vi.getTimerCount()).toBe(0);
    expect(monitor.sessions()).toEqual([]);
    await pass(100_000);
    await monitor.check();
    expect(watch.events).toEqual([]);
  });

  it('may be disposed of again', () => {
    const monitor = watch.start(stage.open());
    monitor[Symbol.dispose]();
    expect(() => monitor[Symbol.dispose]()).not.toThrow();
    expect(vi.getTimerCount()).toBe(0);
  });

  it('takes reports and listeners without a word, and does nothing with them', async () => {
    const monitor = watch.start(stage.open());
    monitor[Symbol.dispose]();
    const listener = vi.fn<() => void>();
    monitor.report({ sessionKey: 'k', state: 'processing' });
    monitor.on('stuck', listener)[Symbol.dispose]();
    monitor.on('stuck', listener);
    await pass(100_000);
    await monitor.check();
    expect(monitor.sessions()).toEqual([]);
    expect(listener).not.toHaveBeenCalled();
  });

  it('still refuses a report that is wrong', () => {
    const monitor = watch.start(stage.open());
    monitor[Symbol.dispose]();
    expect(() => monitor.report({ state: 'idle' })).toThrow(TypeError);
  });

  it('may be disposed of by using', async () => {
    const sessions = stage.open();
    {
      using monitor = sessions.monitor();
      monitor.report({ sessionKey: 'k', state: 'idle' });
      expect(vi.getTimerCount()).toBe(1);
    }
    expect(vi.getTimerCount()).toBe(0);
  });

  it('tells nothing of a recovery that comes back later, and check() comes back all the same', async () => {
    // Given a recovery under way
    const gate = createGate();
    const recover = async (): Promise<RecoveryOutcome> => {
      await gate.opened;
      return ENDED;
    };
    const monitor = watch.start(stage.open(), { recover, intervalMs: Infinity });
    monitor.report({ sessionKey: 'k', state: 'processing' });
    await pass(30_000);
    const looked = monitor.check();
    // When the monitor is disposed of before it comes back
    monitor[Symbol.dispose]();
    gate.open();
    // Then that is not told
    await expect(looked).resolves.toBeUndefined();
    expect(watch.told()).toEqual(['stuck k', 'recovery-requested k']);
    expect(stage.lines.at(-1)?.message).toBe('session stuck');
  });

  it('[S2] lets a recovery that is under way come to its end', async () => {
    // Given a run that is being recovered
    const sessions = stage.open({ settleMs: 5_000 });
    const run = await sessions.acquire({ sessionFile: 'memory:a' });
    const next = sessions.acquire({ sessionFile: 'memory:a' });
    const monitor = watch.start(sessions);
    await pass(60_000);
    expect(run.signal.aborted).toBe(true);
    // When the monitor is disposed of
    monitor[Symbol.dispose]();
    await pass(5_000);
    // Then the turn is taken all the same, and the next has it
    expect(run.end).toBe('revoked');
    await (await next).release();
  });
});

describe('the monitors of a coordinator', () => {
  useFakeTime();
  const stage = useStage();
  const watch = useWatch();

  it('[X1] end with it', async () => {
    // Given two monitors, one of them with a session that is about to be told
    const sessions = stage.open();
    const [one] = [watch.start(sessions), watch.start(sessions)];
    one.report({ sessionKey: 'k', state: 'processing' });
    // When the coordinator is closed
    await sessions.close();
    // Then nothing is left of them
    expect(vi.getTimerCount()).toBe(0);
    expect(one.sessions()).toEqual([]);
    await pass(100_000);
    expect(watch.events).toEqual([]);
  });

  it('are not made any more once it is closed', async () => {
    const sessions = stage.open();
    await sessions.close();
    expect(() => sessions.monitor()).toThrow(CoordinatorClosedError);
    expect(() => sessions.monitor()).toThrow(
      expect.objectContaining({
        code: 'ERR_SESSION_CLOSED',
        message: expect.stringContaining('a monitor'),
      }),
    );
    expect(vi.getTimerCount()).toBe(0);
  });

  it('are not ended by another coordinator that is closed', async () => {
    const [own, other] = [stage.open(), stage.open()];
    const monitor = watch.start(own);
    await other.close();
    monitor.report({ sessionKey: 'k', state: 'processing' });
    await pass(30_000);
    expect(watch.told()).toContain('stuck k');
  });

  it('know each what was told to it, and all of them every owner', async () => {
    const sessions = stage.open();
    const run = await sessions.acquire({ sessionFile: 'memory:a' });
    const [one, other] = [watch.start(sessions), watch.start(sessions)];
    one.report({ sessionKey: 'k', state: 'idle' });
    expect(one.sessions()).toHaveLength(2);
    expect(other.sessions()).toMatchObject([{ sessionFile: 'memory:a' }]);
    await run.release();
  });

  it('act once on one run that hangs, and each is told what it came to', async () => {
    // Given two monitors that look at the same time
    const sessions = stage.open({ settleMs: 5_000 });
    const run = await sessions.acquire({ sessionFile: 'memory:a' });
    watch.start(sessions, { abortAfterMs: 60_000 });
    watch.start(sessions, { abortAfterMs: 60_000 });
    // When the run is silent for so long
    await pass(60_000);
    await pass(5_000);
    // Then the second finds the recovery of the first under way
    expect(stage.told().filter((line) => line.startsWith('signalled'))).toHaveLength(1);
    expect(watch.all('recovery-completed').map(({ outcome }) => outcome.reason)).toEqual([
      'already_in_flight',
      'stuck',
    ]);
    expect(run.end).toBe('revoked');
  });

  it('see the owners of all coordinators of the thread', async () => {
    // Given two coordinators that share the table of the thread
    const [one, other] = [stage.open({ isolated: false }), stage.open({ isolated: false })];
    const run = await one.acquire({ sessionFile: 'memory:of-one', sessionKey: 'k' });
    // When a monitor of the other looks
    const monitor = watch.start(other, { intervalMs: Infinity });
    // Then it sees the run of the first
    expect(monitor.sessions()).toMatchObject([{ sessionKey: 'k', health: 'healthy' }]);
    await run.release();
    expect(monitor.sessions()).toEqual([]);
  });
});
