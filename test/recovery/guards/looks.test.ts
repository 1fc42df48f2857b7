import { describe, expect, it, vi } from 'vitest';
import type { RecoveryOutcome } from '../../../src/index.js';
import { useStage } from '../../ownership/support/stage.js';
import { settled, stateOf } from '../../ownership/support/steps.js';
import { useFakeTime } from '../../support/fake-time.js';
import { useWatch } from '../monitor/support/watch.js';
import { watchedOwner } from '../support/scenes.js';

const FILE = 'memory:a';
const NOOP = { status: 'noop', reason: 'no_active_work' } as RecoveryOutcome;

describe('a look of the monitor, while what it finds is being recovered', () => {
  useFakeTime();
  const stage = useStage();
  const watch = useWatch();

  it('comes back when that recovery has, which another look began', async () => {
    // Given a hung run that was told to stop by the first look
    const sessions = stage.open({ stuckAfterMs: false, settleMs: 15_000 });
    const monitor = watch.start(sessions, { intervalMs: Infinity });
    const run = await watchedOwner(sessions, { sessionFile: FILE });
    await vi.advanceTimersByTimeAsync(60_000);
    const first = monitor.check();
    await settled();
    expect(run.signal.aborted).toBe(true);

    // When somebody else asks for a look
    const second = monitor.check();

    // Then both come back once the turn was taken, and it was recovered once
    expect(await stateOf(second)).toBe('pending');
    await vi.advanceTimersByTimeAsync(15_000);
    await Promise.all([first, second]);
    expect(run.end).toBe('revoked');
    expect(watch.all('recovery-requested')).toHaveLength(1);
  });

  it('is not waited for by itself, where the host recovers in its own way', async () => {
    // Given a host that looks again when it is asked to recover
    const sessions = stage.open({ stuckAfterMs: false });
    const asked = vi.fn();
    const monitor = watch.start(sessions, {
      intervalMs: Infinity,
      recover: async () => {
        asked();
        await Promise.resolve();
        await monitor.check();
        return NOOP;
      },
    });
    const run = await watchedOwner(sessions, { sessionFile: FILE });
    await vi.advanceTimersByTimeAsync(60_000);

    // When a look finds something
    const look = monitor.check();

    // Then it comes back
    expect(await stateOf(look)).toEqual({ value: undefined });
    expect(asked).toHaveBeenCalledOnce();
    await run.release();
  });
});
