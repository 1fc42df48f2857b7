import { link, mkdir, rename, rm, writeFile } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import type { Coordinator, Run } from '../../src/index.js';
import { useTempDir } from '../support/temp-dir.js';
import { useFaultyFs } from './support/faulty-fs.js';
import { useStage } from './support/stage.js';

const CODES = ['EACCES', 'EIO', 'EMFILE', 'ELOOP'];

describe('identify()', () => {
  const dir = useTempDir();
  const faults = useFaultyFs();
  const stage = useStage();

  /** An owner, and so many runs that wait behind it, in the queue for certain. */
  async function crowd(
    sessions: Coordinator,
    sessionFile: string,
    count: number,
  ): Promise<{ owner: Run; outcomes: Promise<PromiseSettledResult<unknown>[]> }> {
    const owner = await sessions.acquire({ sessionFile });
    const waiters = Array.from({ length: count }, () =>
      sessions.run({ sessionFile }, () => 'served'),
    );
    const outcomes = Promise.allSettled(waiters);
    while (sessions.inspect().waiting.length < count) await new Promise(setImmediate);
    return { owner, outcomes };
  }

  /** Somebody else can have the file as soon as it can be looked up again. */
  async function assertUsable(sessions: Coordinator, sessionFile: string): Promise<void> {
    faults.heal();
    expect(sessions.runs.size).toBe(0);
    expect(await sessions.run({ sessionFile, waitMs: 0 }, () => 'mine')).toBe('mine');
  }

  it.each(CODES)(
    '[O2] %s of the resolution refuses the request and leaves no owner',
    async (code) => {
      const sessions = stage.open();
      const sessionFile = dir.join('a.jsonl');
      await writeFile(sessionFile, '');
      faults.failRealpath(sessionFile, code);

      await expect(sessions.acquire({ sessionFile })).rejects.toMatchObject({
        code: 'ERR_SESSION_FILE_INVALID',
      });

      await assertUsable(sessions, sessionFile);
    },
  );

  it.each(CODES)('[O2] %s of the stat at the decision leaves no owner', async (code) => {
    const sessions = stage.open();
    const sessionFile = dir.join('a.jsonl');
    await writeFile(sessionFile, '');
    faults.failStat(sessionFile, code);

    await expect(sessions.acquire({ sessionFile })).rejects.toMatchObject({
      code: 'ERR_SESSION_FILE_INVALID',
    });

    await assertUsable(sessions, sessionFile);
  });

  it.each(CODES)('[O2] %s of the stat at enqueue does not touch the owner', async (code) => {
    // Given an owner
    const sessions = stage.open();
    const sessionFile = dir.join('a.jsonl');
    const owner = await sessions.acquire({ sessionFile });
    faults.failStat(sessionFile, code);

    // When somebody else asks while the file cannot be looked at
    const refused = sessions.acquire({ sessionFile });

    // Then only that request fails
    await expect(refused).rejects.toMatchObject({ code: 'ERR_SESSION_FILE_INVALID' });
    expect(owner.phase).toBe('active');
    await owner.release();
    await assertUsable(sessions, sessionFile);
  });

  it.each(CODES)(
    '[O2] %s at the hand-over passes on to the first one that gets through',
    async (code) => {
      // Given 100 waiting runs, and a file that cannot be looked at for the first 50 of them
      const sessions = stage.open();
      const sessionFile = dir.join('a.jsonl');
      const { owner, outcomes } = await crowd(sessions, sessionFile, 100);
      faults.failStat(sessionFile, code, 50);

      // When the owner ends
      await owner.release();

      // Then 50 are refused in order, and the others are served one after the other
      const results = await outcomes;
      expect(results.slice(0, 50).every(({ status }) => status === 'rejected')).toBe(true);
      expect(results.slice(50).every(({ status }) => status === 'fulfilled')).toBe(true);
      expect(sessions.inspect().counters).toMatchObject({ granted: 51, refused: 50 });
      await assertUsable(sessions, sessionFile);
    },
  );

  it('[O2] a path that became a directory refuses all who wait, however many', async () => {
    // Given very many waiting runs
    const sessions = stage.open({ maxWaiting: Infinity });
    const sessionFile = dir.join('a.jsonl');
    const { owner, outcomes } = await crowd(sessions, sessionFile, 5_000);
    await mkdir(sessionFile);

    // When the owner ends
    await owner.release();

    // Then each of them is told why, and the stack has held
    const reasons = (await outcomes).map((result) =>
      result.status === 'rejected' ? (result.reason as { reason?: string }).reason : 'served',
    );
    expect(new Set(reasons)).toEqual(new Set(['directory']));
    await rm(sessionFile, { recursive: true });
    await assertUsable(sessions, sessionFile);
  });

  it('[O2] a folder that vanished while runs wait is a missing file, not a lost turn', async () => {
    const sessions = stage.open();
    await mkdir(dir.join('folder'));
    const sessionFile = dir.join('folder', 'a.jsonl');
    const { owner, outcomes } = await crowd(sessions, sessionFile, 3);
    await rm(dir.join('folder'), { recursive: true });

    await owner.release();

    expect((await outcomes).map(({ status }) => status)).toEqual(Array(3).fill('fulfilled'));
  });

  it('[O2] a folder that became a file refuses or serves all, and leaves nothing', async () => {
    const sessions = stage.open();
    await mkdir(dir.join('folder'));
    const sessionFile = dir.join('folder', 'a.jsonl');
    const { owner, outcomes } = await crowd(sessions, sessionFile, 3);
    await rename(dir.join('folder'), dir.join('elsewhere'));
    await writeFile(dir.join('folder'), '');

    await owner.release();
    await outcomes;

    expect(sessions.runs.size).toBe(0);
  });

  it('[O2] a parked run that cannot come back stays parked, and can end', async () => {
    // Given a parked run whose file cannot be looked at
    const sessions = stage.open();
    const sessionFile = dir.join('a.jsonl');
    const run = await sessions.acquire({ sessionFile });
    const parked = run.park(() => {
      faults.failStat(sessionFile, 'EIO');
    });

    // When it wants its turn back
    await expect(parked).rejects.toMatchObject({ systemCode: 'EIO' });

    // Then it is still there, without the file, and can end
    expect(run.phase).toBe('parked');
    expect(
      sessions.runs.bySessionFile({ key: sessionFile, path: '', realPath: '' }),
    ).toBeUndefined();
    await run.release();
    await assertUsable(sessions, sessionFile);
  });

  it('[O2] a parked run that cannot come back from the queue stays parked; the next is served', async () => {
    // Given a parked run that waits for its turn behind an owner, before another waiting run
    const sessions = stage.open();
    const sessionFile = dir.join('a.jsonl');
    const run = await sessions.acquire({ sessionFile });
    let owner: Run | undefined;
    const parked = run.park(async () => {
      owner = await sessions.acquire({ sessionFile });
    });
    const stopped = parked.catch((error: unknown) => error);
    while (sessions.runs.waitingFor(sessionFile).length === 0) await new Promise(setImmediate);
    const next = sessions.run({ sessionFile }, () => 'served');
    while (sessions.inspect().waiting.length === 0) await new Promise(setImmediate);
    faults.failStat(sessionFile, 'EIO', 1);

    // When the owner ends
    await owner?.release();

    // Then the parked run is told, and the next one is served
    expect(await stopped).toMatchObject({ systemCode: 'EIO' });
    expect(await next).toBe('served');
    expect(run.phase).toBe('parked');
    await run.release();
  });

  it('[P7][O2] two files that became one while both were in use are refused, not owned twice', async () => {
    // Given two owners of two files, and a run that waits for the second
    const sessions = stage.open();
    await writeFile(dir.join('a.jsonl'), 'a');
    const one = await sessions.acquire({ sessionFile: dir.join('a.jsonl') });
    const { owner: two, outcomes } = await crowd(sessions, dir.join('b.jsonl'), 1);

    // When the second becomes a hard link of the first
    await link(dir.join('a.jsonl'), dir.join('b.jsonl'));
    await two.release();

    // Then the waiting run is refused
    expect(await outcomes).toMatchObject([{ status: 'rejected', reason: { reason: 'alias' } }]);
    await one.release();
  });
});
