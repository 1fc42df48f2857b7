import { describe, expect, it, vi } from 'vitest';
import type { Observed, RecoveryOutcome } from '../../../src/index.js';
import { useStage } from '../../ownership/support/stage.js';
import { createGate } from '../../support/gate.js';
import { useFakeTime } from '../../support/fake-time.js';
import { MONITOR_EVENTS, pass, useWatch } from './support/watch.js';

const OBSERVED: Observed = { aborted: false, settled: true, revoked: false, nextGranted: false };
const ENDED: RecoveryOutcome = { status: 'ended', reason: 'stuck', observed: OBSERVED };

describe('a listener of a monitor', () => {
  useFakeTime();
  const stage = useStage();
  const watch = useWatch();

  it('that asks for another look in an event has nothing told or recovered twice', async () => {
    // Given a recovery that takes long, and a listener that looks again at everything
    const gate = createGate<RecoveryOutcome>();
    const recover = vi.fn(() => gate.opened);
    const monitor = watch.start(stage.open(), { recover });
    for (const type of MONITOR_EVENTS) monitor.on(type, () => void monitor.check());
    monitor.report({ sessionKey: 'k', state: 'processing' });
    monitor.report({ sessionKey: 'l', state: 'processing' });
    await pass(30_000);
    expect(watch.told().toSorted()).toEqual([
      'recovery-requested k',
      'recovery-requested l',
      'stuck k',
      'stuck l',
    ]);
    expect(recover).toHaveBeenCalledTimes(2);
    // And nobody waits any more once it has come back
    monitor[Symbol.dispose]();
    gate.open(ENDED);
    await pass(0);
  });

  it('that reports in an event makes the recovery stale', async () => {
    const monitor = watch.start(stage.open());
    monitor.on('recovery-requested', () => {
      monitor.report({ sessionKey: 'k', state: 'processing' });
    });
    monitor.report({ sessionKey: 'k', state: 'processing' });
    await pass(30_000);
    expect(watch.all('recovery-completed')).toMatchObject([{ isStale: true }]);
    expect(monitor.sessions()).toMatchObject([{ state: 'processing', health: 'healthy' }]);
  });

  it('that ends a run has nothing told of that run', async () => {
    // Given two runs that are silent, and a listener that ends the second
    const sessions = stage.open();
    const first = await sessions.acquire({ sessionFile: 'memory:a' });
    const second = await sessions.acquire({ sessionFile: 'memory:b' });
    const monitor = watch.start(sessions, { recover: false });
    monitor.on('stalled', () => void second.release());
    // When the first is told of
    await pass(30_000);
    // Then the second is not: it is over
    expect(watch.told()).toEqual(['stalled memory:a']);
    await first.release();
  });

  it.each(['stuck', 'recovery-requested'] as const)(
    'that disposes of the monitor in %s has nothing done or told any more',
    async (type) => {
      // Given two phantoms
      const recover = vi.fn(() => ENDED);
      const monitor = watch.start(stage.open(), { recover });
      monitor.on(type, () => monitor[Symbol.dispose]());
      monitor.report({ sessionKey: 'k', state: 'processing' });
      monitor.report({ sessionKey: 'l', state: 'processing' });
      // When the first is told of
      await pass(30_000);
      // Then that was the last that was heard of the monitor
      expect(watch.told().at(-1)).toBe(`${type} k`);
      expect(stage.lines.at(-1)?.message).toBe(
        // What is asked of recovery is not worth a line by itself.
        type === 'recovery-requested' ? 'session stuck' : `session ${type}`,
      );
      expect(recover).not.toHaveBeenCalled();
      expect(vi.getTimerCount()).toBe(0);
    },
  );

  it('that disposes of the monitor in stalled has nobody asked to give way', async () => {
    const sessions = stage.open();
    const run = await sessions.acquire({ sessionFile: 'memory:a' });
    const waiting = sessions.acquire({ sessionFile: 'memory:a' });
    const monitor = watch.start(sessions);
    monitor.on('stalled', () => monitor[Symbol.dispose]());
    await pass(30_000);
    expect(run.yieldSignal.aborted).toBe(false);
    await run.release();
    await (await waiting).release();
  });
});
