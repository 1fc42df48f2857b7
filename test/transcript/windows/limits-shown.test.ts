import { describe, expect, it, vi } from 'vitest';
import type { Coordinator, HoldingRun, OwnerWaitTimeoutError } from '../../../src/index.js';
import { useFakeTime } from '../../support/fake-time.js';
import { useStage } from '../../ownership/support/stage.js';
import { openMaintenance, openPrompt } from './support/windows.js';

const FILE = 'memory:a';
const OPTIONS = { stuckAfterMs: 5_000, settleMs: 1_000, maxHoldMs: 20_000 };

async function refusal(sessions: Coordinator): Promise<OwnerWaitTimeoutError> {
  const asked = sessions.acquire({ sessionFile: FILE, waitMs: 0 });
  return (await asked.catch((error: unknown) => error)) as OwnerWaitTimeoutError;
}

describe('the limits that a waiter is told of', () => {
  useFakeTime();
  const stage = useStage();

  it('[T3] [V1] are those of the turn while no window is open', async () => {
    const sessions = stage.open(OPTIONS);
    await using run = await sessions.acquire({ sessionFile: FILE });
    await run.prompt(() => {}, { silentMs: 60_000 });

    const { holder, message } = await refusal(sessions);

    expect((holder as HoldingRun).limits).toEqual(OPTIONS);
    expect(message).toContain('told to stop after 5000 ms of silence, after 20 s in any case');
  });

  it('[T3] [V1] name the silence that a prompt has declared', async () => {
    const sessions = stage.open(OPTIONS);
    await using run = await sessions.acquire({ sessionFile: FILE });
    const window = await openPrompt(run, { silentMs: 60_000 });

    const { holder, message } = await refusal(sessions);

    expect((holder as HoldingRun).limits).toEqual({ ...OPTIONS, stuckAfterMs: 60_000 });
    expect(message).toContain('after 60 s of silence');
    window.end();
    await window.outcome;
  });

  it('[T3] [V1] are never, where a prompt declared silence without limit', async () => {
    const sessions = stage.open({ ...OPTIONS, maxHoldMs: Infinity });
    await using run = await sessions.acquire({ sessionFile: FILE });
    const window = await openPrompt(run, { silentMs: Infinity });

    const { holder, message } = await refusal(sessions);

    expect((holder as HoldingRun).limits).toEqual({ stuckAfterMs: false, settleMs: 1_000 });
    expect(message).toContain('never told to stop');
    window.end();
    await window.outcome;
  });

  it('[T3] [V1] are what is left of the deadline, while it maintains', async () => {
    const sessions = stage.open(OPTIONS);
    await using run = await sessions.acquire({ sessionFile: FILE });
    const window = await openMaintenance(run, 60_000);
    await vi.advanceTimersByTimeAsync(20_000);

    const { holder, message } = await refusal(sessions);

    expect((holder as HoldingRun).limits).toEqual({
      stuckAfterMs: false,
      settleMs: 1_000,
      maintenanceLeftMs: 40_000,
    });
    expect(message).toContain('its maintenance may take 40 s more');
    window.end();
    await window.outcome;
  });

  it('of maintenance without a deadline are safe to turn into JSON', async () => {
    const sessions = stage.open(OPTIONS);
    await using run = await sessions.acquire({ sessionFile: FILE });
    const window = await openMaintenance(run, Infinity);

    const { holder } = await refusal(sessions);

    expect(JSON.parse(JSON.stringify(holder))).toEqual(holder);
    window.end();
    await window.outcome;
  });
});
