import { describe, expect, it, vi } from 'vitest';
import { block } from '../../recovery/support/stalls.js';
import { useFakeTime } from '../../support/fake-time.js';
import { useStage } from '../support/stage.js';
import { type Heedless, settled, standStill, startHeedless } from '../support/steps.js';

const DEAF = { sessionFile: 'memory:a', runId: 'deaf' };

describe('the time to settle, where the process stands still', () => {
  useFakeTime();
  const stage = useStage();

  async function end({ end: gate, outcome }: Heedless): Promise<void> {
    gate.open(undefined);
    await outcome.catch(() => {});
    await settled();
  }

  it('is none for an interrupt that gave none', async () => {
    // Given a run that is to lose its turn at once
    const sessions = stage.open({ settleMs: 60_000, stuckAfterMs: false });
    const deaf = await startHeedless(sessions, DEAF);
    const told = sessions.interrupt(deaf.run, { settleMs: 0 });

    // When the process stands still, and its first timer comes late
    standStill(10_000);
    await vi.advanceTimersToNextTimerAsync();

    // Then that timer takes the turn
    expect(deaf.run.end).toBe('revoked');
    expect(await told).toMatchObject({ status: 'revoked' });
    await end(deaf);
  });

  it('is given back as far as the later and shorter interrupt gave it', async () => {
    // Given a run that has a minute, and is told by another that it has 100 ms
    const sessions = stage.open({ settleMs: 60_000, stuckAfterMs: false });
    const deaf = await startHeedless(sessions, DEAF);
    const first = sessions.interrupt(deaf.run);
    const second = sessions.interrupt(deaf.run, { settleMs: 100 });

    // When the process stands still for 10 s
    await block(10_000);
    await vi.advanceTimersByTimeAsync(101);

    // Then it has 100 ms more, not 10 s
    expect(deaf.run.end).toBe('revoked');
    expect(await Promise.all([first, second])).toMatchObject([
      { status: 'revoked' },
      { status: 'revoked' },
    ]);
    await end(deaf);
  });

  it('is not given back more than once', async () => {
    // Given a run that has 15 s
    const sessions = stage.open({ settleMs: 15_000, stuckAfterMs: false });
    const deaf = await startHeedless(sessions, DEAF);
    const told = sessions.interrupt(deaf.run);

    // When the process stands still for longer, again and again
    await block(20_000);
    await block(20_000);
    await vi.advanceTimersByTimeAsync(1);

    // Then it has lost its turn
    expect(deaf.run.end).toBe('revoked');
    await told;
    await end(deaf);
  });

  it('is not given back anew because a later interrupt comes', async () => {
    // Given a run that has got 50 s of its minute back, and has 50 s left
    const sessions = stage.open({ settleMs: 60_000, stuckAfterMs: false });
    const deaf = await startHeedless(sessions, DEAF);
    const first = sessions.interrupt(deaf.run);
    await vi.advanceTimersByTimeAsync(10_000);
    await block(50_000);

    // When a later interrupt gives it 20 s, and the process stands still for longer
    const second = sessions.interrupt(deaf.run, { settleMs: 20_000 });
    await block(30_000);
    await vi.advanceTimersByTimeAsync(10_001);

    // Then it gets back what was left of the minute, and not all of the 20 s
    expect(deaf.run.end).toBe('revoked');
    await Promise.all([first, second]);
    await end(deaf);
  });
});
