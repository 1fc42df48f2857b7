import { describe, expect, it, vi } from 'vitest';
import type { Run } from '../../../src/index.js';
import { useFakeTime } from '../../support/fake-time.js';
import { type Desk, useDesk } from '../../transcript/gate/support/desk.js';
import { holdSection } from '../../transcript/gate/support/hold.js';
import { openMaintenance } from '../../transcript/windows/support/windows.js';
import { watchedOwner } from '../support/scenes.js';
import { block } from '../support/stalls.js';
import { hog } from './support/hog.js';

const SETTLE_MS = 15_000;
const OPTIONS = { stuckAfterMs: 600_000, settleMs: SETTLE_MS };

interface Ending {
  readonly run: Run;
  /** The section closes: nothing keeps the run from ending any more. */
  end(): Promise<void>;
}

/** A run that has answered, with a section that is still open. */
async function startEnding(desk: Desk): Promise<Ending> {
  const sessions = desk.open(OPTIONS);
  const run = await watchedOwner(sessions, { sessionFile: desk.seed('') });
  const section = await holdSection(run);
  const released = run.release();
  expect(run.phase).toBe('finishing');
  const end = async (): Promise<void> => {
    await section.leave();
    await released;
  };
  return { run, end };
}

describe('a run that is ending, and a process that stands still', () => {
  useFakeTime();
  const desk = useDesk();

  it('[S3] [T6] has its time in full after a stall that was longer than that', async () => {
    // Given
    const { run, end } = await startEnding(desk);

    // When
    await block(4 * SETTLE_MS);
    await vi.advanceTimersByTimeAsync(SETTLE_MS - 1_000);

    // Then
    expect(run.signal.aborted).toBe(false);
    await end();
    expect(run.end).toBe('released');
  });

  it.each([2_000, 7_000])(
    '[T4] is told to stop all the same where it is stopped for %d ms again and again',
    async (sliceMs) => {
      const { run, end } = await startEnding(desk);

      const endingMs = await hog(run, sliceMs, 600_000);

      expect(run.signal.reason).toMatchObject({ why: 'stuck' });
      expect(endingMs).toBeLessThanOrEqual(4 * SETTLE_MS);
      await end();
    },
  );
});

describe('maintenance, and a process that stands still', () => {
  useFakeTime();
  const desk = useDesk();

  async function startMaintaining(deadlineMs: number) {
    const sessions = desk.open(OPTIONS);
    const run = await watchedOwner(sessions, { sessionFile: 'memory:a' });
    const window = await openMaintenance(run, deadlineMs);
    const end = async (): Promise<void> => {
      window.end();
      await window.outcome.catch(() => {});
      await run.release();
    };
    return { run, end };
  }

  it('[S3] [T6] has no less time than before, where that is far from over', async () => {
    // Given maintenance with 100 s left
    const { run, end } = await startMaintaining(100_000);

    // When the process stands still for a moment of that
    await block(7_000);
    await vi.advanceTimersByTimeAsync(107_000);

    // Then it has those 100 s, and the time to come to an end
    expect(run.signal.aborted).toBe(false);
    await end();
  });

  it.each([2_000, 7_000])(
    '[T4] is told to stop all the same where it is stopped for %d ms again and again',
    async (sliceMs) => {
      const { run, end } = await startMaintaining(SETTLE_MS);

      const lastedMs = await hog(run, sliceMs, 600_000);

      expect(run.signal.reason).toMatchObject({ why: 'stuck' });
      expect(lastedMs).toBeLessThanOrEqual(5 * SETTLE_MS);
      await end();
    },
  );

  it('[S3] has what it was forgiven for later, where a stall did not cost it anything', async () => {
    // Given maintenance with 100 s left, and stalls that leave enough of that
    const { run, end } = await startMaintaining(100_000);
    await block(20_000);
    await block(20_000);
    await vi.advanceTimersByTimeAsync(59_000);

    // When the process stands still over the end of its time
    await block(SETTLE_MS);
    await vi.advanceTimersByTimeAsync(SETTLE_MS + 13_000);

    // Then it gets that time back
    expect(run.signal.aborted).toBe(false);
    await end();
  });
});
