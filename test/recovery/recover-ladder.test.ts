import { describe, expect, it, vi } from 'vitest';
import { useStage } from '../ownership/support/stage.js';
import { startHeedless, untilAborted } from '../ownership/support/steps.js';
import { waitBehind } from '../runs/support/sessions.js';
import { useFakeTime } from '../support/fake-time.js';

const FILE = 'memory:a';
const SETTLE_MS = 15_000;
const STUCK = { sessionFile: FILE, silentMs: 60_000 };

describe('the ladder of recover()', () => {
  useFakeTime();
  const stage = useStage();

  it('[S1] [S5] asks to give way, tells to stop, gives time to settle, takes the turn', async () => {
    // Given a stuck run that takes no notice of anything
    const sessions = stage.open({ settleMs: SETTLE_MS });
    const { run, end, outcome } = await startHeedless(sessions, {
      sessionFile: FILE,
      runId: 'run',
    });
    const told: string[] = [];
    run.yieldSignal.addEventListener('abort', () => told.push('yield'));
    run.signal.addEventListener('abort', () => told.push('stop'));
    await vi.advanceTimersByTimeAsync(60_000);

    // When it is recovered
    const recovery = sessions.recover(STUCK);

    // Then it is asked first and told then
    expect(told).toEqual(['yield', 'stop']);
    expect(run.signal.reason).toMatchObject({
      why: 'recovery',
      code: 'ERR_SESSION_RUN_INTERRUPTED',
    });
    // And has the whole time to settle
    await vi.advanceTimersByTimeAsync(SETTLE_MS - 1);
    expect(run.end).toBeUndefined();
    await vi.advanceTimersByTimeAsync(1);
    expect(run.end).toBe('revoked');
    await expect(recovery).resolves.toMatchObject({ status: 'revoked', reason: 'stuck' });
    await expect(outcome).rejects.toMatchObject({ why: 'recovery' });
    const steps = stage.events.map(({ type }) => type);
    expect(steps.slice(2)).toEqual(['yield-asked', 'signalled', 'revoked', 'ended']);
    end.open(undefined);
  });

  it('a run that heeds its signal ends by itself, and is interrupted', async () => {
    const sessions = stage.open({ settleMs: SETTLE_MS });
    const task = sessions.run({ sessionFile: FILE }, ({ signal }) => untilAborted(signal));
    task.catch(() => {});
    await vi.advanceTimersByTimeAsync(60_000);

    const outcome = await sessions.recover(STUCK);

    expect(outcome).toMatchObject({
      status: 'ended',
      reason: 'stuck',
      observed: { aborted: true, settled: true, revoked: false, nextGranted: false },
    });
    await expect(task).rejects.toMatchObject({ why: 'recovery' });
    expect(stage.events.at(-1)).toMatchObject({ end: 'interrupted', why: 'recovery' });
  });

  it('a run that was asked to give way before is not asked again', async () => {
    // Given a run that does not give way to a more urgent one
    const sessions = stage.open({ settleMs: SETTLE_MS });
    await sessions.acquire({ sessionFile: FILE, runId: 'run', kind: 'cron' });
    const { granted } = await waitBehind(sessions, { sessionFile: FILE, runId: 'next' });
    await vi.advanceTimersByTimeAsync(60_000);

    const recovery = sessions.recover(STUCK);
    await vi.advanceTimersByTimeAsync(SETTLE_MS);

    expect(await recovery).toMatchObject({ status: 'revoked' });
    expect(stage.told().filter((told) => told === 'yield-asked run')).toHaveLength(1);
    await (await granted).release();
  });
});
