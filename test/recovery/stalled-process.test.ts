import { describe, expect, it, vi } from 'vitest';
import { useStage } from '../ownership/support/stage.js';
import { runChild } from '../support/child.js';
import { useFakeTime } from '../support/fake-time.js';
import { useTempDir } from '../support/temp-dir.js';
import { watchedOwner } from './support/scenes.js';
import { block, jumpWallClock } from './support/stalls.js';

const FIXTURE = new URL('fixtures/stands-still.ts', import.meta.url);

describe('a process that really stands still for 10 s', { timeout: 60_000 }, () => {
  const dir = useTempDir();

  it('[S3] [T4] touches nobody after that, and clears what hangs when it has run for a while', async () => {
    // Given two processes with a healthy run, a hung one and a heartbeat each
    const children = ['wait', 'busy'].map((how) =>
      runChild(FIXTURE, { args: [how, dir.path], timeoutMs: 50_000 }),
    );

    // When they stand still, one of them at full speed
    const results = await Promise.all(children);

    // Then nobody is stopped for that, and the hung run is later
    const wanted = {
      right: ['event_loop_stalled', 'event_loop_stalled'],
      soon: [],
      later: ['hung'],
      healthy: 'fine',
      isHungGone: true,
      isSoon: true,
    };
    expect(results.map(({ stderr }) => stderr)).toEqual(['', '']);
    expect(results.map(({ stdout }) => JSON.parse(stdout) as unknown)).toEqual([wanted, wanted]);
  });
});

describe('a heartbeat and a process that stood still', () => {
  useFakeTime();
  const stage = useStage();

  it.each([
    ['was blocked', block],
    [
      'slept',
      (forMs: number) => {
        jumpWallClock(forMs);
        return Promise.resolve();
      },
    ],
  ])('[S3] touches no healthy run, and a hung one later: it %s', async (_name, stall) => {
    // Given a run that moves and one that does not
    const sessions = stage.open({ stuckAfterMs: false, settleMs: 15_000 });
    const monitor = sessions.monitor();
    const healthy = await watchedOwner(sessions, { sessionFile: 'memory:healthy' });
    const hung = await watchedOwner(sessions, { sessionFile: 'memory:hung' });
    for (let minute = 0; minute < 4; minute += 1) {
      await vi.advanceTimersByTimeAsync(60_000);
      healthy.progress();
    }

    // When the process stands still for an hour
    await stall(3_600_000);
    await vi.advanceTimersByTimeAsync(29_000);
    await monitor.check();

    // Then nobody is touched
    expect([healthy.signal.aborted, hung.signal.aborted]).toEqual([false, false]);

    // And what hangs is cleared once it was silent for long enough while the process ran
    for (let minute = 0; minute < 7; minute += 1) {
      healthy.progress();
      await vi.advanceTimersByTimeAsync(60_000);
    }
    expect([healthy.end, hung.end]).toEqual([undefined, 'revoked']);
    monitor[Symbol.dispose]();
    await healthy.release();
  });
});
