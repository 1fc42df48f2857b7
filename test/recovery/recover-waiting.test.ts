import { describe, expect, it } from 'vitest';
import { useStage } from '../ownership/support/stage.js';
import { waitBehind } from '../runs/support/sessions.js';
import { createGate } from '../support/gate.js';
import { useTempDir } from '../support/temp-dir.js';

const FILE = 'memory:a';
const UNTOUCHED = { aborted: false, settled: false, revoked: false, nextGranted: false };
/** Whoever is found is to go: what is spared is spared for another reason. */
const FORCE = { allowActiveAbort: true };

describe('recover() of a run that has another clock', () => {
  const dir = useTempDir();
  const stage = useStage();

  it('[R10] [T6] [S4] never acts on a waiting run that is named exactly', async () => {
    const sessions = stage.open();
    const owner = await sessions.acquire({ sessionFile: FILE });
    const { granted } = await waitBehind(sessions, { sessionFile: FILE, runId: 'waits' });

    const outcome = await sessions.recover({ runId: 'waits', silentMs: 0, ...FORCE });

    expect(outcome).toMatchObject({
      status: 'skipped',
      reason: 'waiting_run',
      activeRunId: 'waits',
      observed: { ...UNTOUCHED, nextGranted: true },
    });
    expect(owner.signal.aborted).toBe(false);
    await owner.release();
    await (await granted).release();
  });

  it('[R10] never acts on a request whose path is still being resolved', async () => {
    // Given a request in the very tick of its call
    const sessions = stage.open();
    const sessionFile = dir.join('session.jsonl');
    const asked = sessions.acquire({ sessionFile, runId: 'early', sessionKey: 'lane' });

    // When recovery is asked for it by each of its names
    const names = [{ runId: 'early' }, { sessionKey: 'lane' }, { sessionFile }];
    const outcomes = names.map((name) => sessions.recover({ ...name, ...FORCE }));

    // Then it is left alone
    const waits = { status: 'skipped', reason: 'waiting_run', activeRunId: 'early' };
    expect(await Promise.all(outcomes)).toMatchObject([waits, waits, waits]);
    await (await asked).release();
  });

  it('[T6] [S5] never acts on a parked run', async () => {
    const sessions = stage.open();
    const gate = createGate();
    const run = await sessions.acquire({ sessionFile: FILE, runId: 'parked', sessionKey: 'lane' });
    const parked = run.park(() => gate.opened);

    const names = [{ runId: 'parked' }, { sessionKey: 'lane' }, { sessionFile: FILE }];
    const outcomes = names.map((name) => sessions.recover({ ...name, silentMs: 0, ...FORCE }));

    const waits = { status: 'skipped', reason: 'waiting_run', activeRunId: 'parked' };
    expect(await Promise.all(outcomes)).toMatchObject([waits, waits, waits]);
    gate.open();
    await parked;
    expect(run.signal.aborted).toBe(false);
    await run.release();
  });

  it('[T6] never acts on a run that maintains', async () => {
    const sessions = stage.open();
    const gate = createGate();
    const run = await sessions.acquire({ sessionFile: FILE, runId: 'compacts' });
    const maintenance = run.maintain(() => gate.opened, { deadlineMs: 60_000 });

    const outcome = await sessions.recover({ sessionFile: FILE, silentMs: 0, ...FORCE });

    expect(outcome).toMatchObject({ status: 'skipped', reason: 'maintaining' });
    expect(run.signal.aborted).toBe(false);
    gate.open();
    await maintenance;
    await run.release();
  });
});
