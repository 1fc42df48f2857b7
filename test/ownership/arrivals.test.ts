import { mkdir, symlink } from 'node:fs/promises';
import { describe, expect, it, vi } from 'vitest';
import { resolvePath } from '../../src/identity/resolve.js';
import { useTempDir } from '../support/temp-dir.js';
import { useFaultyFs } from './support/faulty-fs.js';
import { useStage } from './support/stage.js';
import { settled } from './support/steps.js';

/** Lets resolutions that need the real file system finish: others of the same kind have, since. */
async function resolved(path: string): Promise<void> {
  for (let round = 0; round < 3; round += 1) await resolvePath(path);
  await settled();
}

describe('Arrivals', () => {
  const dir = useTempDir();
  const faults = useFaultyFs();
  const stage = useStage();

  it('[O9] requests with one spelling are decided in the order of their calls', async () => {
    // Given a first request that resolves last
    const sessions = stage.open();
    const sessionFile = dir.join('a.jsonl');
    const slow = faults.holdRealpath(sessionFile);
    const served: number[] = [];
    const runs = [0, 1, 2].map((index) =>
      sessions.run({ sessionFile }, () => void served.push(index)),
    );
    await resolved(sessionFile);
    expect(served).toEqual([]);

    // When it is resolved
    slow.open();
    await Promise.all(runs);

    // Then it is served first all the same
    expect(served).toEqual([0, 1, 2]);
  });

  it('a request that gives up while it is resolved does not hold back those behind it', async () => {
    // Given a first request that is never resolved, and one behind it that is
    const sessions = stage.open();
    const sessionFile = dir.join('a.jsonl');
    const never = faults.holdRealpath(sessionFile);
    const stop = new AbortController();
    const first = sessions.acquire({ sessionFile, signal: stop.signal });
    const refused = first.catch((error: unknown) => error);
    const second = sessions.run({ sessionFile }, () => 'served');
    await resolved(sessionFile);

    // When the caller of the first gives up
    stop.abort();

    // Then the second is served
    expect(await refused).toMatchObject({ code: 'ERR_SESSION_WAIT_ABORTED' });
    expect(await second).toBe('served');
    never.open();
    await settled();
  });

  it('requests with different spellings do not wait for each other', async () => {
    const sessions = stage.open();
    await mkdir(dir.join('real'));
    await symlink(dir.join('real'), dir.join('link'));
    const slow = faults.holdRealpath(dir.join('link', 'a.jsonl'));
    const byLink = sessions.run({ sessionFile: dir.join('link', 'a.jsonl') }, () => 'link');

    const byName = await sessions.run({ sessionFile: dir.join('real', 'a.jsonl') }, () => 'name');

    expect(byName).toBe('name');
    slow.open();
    expect(await byLink).toBe('link');
  });

  it('[X1][V5] close() gives one outcome to each request that was being resolved', async () => {
    // Given two requests with one spelling, of which the second was resolved first
    const sessions = stage.open();
    const sessionFile = dir.join('a.jsonl');
    const slow = faults.holdRealpath(sessionFile);
    const task = vi.fn();
    const runs = ['first', 'second'].map((runId) => sessions.run({ sessionFile, runId }, task));
    const outcomes = Promise.allSettled(runs);
    await resolved(sessionFile);

    // When the coordinator is closed
    const report = await sessions.close({ waitMs: 0 });

    // Then both callers are told, and each is counted once
    expect(await outcomes).toMatchObject([
      { status: 'rejected', reason: { code: 'ERR_SESSION_CLOSED' } },
      { status: 'rejected', reason: { code: 'ERR_SESSION_CLOSED' } },
    ]);
    expect(task).not.toHaveBeenCalled();
    const { requests, cancelled, refused } = sessions.inspect().counters;
    expect({ requests, gone: cancelled + refused }).toEqual({ requests: 2, gone: 2 });
    expect(report.cancelledWaiters.map(({ runId }) => runId)).toEqual(['first', 'second']);
    slow.open();
    await resolved(sessionFile);
  });

  it('whenIdle() waits for requests that are being resolved', async () => {
    const sessions = stage.open();
    const sessionFile = dir.join('a.jsonl');
    const slow = faults.holdRealpath(sessionFile);
    const run = sessions.run({ sessionFile }, () => {});
    expect(await sessions.runs.whenIdle({ waitMs: 0 })).toBe(false);
    const idle = sessions.runs.whenIdle();

    slow.open();

    await run;
    expect(await idle).toBe(true);
  });
});
