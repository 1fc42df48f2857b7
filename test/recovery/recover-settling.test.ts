import { describe, expect, it, vi } from 'vitest';
import { useStage } from '../ownership/support/stage.js';
import { startHeedless } from '../ownership/support/steps.js';
import { loopTurn } from '../runs/support/sessions.js';
import { useFakeTime } from '../support/fake-time.js';
import { createGate } from '../support/gate.js';
import { useTempDir } from '../support/temp-dir.js';

const FILE = 'memory:a';
const OPTIONS = { settleMs: 15_000, stuckAfterMs: 60_000 };
const FORCE = { sessionFile: FILE, allowActiveAbort: true };

describe('the time that recover() leaves a run to settle', () => {
  useFakeTime();
  const dir = useTempDir();
  const stage = useStage();

  it.each([
    ['that of its coordinator', undefined, 15_000],
    ['a shorter one', 2_000, 2_000],
    ['a longer one', 40_000, 40_000],
    ['none', 0, 0],
  ])('is %s', async (_name, settleMs, wantedMs) => {
    const sessions = stage.open(OPTIONS);
    const run = await sessions.acquire({ sessionFile: FILE });
    const started = performance.now();
    let endedMs = Infinity;
    const recovery = sessions.recover({ ...FORCE, settleMs }).then((outcome) => {
      endedMs = performance.now() - started;
      return outcome;
    });

    await vi.advanceTimersByTimeAsync(60_000);

    expect(await recovery).toMatchObject({ status: 'revoked' });
    expect(endedMs).toBe(wantedMs);
    expect(run.end).toBe('revoked');
  });

  it('is without end where that is wanted: the run ends by itself, or is told by others', async () => {
    const sessions = stage.open({ ...OPTIONS, stuckAfterMs: false });
    const run = await sessions.acquire({ sessionFile: FILE });
    const recovery = sessions.recover({ ...FORCE, settleMs: Infinity });
    await vi.advanceTimersByTimeAsync(3_600_000);
    expect(run.phase).toBe('active');

    const interrupt = sessions.interrupt({ sessionFile: FILE }, { settleMs: 1_000 });
    await vi.advanceTimersByTimeAsync(1_000);

    expect(await recovery).toMatchObject({ status: 'revoked' });
    expect(await interrupt).toMatchObject({ status: 'revoked' });
  });

  it('is what is left where the run was told to stop before', async () => {
    // Given a run that a person has stopped 10 s ago
    const sessions = stage.open(OPTIONS);
    const run = await sessions.acquire({ sessionFile: FILE });
    void sessions.interrupt({ sessionFile: FILE });
    await vi.advanceTimersByTimeAsync(10_000);

    // When recovery comes with a time of its own
    const recovery = sessions.recover(FORCE);
    await vi.advanceTimersByTimeAsync(4_999);
    expect(run.end).toBeUndefined();
    await vi.advanceTimersByTimeAsync(1);

    // Then that is not restarted, and the reason stays
    expect(await recovery).toMatchObject({ status: 'revoked', reason: 'requested' });
    expect(run.signal.reason).toMatchObject({ why: 'user' });
    expect(stage.events.at(-1)).toMatchObject({ end: 'revoked', why: 'user' });
  });

  it('shortens what is left where the run was told to stop before', async () => {
    const sessions = stage.open(OPTIONS);
    const run = await sessions.acquire({ sessionFile: FILE });
    void sessions.interrupt({ sessionFile: FILE });

    const recovery = sessions.recover({ ...FORCE, settleMs: 1_000 });
    await vi.advanceTimersByTimeAsync(1_000);

    expect(await recovery).toMatchObject({ status: 'revoked' });
    expect(run.end).toBe('revoked');
  });

  it('waits with a run that its own limit has told to stop', async () => {
    // Given a run that was stuck by its own limit
    const sessions = stage.open(OPTIONS);
    const { run, end, outcome } = await startHeedless(sessions, { sessionFile: FILE });
    await loopTurn();
    await vi.advanceTimersByTimeAsync(60_000);
    expect(run.signal.reason).toMatchObject({ why: 'stuck' });

    // When recovery finds it, too
    const recovery = sessions.recover({ sessionFile: FILE });
    end.open('late');
    await expect(outcome).rejects.toMatchObject({ why: 'stuck' });

    // Then it tells what became of it
    expect(await recovery).toMatchObject({ status: 'ended', reason: 'stuck' });
    expect(run.end).toBe('stuck');
  });

  it('[T6] is that of its end where a run drains its writes', async () => {
    // Given a run that has ended but for a section that hangs
    const sessions = stage.open({ ...OPTIONS, stuckAfterMs: false });
    const sessionFile = dir.join('session.jsonl');
    const run = await sessions.acquire({ sessionFile });
    const gate = createGate();
    const section = run.transcript.write(() => gate.opened);
    section.catch(() => {});
    await vi.advanceTimersByTimeAsync(50_000);
    const released = run.release();
    expect(run.phase).toBe('finishing');

    // When the most impatient recovery looks
    await vi.advanceTimersByTimeAsync(14_000);
    const early = await sessions.recover({ sessionFile, silentMs: 0 });
    expect(early).toMatchObject({ status: 'skipped', reason: 'active_run' });

    // Then its end is its own
    gate.open();
    await released;
    await section;
    expect(run.end).toBe('released');
  });

  it('a run that drains its writes and is to go ends with them, or loses its turn', async () => {
    const sessions = stage.open(OPTIONS);
    const sessionFile = dir.join('session.jsonl');
    const run = await sessions.acquire({ sessionFile });
    const gate = createGate();
    const section = run.transcript.write(() => gate.opened);
    section.catch(() => {});
    const released = run.release();

    const recovery = sessions.recover({ sessionFile, allowActiveAbort: true });
    await vi.advanceTimersByTimeAsync(15_000);

    expect(await recovery).toMatchObject({ status: 'revoked', reason: 'requested' });
    gate.open();
    await released;
    await section.catch(() => {});
  });

  it('a turn that nobody has fetched is over at once', async () => {
    const sessions = stage.open(OPTIONS);
    const admission = await sessions.admit({ sessionFile: FILE });

    const outcome = await sessions.recover(FORCE);

    expect(admission.outcome).toBe('run');
    expect(outcome).toMatchObject({ status: 'ended', observed: { settled: true } });
    expect(stage.events.at(-1)).toMatchObject({ type: 'ended', end: 'interrupted' });
  });

  it('leaves no timer and no listener behind', async () => {
    const sessions = stage.open(OPTIONS);
    const run = await sessions.acquire({ sessionFile: FILE });
    const recovery = sessions.recover({ ...FORCE, settleMs: 3_600_000 });
    await vi.advanceTimersByTimeAsync(200_000);

    await run.release();
    await recovery;

    expect(vi.getTimerCount()).toBe(0);
  });
});
