import { describe, expect, it, vi } from 'vitest';
import type { Coordinator, Run } from '../../src/index.js';
import { useStage } from '../ownership/support/stage.js';
import { openMaintenance } from '../transcript/windows/support/windows.js';
import { useFakeTime } from '../support/fake-time.js';
import { createGate } from '../support/gate.js';

const FILE = 'memory:a';
const SETTLE_MS = 15_000;
const STUCK = { sessionFile: FILE, silentMs: 60_000 };

describe('a run that recover() asks to give way', () => {
  useFakeTime();
  const stage = useStage();

  async function silent(): Promise<{ readonly sessions: Coordinator; readonly run: Run }> {
    const sessions = stage.open({ settleMs: SETTLE_MS });
    const run = await sessions.acquire({ sessionFile: FILE, runId: 'run' });
    await vi.advanceTimersByTimeAsync(60_000);
    return { sessions, run };
  }

  it('a run that ends where it is asked to give way has given way', async () => {
    const { sessions, run } = await silent();
    run.yieldSignal.addEventListener('abort', () => void run.release());

    const outcome = await sessions.recover(STUCK);

    expect(outcome).toMatchObject({
      status: 'ended',
      reason: 'stuck',
      observed: { aborted: false, settled: true, revoked: false },
    });
    expect(run.end).toBe('released');
  });

  it('[S2] a run that shows life there, and ends, has ended', async () => {
    const { sessions, run } = await silent();
    run.yieldSignal.addEventListener('abort', () => {
      run.progress('done');
      void run.release();
    });

    const outcome = await sessions.recover(STUCK);

    expect(outcome).toMatchObject({ status: 'ended', reason: 'stuck' });
  });

  it('[S3] a run that shows life where it is asked to give way goes on', async () => {
    const { sessions, run } = await silent();
    run.yieldSignal.addEventListener('abort', () => {
      run.progress('not dead');
    });

    const outcome = await sessions.recover(STUCK);

    expect(outcome).toMatchObject({ status: 'skipped', reason: 'active_run', activeRunId: 'run' });
    expect(run.signal.aborted).toBe(false);
    await run.release();
  });

  it('a run that shows life is told to stop where it is to go in any case', async () => {
    const { sessions, run } = await silent();
    run.yieldSignal.addEventListener('abort', () => {
      run.progress('not dead');
    });

    const outcome = sessions.recover({ ...STUCK, allowActiveAbort: true });

    expect(run.signal.aborted).toBe(true);
    await run.release();
    await expect(outcome).resolves.toMatchObject({ status: 'ended' });
  });

  it('[T6] a run that parks where it is asked to give way waits, and is left alone', async () => {
    const { sessions, run } = await silent();
    const gate = createGate();
    let parked: Promise<void> | undefined;
    run.yieldSignal.addEventListener('abort', () => {
      parked = run.park(() => gate.opened);
    });

    const outcome = await sessions.recover({ ...STUCK, allowActiveAbort: true });

    expect(outcome).toMatchObject({ status: 'skipped', reason: 'waiting_run' });
    expect(run.signal.aborted).toBe(false);
    gate.open();
    await parked;
    await run.release();
  });

  it('[T6] a run that begins to maintain where it is asked to give way is left alone', async () => {
    const { sessions, run } = await silent();
    const windows: ReturnType<typeof openMaintenance>[] = [];
    run.yieldSignal.addEventListener('abort', () => {
      windows.push(openMaintenance(run, 60_000));
    });

    const outcome = await sessions.recover({ ...STUCK, allowActiveAbort: true });

    expect(outcome).toMatchObject({ status: 'skipped', reason: 'maintaining' });
    expect(run.signal.aborted).toBe(false);
    (await windows[0])?.end();
    await run.release();
  });

  it('[S4] does not act on the next turn of a run that gave way and came back', async () => {
    // Given a run that parks and is granted again before the listener has returned
    const { sessions, run } = await silent();
    const { generation } = run;
    const parked: Promise<void>[] = [];
    run.yieldSignal.addEventListener('abort', () => {
      parked.push(run.park(() => {}));
    });

    const outcome = await sessions.recover({ ...STUCK, generation });
    await Promise.all(parked);

    expect(outcome).toMatchObject({ status: 'skipped' });
    expect(run).toMatchObject({ generation: generation + 1, phase: 'active' });
    expect(run.signal.aborted).toBe(false);
    await run.release();
  });

  it('a listener that asks for the same recovery is told that it is under way', async () => {
    const { sessions, run } = await silent();
    const inner: Promise<unknown>[] = [];
    run.yieldSignal.addEventListener('abort', () => {
      inner.push(sessions.recover(STUCK));
    });

    const outer = sessions.recover(STUCK);
    await run.release();

    expect(await outer).toMatchObject({ status: 'ended' });
    expect(await Promise.all(inner)).toMatchObject([{ reason: 'already_in_flight' }]);
  });
});
