import { describe, expect, it, vi } from 'vitest';
import type { RecoveryOutcome } from '../../src/index.js';
import { useStage } from '../ownership/support/stage.js';
import { useFakeTime } from '../support/fake-time.js';
import { useTempDir } from '../support/temp-dir.js';

const FILE = 'memory:a';
const SETTLE_MS = 15_000;
const FORCE = { sessionFile: FILE, allowActiveAbort: true };
const STILL_HELD = {
  status: 'still-held',
  reason: 'requested',
  observed: { aborted: true, settled: false, revoked: false, nextGranted: false },
};

describe('recover() that is asked by the very run that it stops', () => {
  useFakeTime();
  const dir = useTempDir();
  const stage = useStage();

  it('[S2] answers that the run is told, and does not make it wait for itself', async () => {
    const sessions = stage.open({ settleMs: SETTLE_MS });
    let outcome: RecoveryOutcome | undefined;

    const task = sessions.run({ sessionFile: FILE }, async () => {
      outcome = await sessions.recover(FORCE);
    });

    await expect(task).rejects.toMatchObject({ why: 'recovery' });
    expect(outcome).toMatchObject(STILL_HELD);
    expect(stage.events.at(-1)).toMatchObject({ type: 'ended', end: 'interrupted' });
  });

  it('the same inside its prompt, and inside its section', async () => {
    const sessions = stage.open({ settleMs: SETTLE_MS });
    const sessionFile = dir.join('session.jsonl');
    const outcomes: unknown[] = [];
    const run = await sessions.acquire({ sessionFile });
    const request = { sessionFile, allowActiveAbort: true };

    const prompt = run.prompt(async () => outcomes.push(await sessions.recover(request)));
    await expect(prompt).rejects.toMatchObject({ why: 'recovery' });
    const section = run.transcript.write(async () =>
      outcomes.push(await sessions.recover(request)),
    );
    await section;

    expect(outcomes).toMatchObject([STILL_HELD, STILL_HELD]);
    await run.release();
  });

  it('leaves the guard of the file free, so that somebody else can wait for the end', async () => {
    // Given a run that recovers itself, and goes on all the same
    const sessions = stage.open({ settleMs: SETTLE_MS });
    const run = await sessions.acquire({ sessionFile: FILE });
    await run.within(() => sessions.recover(FORCE));

    // When somebody else recovers it
    const other = sessions.recover(FORCE);
    await vi.advanceTimersByTimeAsync(SETTLE_MS);

    // Then that is told how it ended
    expect(await other).toMatchObject({ status: 'revoked', observed: { revoked: true } });
    expect(run.end).toBe('revoked');
  });

  it('does not wait where the run waits for whoever asks', async () => {
    // Given a run that waits for another one, which it asked for
    const sessions = stage.open({ settleMs: SETTLE_MS });
    let outcome: RecoveryOutcome | undefined;

    const parent = sessions.run({ sessionFile: FILE }, async () => {
      await sessions.run({ sessionFile: 'memory:b' }, async () => {
        outcome = await sessions.recover(FORCE);
      });
    });

    await expect(parent).rejects.toMatchObject({ why: 'recovery' });
    expect(outcome).toMatchObject(STILL_HELD);
  });

  it('does not wait where a run of the same turn asks', async () => {
    const sessions = stage.open({ settleMs: SETTLE_MS });
    let outcome: RecoveryOutcome | undefined;

    const host = sessions.run({ sessionFile: FILE }, async () => {
      const joined = await sessions.acquire({ sessionFile: FILE, onReentry: 'join' });
      outcome = await joined.within(() => sessions.recover(FORCE));
    });

    await expect(host).rejects.toMatchObject({ why: 'recovery' });
    expect(outcome).toMatchObject(STILL_HELD);
  });

  it('waits where the run is another one', async () => {
    // Given a run that hangs, and a run of another file that clears it
    const sessions = stage.open({ settleMs: SETTLE_MS });
    const hung = await sessions.acquire({ sessionFile: FILE });
    const cleaner = sessions.run({ sessionFile: 'memory:b' }, () => sessions.recover(FORCE));

    await vi.advanceTimersByTimeAsync(SETTLE_MS);

    expect(await cleaner).toMatchObject({ status: 'revoked', activeRunId: hung.runId });
  });

  it('waits in a context that outlived its run', async () => {
    // Given a run that has ended, and code of it that goes on
    const sessions = stage.open({ settleMs: SETTLE_MS });
    const first = await sessions.acquire({ sessionFile: FILE });
    await first.release();
    const hung = await sessions.acquire({ sessionFile: FILE });

    const recovery = first.within(() => sessions.recover(FORCE));
    await vi.advanceTimersByTimeAsync(SETTLE_MS);

    expect(await recovery).toMatchObject({ status: 'revoked', activeRunId: hung.runId });
  });
});
