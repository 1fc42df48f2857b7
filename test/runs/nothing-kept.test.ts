import { writeFile } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import { createCoordinator, type Run } from '../../src/index.js';
import { sharedOwnerTable } from '../../src/ownership/owner-table.js';
import { createCountingController } from '../support/counting-signal.js';
import { runChild } from '../support/child.js';
import { createGate } from '../support/gate.js';
import { useTempDir } from '../support/temp-dir.js';
import { freshMarker, loopTurn, waitBehind } from './support/sessions.js';

const FIXTURE = new URL('./fixtures/soak.ts', import.meta.url);

/** How much each structure of the table of this thread holds. */
function sizes(): Record<string, number> {
  const { state, requests, callerSignals, openings } = sharedOwnerTable();
  return {
    queues: state.queues.size,
    liveIds: state.liveIds.size,
    sessionKeys: state.sessionKeys.size,
    sessionIds: state.sessionIds.size,
    fileIds: state.fileIds.size,
    draining: state.draining.size,
    idleListeners: state.idleListeners.size,
    live: state.live,
    arrivals: requests.arrivals.size,
    callerSignals: callerSignals.size,
    openings: openings.size,
  };
}

const EMPTY = Object.fromEntries(Object.keys(sizes()).map((name) => [name, 0]));

describe('the owner table', () => {
  const dir = useTempDir();

  it('[A7] is empty after every way in which a request can end', async () => {
    // Given an owner, and requests that end in all ways
    const coordinator = createCoordinator();
    const controller = createCountingController();
    const { signal } = controller;
    const file = dir.join('s.jsonl');
    await writeFile(file, '');
    const labels = { sessionKey: 'a', sessionId: 'b', runId: 'c' };
    const owner = await coordinator.acquire({ sessionFile: file, ...labels, signal });
    const outcomes = Promise.allSettled([
      coordinator.acquire({ sessionFile: file, waitMs: 0 }),
      coordinator.acquire({ sessionFile: file, waitMs: 5 }),
      coordinator.acquire({ sessionFile: file, signal }),
      coordinator.acquire({ sessionFile: file, runId: 'c' }),
      coordinator.acquire({ sessionFile: dir.path }),
      coordinator.acquire({ sessionFile: file, parent: owner }),
      coordinator.acquire({ sessionFile: file, parent: owner, onReentry: 'join' }),
      coordinator.openOnce('a', () => Promise.reject(new Error('failed')), { signal }),
      coordinator.runs.whenEnded(owner, { waitMs: 5, signal }),
      coordinator.runs.whenIdle({ waitMs: 5, signal }),
      coordinator.runs.whenIdle({ file, waitMs: 5, signal }),
      owner.park(() => undefined).then(() => controller.abort()),
    ]);
    // When all is over
    await outcomes;
    await owner.release();
    await coordinator.runs.whenIdle();
    // Then nothing is kept, nor a listener on the caller's signal
    expect(sizes()).toEqual(EMPTY);
    expect(signal.listeners).toBe(0);
  });

  it('[A7] is empty after a run was revoked and its task has settled', async () => {
    // Given a task that ignores its signal beyond its limits
    const coordinator = createCoordinator({ settleMs: 1 });
    const gate = createGate();
    const run = coordinator.run({ sessionFile: freshMarker(), maxHoldMs: 1 }, () => gate.opened);
    await expect(run).rejects.toMatchObject({ why: 'max-hold' });
    expect(sizes()).toEqual({ ...EMPTY, draining: 1 });
    // When it settles after all
    gate.open();
    await loopTurn();
    // Then nothing is kept
    expect(sizes()).toEqual(EMPTY);
  });

  it('[A7] is empty after 10,000 files, one after the other', async () => {
    // Given files with labels, every hundredth on disk, every tenth contended
    const coordinator = createCoordinator();
    for (let at = 0; at < 10_000; at += 1) {
      const sessionFile = at % 100 === 0 ? dir.join(`${at}.jsonl`) : `memory:${at}`;
      const labels = { sessionKey: `key-${at}`, sessionId: `id-${at}`, runId: `run-${at}` };
      // When they are owned, one after the other
      const owner = await coordinator.acquire({ sessionFile, ...labels });
      const next =
        at % 10 === 0 ? await waitBehind(coordinator, { sessionFile, sessionKey: 'next' }) : null;
      await owner.release();
      await (await next?.granted)?.release();
    }
    // Then nothing is kept
    expect(sizes()).toEqual(EMPTY);
  });

  it('[A7] holds no more than the runs alive while 1,000 are', async () => {
    const coordinator = createCoordinator();
    const runs: Run[] = [];
    for (let at = 0; at < 1_000; at += 1) {
      const labels = { sessionKey: `key-${at % 10}`, sessionId: `id-${at % 10}` };
      runs.push(await coordinator.acquire({ sessionFile: `memory:alive-${at}`, ...labels }));
    }
    expect(sizes()).toMatchObject({ queues: 1_000, live: 1_000, sessionKeys: 10, fileIds: 0 });
    for (const run of runs) await run.release();
    expect(sizes()).toEqual(EMPTY);
  });

  it('[A7] keeps no ended run above a run alive', async () => {
    // Given a lane in which each run asks for the next one and ends
    const coordinator = createCoordinator();
    const { state } = sharedOwnerTable();
    const sessionFile = freshMarker();
    const last = createGate<number>();
    const next = (left: number): void => {
      void coordinator.run({ sessionFile, onReentry: 'queue' }, () => {
        if (left > 0) return next(left - 1);
        // When the hundredth runs
        let above = 0;
        for (let at = state.ambient.getStore()?.run?.asker; at; at = at.asker) above += 1;
        return last.open(above);
      });
    };
    next(100);
    // Then the hundred before it are not held in memory by it
    expect(await last.opened).toBeLessThanOrEqual(1);
    await coordinator.runs.whenIdle();
  });
});

describe('the heap', () => {
  it.each([
    ['different files', 'files'],
    ['a lane that asks for its next turn itself', 'lane'],
  ])('[A7] does not grow over 20,000 more turns of %s', { timeout: 60_000 }, async (_, mode) => {
    const options = { args: [mode], execArgv: ['--expose-gc'], timeoutMs: 50_000 };
    const { code, stdout, stderr } = await runChild(FIXTURE, options);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    const { grownBytes } = JSON.parse(stdout) as { grownBytes: number };
    expect(grownBytes).toBeLessThan(512 * 1024);
  });
});
