import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { InvalidSessionFileError } from '../../src/index.js';
import { useStage } from '../ownership/support/stage.js';
import { waitBehind } from '../runs/support/sessions.js';
import { useTempDir } from '../support/temp-dir.js';

const FILE = 'memory:a';
const UNTOUCHED = { aborted: false, settled: false, revoked: false, nextGranted: false };
/** Whoever is found is to go: what is spared is spared for another reason. */
const FORCE = { allowActiveAbort: true };

describe('recover() that may act on nobody', () => {
  const dir = useTempDir();
  const stage = useStage();

  it.each([{}, { silentMs: 5, generation: 1 }, { sessionKey: undefined }])(
    'wants a name: %j',
    async (request) => {
      const outcome = await stage.open().recover({ ...request, ...FORCE });

      expect(outcome).toEqual({
        status: 'skipped',
        reason: 'missing_session_ref',
        observed: UNTOUCHED,
      });
    },
  );

  it.each([
    { runId: 'ghost' },
    { sessionFile: FILE },
    { sessionKey: 'ghost' },
    { sessionId: 'ghost' },
    { runId: 'ghost', sessionFile: FILE, sessionKey: 'ghost', sessionId: 'ghost' },
  ])('finds nothing to do where no run is alive: %j', async (names) => {
    const outcome = await stage.open().recover({ ...names, ...FORCE });

    expect(outcome).toEqual({ status: 'noop', reason: 'no_active_work', observed: UNTOUCHED });
  });

  it('[S4] leaves the successor alone where the run that was judged is gone', async () => {
    // Given a run that ended, and another one that has its file now
    const sessions = stage.open();
    const judged = await sessions.acquire({ sessionFile: FILE });
    const { runId, generation } = judged;
    await judged.release();
    const next = await sessions.acquire({ sessionFile: FILE, runId: 'next', sessionKey: 'lane' });

    // When somebody comes with a verdict about the first one
    const outcomes = await Promise.all([
      sessions.recover({ runId, generation, sessionFile: FILE, ...FORCE }),
      sessions.recover({ runId, sessionKey: 'lane', ...FORCE }),
      sessions.recover({ runId, ...FORCE }),
    ]);

    // Then the second one is named, and left alone
    const stale = { status: 'skipped', reason: 'stale_state', activeRunId: 'next' };
    expect(outcomes).toMatchObject([stale, stale, { status: 'noop' }]);
    expect(next.signal.aborted).toBe(false);
    await next.release();
  });

  it.each([0, 1, 3, Infinity])(
    '[S4] leaves a run of generation 2 alone: %d',
    async (generation) => {
      const sessions = stage.open();
      const run = await sessions.acquire({ sessionFile: FILE, runId: 'run', sessionKey: 'lane' });
      await run.park(() => {});

      const outcomes = await Promise.all([
        sessions.recover({ runId: 'run', generation, ...FORCE }),
        sessions.recover({ sessionFile: FILE, generation, ...FORCE }),
        sessions.recover({ sessionKey: 'lane', generation, ...FORCE }),
      ]);

      const stale = { status: 'skipped', reason: 'stale_state', activeRunId: 'run' };
      expect(outcomes).toMatchObject([stale, stale, stale]);
      expect(run.signal.aborted).toBe(false);
      await run.release();
    },
  );

  it('[S4] leaves all alone where a label stands for several', async () => {
    // Given two owners with one session key, and a run that waits behind each
    const sessions = stage.open();
    const files = ['memory:a', 'memory:b'];
    const owners = await Promise.all(
      files.map((sessionFile) => sessions.acquire({ sessionFile, sessionKey: 'lane' })),
    );
    const waiting = await Promise.all(
      files.map((sessionFile) => waitBehind(sessions, { sessionFile, sessionKey: 'waits' })),
    );

    const ambiguous = { status: 'skipped', reason: 'ambiguous_session_ref', observed: UNTOUCHED };
    expect(await sessions.recover({ sessionKey: 'lane', ...FORCE })).toEqual(ambiguous);
    expect(await sessions.recover({ sessionKey: 'waits', ...FORCE })).toEqual(ambiguous);

    expect(owners.map(({ signal }) => signal.aborted)).toEqual([false, false]);
    for (const owner of owners) await owner.release();
    for (const { granted } of waiting) await (await granted).release();
  });

  it('two that wait under one label for one file stand for one owner', async () => {
    const sessions = stage.open();
    const owner = await sessions.acquire({ sessionFile: FILE, runId: 'owner' });
    const waiting = [
      await waitBehind(sessions, { sessionFile: FILE, sessionKey: 'lane' }),
      await waitBehind(sessions, { sessionFile: FILE, sessionKey: 'lane' }),
    ];

    const outcome = await sessions.recover({ sessionKey: 'lane' });

    expect(outcome).toMatchObject({ reason: 'active_run', activeRunId: 'owner' });
    await owner.release();
    for (const { granted } of waiting) await (await granted).release();
  });

  it.each([
    ['a folder', 'directory', (path: string) => mkdirSync(path)],
    ['a link to itself', 'loop', (path: string) => symlinkSync(path, path)],
    ['nothing', 'empty', () => undefined],
  ])('[S2] a path to %s is a failure that says so', async (_name, reason, make) => {
    const path = dir.join('session.jsonl');
    make(path);
    const sessionFile = reason === 'empty' ? ' ' : path;

    const outcome = await stage.open().recover({ sessionFile, ...FORCE });

    expect(outcome).toEqual({
      status: 'failed',
      reason: 'exception',
      error: expect.any(InvalidSessionFileError) as unknown,
      observed: UNTOUCHED,
    });
    expect(outcome).toMatchObject({ error: { reason } });
  });

  it('[S2] a path that cannot be reached is a failure that says so, whoever is gone', async () => {
    writeFileSync(dir.join('file'), '');
    const sessionFile = dir.join('file', 'session.jsonl');

    const outcome = await stage.open().recover({ runId: 'ghost', sessionFile, ...FORCE });

    expect(outcome).toMatchObject({
      status: 'failed',
      reason: 'exception',
      error: { code: 'ERR_SESSION_FILE_INVALID', reason: 'unreachable' },
    });
  });
});
