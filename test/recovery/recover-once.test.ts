import { symlinkSync, writeFileSync } from 'node:fs';
import { describe, expect, it, vi } from 'vitest';
import { Signals } from '../../src/ownership/stopping/signals.js';
import { useStage } from '../ownership/support/stage.js';
import { startHeedless } from '../ownership/support/steps.js';
import { waitBehind } from '../runs/support/sessions.js';
import { useFakeTime } from '../support/fake-time.js';
import { useTempDir } from '../support/temp-dir.js';

const FILE = 'memory:a';
const SETTLE_MS = 15_000;
const FORCE = { allowActiveAbort: true };

describe('recoveries of one file at once', () => {
  useFakeTime();
  const dir = useTempDir();
  const stage = useStage();

  function signalled(): unknown[] {
    return stage.events.filter(({ type }) => type === 'signalled').map(({ runId }) => runId);
  }

  it('[S4] two sibling keys on one file stop its run once', async () => {
    // Given a run that takes no notice, on a file with two names
    const sessions = stage.open({ settleMs: SETTLE_MS });
    const file = dir.join('session.jsonl');
    const link = dir.join('link.jsonl');
    writeFileSync(file, '{}\n');
    symlinkSync(file, link);
    const { run, end, outcome } = await startHeedless(sessions, {
      sessionFile: file,
      runId: 'run',
    });

    // When two sessions that have no run of their own are recovered
    const first = sessions.recover({ sessionKey: 'lane:a', sessionFile: file, ...FORCE });
    const second = sessions.recover({ sessionKey: 'lane:b', sessionFile: link, ...FORCE });

    // Then one of them acts, and the other is told for which run
    expect(await second).toMatchObject({
      status: 'skipped',
      reason: 'already_in_flight',
      activeRunId: 'run',
    });
    await vi.advanceTimersByTimeAsync(SETTLE_MS);
    expect(await first).toMatchObject({ status: 'revoked', reason: 'requested' });
    expect(signalled()).toEqual(['run']);
    expect(run.end).toBe('revoked');
    end.open(undefined);
    await outcome.catch(() => {});
  });

  it('all names of the run lead to the recovery that is under way', async () => {
    const sessions = stage.open({ settleMs: SETTLE_MS });
    const request = { sessionFile: FILE, runId: 'run', sessionKey: 'lane', sessionId: 'talk' };
    const run = await sessions.acquire(request);
    const { granted } = await waitBehind(sessions, { sessionFile: FILE, sessionKey: 'waits' });
    const first = sessions.recover({ runId: 'run', ...FORCE });

    const names = [{ sessionFile: FILE }, { sessionKey: 'lane' }, { sessionId: 'talk' }];
    const others = [...names, { sessionKey: 'waits' }].map((name) =>
      sessions.recover({ ...name, ...FORCE }),
    );

    const inFlight = {
      status: 'skipped',
      reason: 'already_in_flight',
      activeRunId: 'run',
      observed: { aborted: true, settled: false, revoked: false, nextGranted: false },
    };
    expect(await Promise.all(others)).toMatchObject([inFlight, inFlight, inFlight, inFlight]);
    await run.release();
    expect(await first).toMatchObject({ status: 'ended' });
    await (await granted).release();
  });

  it('[S4] a verdict about another run of the file is stale, recovery or not', async () => {
    const sessions = stage.open({ settleMs: SETTLE_MS });
    const run = await sessions.acquire({ sessionFile: FILE, runId: 'run' });
    const first = sessions.recover({ runId: 'run', ...FORCE });

    const other = await sessions.recover({ runId: 'ghost', sessionFile: FILE, ...FORCE });
    const older = await sessions.recover({ runId: 'run', generation: 7, ...FORCE });

    expect([other, older]).toMatchObject([{ reason: 'stale_state' }, { reason: 'stale_state' }]);
    await run.release();
    await first;
  });

  it('recoveries of different files know nothing of each other', async () => {
    const sessions = stage.open({ settleMs: SETTLE_MS });
    const runs = await Promise.all([
      sessions.acquire({ sessionFile: 'memory:a' }),
      sessions.acquire({ sessionFile: 'memory:b' }),
    ]);

    const outcomes = runs.map(({ runId }) => sessions.recover({ runId, ...FORCE }));
    await vi.advanceTimersByTimeAsync(SETTLE_MS);

    expect(await Promise.all(outcomes)).toMatchObject([
      { status: 'revoked' },
      { status: 'revoked' },
    ]);
  });

  it('the file is free for the next recovery once one has come to an end', async () => {
    // Given a run that was recovered, and its successor
    const sessions = stage.open({ settleMs: SETTLE_MS });
    await sessions.acquire({ sessionFile: FILE });
    const { granted } = await waitBehind(sessions, { sessionFile: FILE, runId: 'next' });
    const first = sessions.recover({ sessionFile: FILE, ...FORCE });
    await vi.advanceTimersByTimeAsync(SETTLE_MS);
    await first;

    // When that one hangs, too
    const second = sessions.recover({ sessionFile: FILE, ...FORCE });
    await vi.advanceTimersByTimeAsync(SETTLE_MS);

    expect(await second).toMatchObject({ status: 'revoked', activeRunId: 'next' });
    expect((await granted).end).toBe('revoked');
  });

  it('the file is free for the next recovery after one that spared the run', async () => {
    const sessions = stage.open();
    const run = await sessions.acquire({ sessionFile: FILE });

    const first = await sessions.recover({ sessionFile: FILE });
    const second = await sessions.recover({ sessionFile: FILE });

    expect([first, second]).toMatchObject([{ reason: 'active_run' }, { reason: 'active_run' }]);
    await run.release();
  });

  it('the file is free for the next recovery after one that failed', async () => {
    // Given a step that fails
    const sessions = stage.open();
    const run = await sessions.acquire({ sessionFile: FILE });
    const fault = new Error('out of order');
    vi.spyOn(Signals.prototype, 'fire').mockImplementationOnce(() => {
      throw fault;
    });

    // When recovery meets it
    const failed = await sessions.recover({ sessionFile: FILE, ...FORCE });
    const next = sessions.recover({ sessionFile: FILE, ...FORCE });
    await run.release();

    // Then the failure is told, and holds nobody up
    expect(failed).toMatchObject({ status: 'failed', reason: 'exception', error: fault });
    expect(await next).toMatchObject({ status: 'ended', reason: 'requested' });
  });

  it('what is thrown and is no error is told as one', async () => {
    const sessions = stage.open();
    const run = await sessions.acquire({ sessionFile: FILE });
    vi.spyOn(Signals.prototype, 'fire').mockImplementationOnce(() => {
      // eslint-disable-next-line typescript/only-throw-error -- what is under test
      throw 'out of order';
    });

    const outcome = await sessions.recover({ sessionFile: FILE, ...FORCE });

    expect(outcome).toMatchObject({ status: 'failed', error: new Error('out of order') });
    await run.release();
  });

  it('a coordinator that shares the table sees the recovery of another', async () => {
    const one = stage.open({ isolated: false, settleMs: SETTLE_MS });
    const other = stage.open({ isolated: false });
    const run = await one.acquire({ sessionFile: FILE });

    const first = one.recover({ sessionFile: FILE, ...FORCE });
    const second = await other.recover({ sessionFile: FILE, ...FORCE });

    expect(second).toMatchObject({ reason: 'already_in_flight', activeRunId: run.runId });
    await run.release();
    await first;
  });
});
