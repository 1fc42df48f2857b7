import { describe, expect, it, vi } from 'vitest';
import { useFakeTime } from '../../support/fake-time.js';
import { useDesk } from '../../transcript/gate/support/desk.js';
import { holdSection } from '../../transcript/gate/support/hold.js';
import { openMaintenance } from '../../transcript/windows/support/windows.js';

const OPTIONS = { stuckAfterMs: 60_000, settleMs: 1_000, maxHoldMs: 5_000 };

describe('the absolute limit of a turn', () => {
  useFakeTime();
  const desk = useDesk();

  it('is not what stops maintenance that is late, however long the turn has been', async () => {
    // Given maintenance that may last longer than a turn
    const sessions = desk.open(OPTIONS);
    const run = await sessions.acquire({ sessionFile: 'memory:a' });
    const window = await openMaintenance(run, 10_000);

    // When it does not come to its end in time
    await vi.advanceTimersByTimeAsync(11_000);

    // Then that is what the run is told
    expect(run.signal.reason).toMatchObject({ why: 'stuck' });
    window.end();
    await window.outcome.catch(() => {});
    await run.release();
  });

  it('is not what stops a run that does not come to its end', async () => {
    // Given a run that ends shortly before its limit, with a section still open
    const sessions = desk.open(OPTIONS);
    const run = await sessions.acquire({ sessionFile: desk.seed('') });
    const section = await holdSection(run);
    await vi.advanceTimersByTimeAsync(4_500);
    const released = run.release();

    // When that does not close in time
    await vi.advanceTimersByTimeAsync(1_000);

    // Then it has been told so, and not that its turn was too long
    expect(run.signal.reason).toMatchObject({ why: 'stuck' });
    await section.leave();
    await released;
  });
});
