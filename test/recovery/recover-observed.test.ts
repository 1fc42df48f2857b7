import { readFileSync } from 'node:fs';
import { describe, expect, it, vi } from 'vitest';
import { useStage } from '../ownership/support/stage.js';
import { settled, startHeedless } from '../ownership/support/steps.js';
import { until, waitBehind } from '../runs/support/sessions.js';
import { useFakeTime } from '../support/fake-time.js';
import { createGate } from '../support/gate.js';
import { useTempDir } from '../support/temp-dir.js';

const FILE = 'memory:a';
const SETTLE_MS = 15_000;
const FORCE = { sessionFile: FILE, allowActiveAbort: true };

describe('what recover() says it has seen', () => {
  useFakeTime();
  const dir = useTempDir();
  const stage = useStage();

  it('[S2] a run that was revoked has lost the file: whoever asks next has it', async () => {
    const sessions = stage.open({ settleMs: SETTLE_MS });
    await sessions.acquire({ sessionFile: FILE });
    const recovery = sessions.recover(FORCE);
    await vi.advanceTimersByTimeAsync(SETTLE_MS);

    expect(await recovery).toMatchObject({
      status: 'revoked',
      observed: { aborted: true, settled: false, revoked: true, nextGranted: false },
    });
    const next = await sessions.acquire({ sessionFile: FILE, waitMs: 0 });
    await next.release();
  });

  it.each([
    ['takes no notice', 'revoked', { settled: false, revoked: true }],
    ['ends in time', 'ended', { settled: true, revoked: false }],
  ])('[S1] [S2] the next one has the file of a run that %s', async (how, status, seen) => {
    // Given a run, and one that waits for it
    const sessions = stage.open({ settleMs: SETTLE_MS });
    const run = await sessions.acquire({ sessionFile: FILE });
    const { granted } = await waitBehind(sessions, { sessionFile: FILE, runId: 'next' });
    run.signal.addEventListener('abort', () => {
      if (how === 'ends in time') void run.release();
    });

    // When it is recovered
    const recovery = sessions.recover(FORCE);
    await vi.advanceTimersByTimeAsync(SETTLE_MS);
    const outcome = await recovery;

    // Then the next one owns at the moment in which that is told
    expect(sessions.runs.bySessionFile(FILE)?.runId).toBe('next');
    expect(outcome).toMatchObject({
      status,
      activeRunId: run.runId,
      observed: { aborted: true, nextGranted: true, ...seen },
    });
    await (await granted).release();
  });

  it('[S2] nobody is said to have it where the next one was granted and is gone', async () => {
    const sessions = stage.open({ settleMs: SETTLE_MS });
    await sessions.acquire({ sessionFile: FILE });
    const next = sessions.run({ sessionFile: FILE }, () => 'done');
    await until(() => sessions.inspect().waiting.length === 1);
    const recovery = sessions.recover(FORCE);
    await vi.advanceTimersByTimeAsync(SETTLE_MS);
    await next;

    const { observed } = await recovery;

    const owner = sessions.runs.bySessionFile(FILE);
    expect(owner).toBeUndefined();
    expect(observed).toMatchObject({ revoked: true, nextGranted: false });
  });

  it('[S2] [V5] nothing is said before it is so', async () => {
    // Given a run that takes no notice
    const sessions = stage.open({ settleMs: SETTLE_MS });
    const run = await sessions.acquire({ sessionFile: FILE });
    let said: unknown;
    const recovery = sessions.recover(FORCE).then((outcome) => (said = outcome));

    // When its time to settle is not over yet
    await vi.advanceTimersByTimeAsync(SETTLE_MS - 1);
    await settled();

    // Then nothing is told, and it still owns
    expect(said).toBeUndefined();
    expect(sessions.runs.bySessionFile(FILE)?.runId).toBe(run.runId);
    await vi.advanceTimersByTimeAsync(1);
    expect(await recovery).toBe(said);
  });

  it('[S5] [T5] a section that is open when the turn is taken is over for the next one', async () => {
    // Given a run that hangs inside a section of a real file, and one that waits
    const sessions = stage.open({ settleMs: SETTLE_MS });
    const sessionFile = dir.join('session.jsonl');
    const run = await sessions.acquire({ sessionFile });
    const gate = createGate();
    const section = run.transcript.write(async () => {
      await gate.opened;
      await run.transcript.append({ by: 'late' });
    });
    section.catch(() => {});
    const { granted } = await waitBehind(sessions, { sessionFile, runId: 'next' });

    // When it is recovered
    const recovery = sessions.recover({ sessionFile, allowActiveAbort: true });
    await vi.advanceTimersByTimeAsync(SETTLE_MS);

    // Then the next one has the file, and its bytes
    expect(await recovery).toMatchObject({ status: 'revoked', observed: { nextGranted: true } });
    const next = await granted;
    await next.transcript.append({ by: 'next' });
    // And the section no longer lets its run write
    gate.open();
    await expect(section).rejects.toMatchObject({ code: 'ERR_SESSION_RUN_REVOKED' });
    expect(readFileSync(sessionFile, 'utf8')).toBe('{"by":"next"}\n');
    await next.release();
  });

  it('the run is still to be seen while its task drains', async () => {
    const sessions = stage.open({ settleMs: SETTLE_MS });
    const { run, end, outcome } = await startHeedless(sessions, { sessionFile: FILE });
    const recovery = sessions.recover(FORCE);
    await vi.advanceTimersByTimeAsync(SETTLE_MS);
    await recovery;

    expect(sessions.inspect().draining.map(({ runId }) => runId)).toEqual([run.runId]);
    expect(await sessions.recover({ runId: run.runId })).toMatchObject({ status: 'noop' });

    end.open(undefined);
    await outcome.catch(() => {});
    await settled();
  });
});
