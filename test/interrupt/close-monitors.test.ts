import { describe, expect, it, vi } from 'vitest';
import { CoordinatorClosedError, type RecoveryOutcome } from '../../src/index.js';
import { settled, startHeedless } from '../ownership/support/steps.js';
import { useStage } from '../ownership/support/stage.js';
import { useFakeTime } from '../support/fake-time.js';
import { createGate } from '../support/gate.js';
import { watchRejections } from './support/runs.js';

const FILE = 'memory:a';

describe('close() with monitors', () => {
  useFakeTime();
  const stage = useStage();

  it('[X1] ends them in the call, and their timers with them', async () => {
    // Given two monitors that look every second
    const sessions = stage.open();
    const heard = vi.fn();
    const monitors = [1, 2].map(() => sessions.monitor({ intervalMs: 1_000, warnAfterMs: 1_000 }));
    for (const monitor of monitors) monitor.on('long-running', heard);
    monitors[0]?.report({ sessionKey: 'k', state: 'processing' });
    expect(vi.getTimerCount()).toBe(2);

    // When it closes
    const closing = sessions.close();

    // Then nothing looks any more, also while it still waits
    expect(vi.getTimerCount()).toBe(0);
    await closing;
    expect(monitors.map((monitor) => monitor.sessions())).toEqual([[], []]);
    await vi.advanceTimersByTimeAsync(60_000);
    expect(heard).not.toHaveBeenCalled();
  });

  it('[X1] makes no more of them', async () => {
    const sessions = stage.open();
    const closing = sessions.close();
    expect(() => sessions.monitor()).toThrow(CoordinatorClosedError);
    expect(() => sessions.monitor()).toThrow('monitor');
    await closing;
    expect(vi.getTimerCount()).toBe(0);
  });

  it('leaves those that were disposed of before alone, and takes reports without a word', async () => {
    const sessions = stage.open();
    const monitor = sessions.monitor();
    monitor[Symbol.dispose]();
    await sessions.close();
    monitor[Symbol.dispose]();
    monitor.report({ sessionKey: 'k', state: 'processing' });
    await monitor.check();
    expect(monitor.sessions()).toEqual([]);
  });

  it('leaves those of another coordinator alone', async () => {
    const mine = stage.open({ isolated: false });
    const other = stage.open({ isolated: false });
    using monitor = other.monitor();
    monitor.report({ sessionKey: 'k', state: 'processing' });
    await mine.close();
    expect(monitor.sessions()).toHaveLength(1);
  });

  it('[X1] settles a look whose recovery is under way', async () => {
    // Given a monitor that has the stuck run of a session recovered
    const rejections = watchRejections();
    const sessions = stage.open({ settleMs: 1_500, stuckAfterMs: false });
    const monitor = sessions.monitor({
      intervalMs: 1_000,
      warnAfterMs: 1_000,
      abortAfterMs: 2_000,
    });
    const completed = vi.fn();
    monitor.on('recovery-completed', completed);
    const deaf = await startHeedless(sessions, { sessionFile: FILE, runId: 'deaf' });
    await vi.advanceTimersByTimeAsync(2_500);
    expect(deaf.run.signal.reason).toMatchObject({ why: 'recovery' });

    // When it closes meanwhile
    const closing = sessions.close({ waitMs: 0 });
    await vi.advanceTimersByTimeAsync(1_500);

    // Then the report tells what was cut, and nobody is told by a monitor that is gone
    expect(await closing).toMatchObject({ revoked: [{ runId: 'deaf' }] });
    expect(completed).not.toHaveBeenCalled();
    expect(rejections).toEqual([]);
    deaf.end.open(0);
    await settled();
  });

  it('lets nobody be recovered any more where a listener of theirs closes', async () => {
    // Given a listener that closes with patience as soon as it hears of a stuck run
    const sessions = stage.open({ stuckAfterMs: false });
    const monitor = sessions.monitor({
      intervalMs: 1_000,
      warnAfterMs: 1_000,
      abortAfterMs: 2_000,
    });
    const closings: Promise<unknown>[] = [];
    monitor.on('stuck', () => void closings.push(sessions.close({ waitMs: 60_000 })));
    const run = await sessions.acquire({ sessionFile: FILE });
    // When that happens
    await vi.advanceTimersByTimeAsync(3_000);
    expect(closings).toHaveLength(1);
    // Then the run has the time that close gives it
    expect(run.signal.aborted).toBe(false);
    await run.release();
    await Promise.all(closings);
  });

  it('[X1] settles a look whose recovery is the host’s own, and hangs', async () => {
    // Given a recovery of the host that has not come back
    const sessions = stage.open({ settleMs: 100 });
    const hangs = createGate<RecoveryOutcome>();
    const monitor = sessions.monitor({ recover: () => hangs.opened, warnAfterMs: 1_000 });
    monitor.report({ sessionFile: FILE, state: 'processing' });
    await vi.advanceTimersByTimeAsync(2_000);
    const look = monitor.check();

    // When it closes, and that comes back much later
    await sessions.close();
    hangs.open({ status: 'noop', reason: 'no_active_work' } as RecoveryOutcome);

    // Then the look is over
    await look;
    expect(monitor.sessions()).toEqual([]);
  });
});
