import * as fc from 'fast-check';
import { describe, expect, it, vi } from 'vitest';
import type { Run } from '../../src/index.js';
import { drain } from '../model/clock.js';
import { useStage } from '../ownership/support/stage.js';
import { interleave } from '../races/support/interleave.js';
import { useFakeTime } from '../support/fake-time.js';
import { createGate } from '../support/gate.js';

const SETTLE_MS = 1_000;

describe('a run that is recovered while others end it, too', { timeout: 60_000 }, () => {
  useFakeTime();
  const stage = useStage();
  let files = 0;

  it('[T7] [S4] [S5] ends once, whoever comes first, and its successor is left alone', async () => {
    const sessions = stage.open({ settleMs: SETTLE_MS });
    const property = fc.asyncProperty(fc.scheduler(), fc.boolean(), async (s, isHeedless) => {
      // Given a run, and one that waits for it
      files += 1;
      const sessionFile = `memory:${files}`;
      const controller = new AbortController();
      const ending = createGate();
      const started = createGate<Run>();
      const request = { sessionFile, runId: `run ${files}`, signal: controller.signal };
      const task = sessions.run(request, async (run) => {
        started.open(run);
        if (!isHeedless) run.signal.addEventListener('abort', () => void run.release());
        await ending.opened;
      });
      task.catch(() => {});
      const run = await started.opened;
      const { runId, generation } = run;
      const names = { runId, generation };
      const next = sessions.acquire({ sessionFile, runId: `next ${files}` });

      // When it is recovered twice, interrupted, aborted, released and overdue, in any order
      const recoveries: Promise<unknown>[] = [];
      const recover = (): void => {
        recoveries.push(sessions.recover({ ...names, sessionFile, allowActiveAbort: true }));
      };
      const told = await interleave(s, {
        recover,
        'recover again': recover,
        interrupt: () => void recoveries.push(sessions.interrupt(names)),
        abort: () => {
          controller.abort();
        },
        release: () => void run.release(),
        'time passes': () => {
          vi.advanceTimersByTime(SETTLE_MS);
        },
        'end of the task': () => {
          ending.open();
        },
      });
      await drain();

      // Then there is one end, and one grant after it
      const events = stage.events.splice(0).filter((event) => event.runId === runId);
      expect(events.filter(({ type }) => type === 'ended')).toHaveLength(1);
      expect(events.filter(({ type }) => type === 'signalled').length).toBeLessThan(2);
      expect(told.map(({ outcome }) => outcome)).not.toContain(undefined);
      const successor = await next;
      expect(successor.signal.aborted).toBe(false);
      expect(run.end).not.toBe(undefined);
      // And whoever acted tells what that end was
      const outcomes = (await Promise.all(recoveries)) as { status: string }[];
      const isRevoked = run.end === 'revoked';
      const statuses = new Set(outcomes.map(({ status }) => status));
      expect(statuses.has(isRevoked ? 'ended' : 'revoked')).toBe(false);
      await successor.release();
    });

    await fc.assert(property, { numRuns: 300 });
  });

  it('[T7] tells one end to everybody who asks for it', async () => {
    // Given a run that ends in the very moment in which its turn is taken
    const sessions = stage.open({ settleMs: SETTLE_MS });
    const run = await sessions.acquire({ sessionFile: 'memory:a', runId: 'run' });
    const recovery = sessions.recover({ runId: 'run', allowActiveAbort: true });
    await vi.advanceTimersByTimeAsync(SETTLE_MS);
    const released = run.release();

    // Then the revocation has been first, for all of them
    expect(await recovery).toMatchObject({ status: 'revoked' });
    await released;
    expect(run.end).toBe('revoked');
    expect(stage.told()).toEqual([
      'requested run',
      'granted run',
      'yield-asked run',
      'signalled run',
      'revoked run',
      'ended run',
    ]);
    expect(sessions.inspect().counters.ends).toMatchObject({ revoked: 1, released: 0 });
  });
});
