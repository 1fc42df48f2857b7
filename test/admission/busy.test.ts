import { readdir, stat, writeFile } from 'node:fs/promises';
import { describe, expect, it, vi } from 'vitest';
import type { AdmissionMode, AdmitRequest } from '../../src/index.js';
import { createCountingController } from '../support/counting-signal.js';
import { useFakeTime } from '../support/fake-time.js';
import { useTempDir } from '../support/temp-dir.js';
import { useStage } from '../ownership/support/stage.js';
import { ask, askToWait, NAMES, serve } from './support/scene.js';

const MODES: readonly (readonly [AdmissionMode, 'held' | 'queue-full'])[] = [
  ['skip', 'held'],
  ['queue', 'queue-full'],
  ['steer', 'queue-full'],
  ['interrupt', 'queue-full'],
];

describe.each(NAMES)('a request that is turned away from %s', (name) => {
  useFakeTime();
  const dir = useTempDir();
  const stage = useStage();
  const fileOf = (): string => (name.startsWith('memory:') ? name : dir.join(name));

  it.each(MODES)('[R6] [R7] [I9] has touched nothing: mode %s, %s', async (mode, reason) => {
    // Given a file that is owned, and a queue that is full
    const sessions = stage.open({ maxWaiting: 1 });
    const sessionFile = fileOf();
    const run = await sessions.acquire({ sessionFile, runId: 'holder', kind: 'heartbeat' });
    const waiter = await askToWait(sessions, { sessionFile, runId: 'waiter', kind: 'heartbeat' });
    await vi.advanceTimersByTimeAsync(0);
    const [before, timers] = [sessions.inspect(), vi.getTimerCount()];
    const told = stage.events.length;

    // When somebody more urgent asks
    const caller = createCountingController();
    const names = { sessionKey: 'k', sessionId: 'i', runId: 'm', signal: caller.signal };
    const request: AdmitRequest = { sessionFile, mode, force: true, message: 1, ...names };
    const admission = await ask(sessions, request, 'busy');

    // Then the answer is all that there is of it
    expect(admission).toMatchObject({ reason, holder: { runId: 'holder' } });
    const after = sessions.inspect();
    expect({ ...after, counters: undefined }).toEqual({ ...before, counters: undefined });
    const { counters } = before;
    const counted = { requests: counters.requests + 1, busy: counters.busy + 1 };
    expect(after.counters).toEqual({ ...counters, ...counted });
    expect(stage.events.slice(told)).toMatchObject([
      { type: 'requested', runId: 'm' },
      { type: 'busy', runId: 'm', reason, holderRunId: 'holder' },
    ]);
    expect(sessions.runs.bySessionKey('k')).toEqual([]);
    expect(sessions.runs.bySessionId('i')).toEqual([]);
    expect(sessions.runs.byRunId('m')).toBeUndefined();
    expect(caller.signal.listeners).toBe(0);
    await vi.advanceTimersByTimeAsync(0);
    expect(vi.getTimerCount()).toBe(timers);
    // And the holder was neither told to stop nor asked to yield
    expect([run.signal.aborted, run.yieldSignal.aborted]).toEqual([false, false]);
    waiter.cancel();
    await run.release();
  });

  it('[R6] may ask again, under the same id', async () => {
    const sessions = stage.open();
    const sessionFile = fileOf();
    const run = await sessions.acquire({ sessionFile });
    const request = { sessionFile, mode: 'skip', runId: 'm' } as const;
    await ask(sessions, request, 'busy');
    await ask(sessions, request, 'busy');
    await run.release();

    const { ticket } = await ask(sessions, request, 'run');

    expect(await serve(ticket)).toBe('m');
  });
});

describe('a request that is turned away', () => {
  const dir = useTempDir();
  const stage = useStage();

  it.each(MODES)('[I9] has not touched the file, nor its folder: mode %s', async (mode) => {
    const sessions = stage.open({ maxWaiting: 0 });
    const sessionFile = dir.join('s.jsonl');
    await writeFile(sessionFile, '{}\n');
    const look = async () => [
      await stat(sessionFile, { bigint: true }),
      (await stat(dir.path, { bigint: true })).mtimeNs,
      await readdir(dir.path),
    ];
    await using run = await sessions.acquire({ sessionFile });
    const before = await look();

    const { whenFree } = await ask(sessions, { sessionFile, mode, force: true }, 'busy');

    expect(await whenFree({ waitMs: 0 })).toBe(false);
    expect(await look()).toEqual(before);
    expect(run.signal.aborted).toBe(false);
  });

  it.each(MODES)(
    'counts no place of its own where none may wait: mode %s, %s',
    async (mode, reason) => {
      const sessions = stage.open({ maxWaiting: 0 });
      await using run = await sessions.acquire({ sessionFile: 'memory:a' });

      const admission = await ask(sessions, { sessionFile: 'memory:a', mode }, 'busy');

      expect(admission).toMatchObject({ reason, holder: { runId: run.runId, waiting: 0 } });
    },
  );

  it('is told so although its run asks from inside: to skip never waits', async () => {
    const sessions = stage.open();
    await sessions.run({ sessionFile: 'memory:a', runId: 'holder' }, async () => {
      const { holder } = await ask(sessions, { sessionFile: 'memory:a', mode: 'skip' }, 'busy');
      expect(holder.runId).toBe('holder');
    });
  });
});
