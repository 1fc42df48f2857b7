import { hostname } from 'node:os';
import { describe, expect, it } from 'vitest';
import { SessionError } from '../../src/index.js';
import { useStage } from './support/stage.js';

const FILE = 'memory:a';

describe('wait errors', () => {
  const stage = useStage();

  it('[V1] each names the holder, its limits and its place in the world', async () => {
    // Given an owner with everything that can be said of it
    const sessions = stage.open({ maxWaiting: 1 });
    const owner = await sessions.acquire({
      sessionFile: FILE,
      sessionKey: 'chat:1',
      kind: 'cron',
      runId: 'nightly',
      maxHoldMs: 60_000,
    });
    owner.progress('tool: search');
    const waiter = sessions.acquire({ sessionFile: FILE });
    const caller = new AbortController();
    const { signal } = caller;

    // When requests fail behind it in every way
    const full = sessions.acquire({ sessionFile: FILE });
    const twin = sessions.acquire({ sessionFile: FILE, runId: 'nightly' });
    const inside = owner.within(() => sessions.acquire({ sessionFile: FILE }));
    const errors = await Promise.all(
      [full, twin, inside].map((run) => run.catch((e: unknown) => e)),
    );
    caller.abort();
    errors.push(await sessions.acquire({ sessionFile: FILE, signal }).catch((e: unknown) => e));

    // Then each tells who has the file
    for (const error of errors.slice(0, 3)) {
      expect(error).toMatchObject({
        sessionFile: FILE,
        holder: {
          runId: 'nightly',
          sessionKey: 'chat:1',
          kind: 'cron',
          phase: 'active',
          progressNote: 'tool: search',
          waiting: 1,
          limits: { stuckAfterMs: 900_000, maxHoldMs: 60_000, settleMs: 15_000 },
          pid: process.pid,
          host: hostname(),
        },
      });
    }
    for (const error of errors) {
      expect(SessionError.is(error)).toBe(true);
      expect((error as SessionError).userMessage).not.toContain(FILE);
    }
    await owner.release();
    await (await waiter).release();
  });

  it('[V1] a time-out tells position and length of the queue', async () => {
    const sessions = stage.open();
    const owner = await sessions.acquire({ sessionFile: FILE });
    const waiters = [1, 2].map(() => sessions.run({ sessionFile: FILE }, () => {}));

    const late = sessions.acquire({ sessionFile: FILE, waitMs: 5, kind: 'heartbeat' });

    await expect(late).rejects.toMatchObject({ position: 3, queueLength: 3, waitMs: 5 });
    await expect(late).rejects.toThrow('it was number 3 of 3 waiting');
    await owner.release();
    await Promise.all(waiters);
  });
});
