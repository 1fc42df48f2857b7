import { describe, expect, it, vi } from 'vitest';
import { useStage } from '../ownership/support/stage.js';
import { startHeedless } from '../ownership/support/steps.js';
import { waitBehind } from '../runs/support/sessions.js';
import { useFakeTime } from '../support/fake-time.js';
import { createGate } from '../support/gate.js';
import { openMaintenance, openPrompt } from '../transcript/windows/support/windows.js';
import { watchedOwner } from './support/scenes.js';

const FILE = 'memory:a';
const HOUR_MS = 3_600_000;
const OPTIONS = { stuckAfterMs: 60_000, settleMs: 15_000 };
const HEALTHY = { status: 'skipped', reason: 'active_run' };

describe('the clock that recover() goes by', () => {
  useFakeTime();
  const stage = useStage();

  it('[S1] [S7] is silence, with nobody waiting, no monitor and no limit of its own', async () => {
    const sessions = stage.open({ ...OPTIONS, stuckAfterMs: false });
    const run = await watchedOwner(sessions, { sessionFile: FILE });
    await vi.advanceTimersByTimeAsync(59_999);
    const request = { sessionFile: FILE, silentMs: 60_000 };
    expect(await sessions.recover(request)).toMatchObject(HEALTHY);

    await vi.advanceTimersByTimeAsync(1);
    const recovery = sessions.recover(request);

    expect(run.signal.reason).toMatchObject({ why: 'recovery' });
    await run.release();
    expect(await recovery).toMatchObject({ status: 'ended', reason: 'stuck' });
  });

  it('[T6] is not age: a run that goes on moving may be old', async () => {
    const sessions = stage.open(OPTIONS);
    const run = await watchedOwner(sessions, { sessionFile: FILE });
    for (let step = 0; step < 60; step += 1) {
      await vi.advanceTimersByTimeAsync(59_000);
      run.progress();
    }

    const outcome = await sessions.recover({ sessionFile: FILE, silentMs: 1_000 });

    expect(outcome).toMatchObject(HEALTHY);
    await run.release();
  });

  it('[T6] [R10] does not run while a run waits: its turn starts with its grant', async () => {
    const sessions = stage.open({ ...OPTIONS, stuckAfterMs: false });
    const owner = await watchedOwner(sessions, { sessionFile: FILE });
    const { granted } = await waitBehind(sessions, { sessionFile: FILE, waitMs: Infinity });
    await vi.advanceTimersByTimeAsync(HOUR_MS);
    await owner.release();
    const run = await granted;

    const outcome = await sessions.recover({ sessionFile: FILE, silentMs: 1 });

    expect(outcome).toMatchObject({ ...HEALTHY, activeRunId: run.runId });
    await run.release();
  });

  it('[T6] does not run while a run is parked, nor while it maintains', async () => {
    // Given a run that was parked for an hour, and then compacted for an hour
    const sessions = stage.open({ ...OPTIONS, stuckAfterMs: false });
    const run = await watchedOwner(sessions, { sessionFile: FILE });
    const gate = createGate();
    const parked = run.park(() => gate.opened);
    await vi.advanceTimersByTimeAsync(HOUR_MS);
    gate.open();
    await parked;
    const window = await openMaintenance(run, 2 * HOUR_MS);
    await vi.advanceTimersByTimeAsync(HOUR_MS);
    window.end();
    await window.outcome;

    // When it is looked at after that
    const outcome = await sessions.recover({ sessionFile: FILE, silentMs: 1 });

    // Then it has just moved
    expect(outcome).toMatchObject(HEALTHY);
    await run.release();
  });

  it('[T6] is that of the prompt that declared its silence, and of nobody else', async () => {
    const sessions = stage.open(OPTIONS);
    const run = await watchedOwner(sessions, { sessionFile: FILE });
    const window = await openPrompt(run, { silentMs: HOUR_MS });
    await vi.advanceTimersByTimeAsync(HOUR_MS - 1);

    expect(await sessions.recover({ sessionFile: FILE, silentMs: 0 })).toMatchObject(HEALTHY);

    window.end();
    await window.outcome;
    await vi.advanceTimersByTimeAsync(59_999);
    const recovery = sessions.recover({ sessionFile: FILE, silentMs: 59_999 });
    expect(run.signal.aborted).toBe(true);
    await run.release();
    await recovery;
  });

  it('[T6] is that of the request that named its own, whoever is in a hurry', async () => {
    const sessions = stage.open(OPTIONS);
    const run = await watchedOwner(sessions, { sessionFile: FILE, stuckAfterMs: HOUR_MS });
    await vi.advanceTimersByTimeAsync(HOUR_MS - 1);

    const outcome = await sessions.recover({ sessionFile: FILE, silentMs: 1_000 });

    expect(outcome).toMatchObject(HEALTHY);
    await run.release();
  });

  it('[T4] is in the hands of whoever waits, not of the run that hangs', async () => {
    // Given a run that hangs for ever by its own choice, and one that waits for it
    const sessions = stage.open({ ...OPTIONS, stuckAfterMs: false });
    const hung = await startHeedless(sessions, { sessionFile: FILE, stuckAfterMs: false });
    const { granted } = await waitBehind(sessions, { sessionFile: FILE, sessionKey: 'waits' });
    await vi.advanceTimersByTimeAsync(HOUR_MS / 6);

    // When the waiting one has it cleared by its own name
    const recovery = sessions.recover({ sessionKey: 'waits', allowActiveAbort: true });
    await vi.advanceTimersByTimeAsync(15_000);

    // Then it has its turn
    expect(await recovery).toMatchObject({ status: 'revoked', activeRunId: hung.run.runId });
    await (await granted).release();
    hung.end.open(undefined);
    await hung.outcome.catch(() => {});
  });

  it('[T8] a wait that has ended tells nothing about the run that was waited for', async () => {
    // Given a healthy run, and waits for it that end by time, by signal and by being dropped
    const sessions = stage.open(OPTIONS);
    const run = await watchedOwner(sessions, { sessionFile: FILE, runId: 'run' });
    const controller = new AbortController();
    const waits = Promise.allSettled([
      sessions.acquire({ sessionFile: FILE, waitMs: 1_000 }),
      sessions.acquire({ sessionFile: FILE, signal: controller.signal }),
    ]);
    const ended = sessions.runs.whenEnded('run', { waitMs: 1_000 });
    await vi.advanceTimersByTimeAsync(1_000);
    controller.abort();
    await waits;
    const before = run.toJSON();

    // When somebody who takes that for its death asks for recovery
    const outcome = await sessions.recover({ runId: 'run', generation: run.generation });

    // Then the run is alive, and goes on
    expect(await ended).toBe(false);
    expect(outcome).toMatchObject(HEALTHY);
    expect(run.toJSON()).toEqual(before);
    expect(run.signal.aborted).toBe(false);
    await run.release();
    expect(run.end).toBe('released');
  });

  it('[T8] nobody who waits for a recovery is needed for it', async () => {
    // Given a heartbeat that is stopped while its recovery is under way
    const sessions = stage.open({ ...OPTIONS, stuckAfterMs: false });
    const monitor = sessions.monitor({ abortAfterMs: 120_000 });
    const run = await watchedOwner(sessions, { sessionFile: FILE });
    await vi.advanceTimersByTimeAsync(120_000);
    expect(run.signal.aborted).toBe(true);

    monitor[Symbol.dispose]();
    await vi.advanceTimersByTimeAsync(15_000);

    expect(run.end).toBe('revoked');
    const next = await sessions.acquire({ sessionFile: FILE });
    expect(await sessions.recover({ sessionFile: FILE })).toMatchObject(HEALTHY);
    await next.release();
  });
});
