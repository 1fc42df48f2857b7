import { appendFileSync, readFileSync, rmSync } from 'node:fs';
import * as fc from 'fast-check';
import { describe, expect, it, vi } from 'vitest';
import { useStage } from '../ownership/support/stage.js';
import { useFakeTime } from '../support/fake-time.js';
import { drain } from '../model/clock.js';
import { createGate } from '../support/gate.js';
import { useTempDir } from '../support/temp-dir.js';
import { interleave, numbersIn } from './support/interleave.js';

const SETTLE_MS = 1_000;

describe('a run whose turn is taken while code of it has the path', { timeout: 60_000 }, () => {
  const stage = useStage();
  const dir = useTempDir();
  useFakeTime();
  let files = 0;

  it('[T5] [O8] [F7] [F12] is told from its successor, wherever its late write falls', async () => {
    const property = fc.asyncProperty(fc.scheduler(), async (s) => {
      // Given an owner that was told to stop, inside a section that does not care
      files += 1;
      const sessions = stage.open({ settleMs: SETTLE_MS });
      const sessionFile = dir.join(`session ${files}.jsonl`);
      const controller = new AbortController();
      const owner = await sessions.acquire({ sessionFile, signal: controller.signal });
      await owner.transcript.append({ n: 1 });
      const late = createGate();
      const section = owner.transcript.write(() => late.opened);
      section.catch(() => {});
      controller.abort();
      // And one that waits for the file
      const next = sessions.acquire({ sessionFile, runId: 'next' });
      while (sessions.runs.waitingFor(sessionFile).length === 0) await drain();
      const order: string[] = [];

      // When its time passes, the section writes after all, and the next one does, in any order
      const told = await interleave(s, {
        'its time is over': () => {
          vi.advanceTimersByTime(SETTLE_MS);
          order.push('revoked');
        },
        'late write': () => {
          appendFileSync(sessionFile, '{"n":2}\n');
          order.push('late');
        },
        '3 next': async () => {
          const run = await next;
          await s.schedule(Promise.resolve(), 'next owns');
          order.push('next');
          await run.transcript.append({ n: 3 });
        },
      });
      late.open();
      await (await next).release();
      await Promise.allSettled([section]);

      // Then the next one learns of it exactly where it came between: after the turn was taken
      const isBetween = order.join() === 'revoked,late,next';
      expect(told.find(({ name }) => name === '3 next')?.outcome).toBe(
        isBetween ? 'ERR_SESSION_TAKEOVER' : 'value',
      );
      const events = stage.events.filter((event) => event.sessionFile === sessionFile);
      const takeovers = events.filter(({ type }) => type === 'takeover');
      expect(takeovers).toMatchObject(isBetween ? [{ runId: 'next', by: 'revoked-run' }] : []);
      // And nothing was lost
      const numbers = numbersIn(readFileSync(sessionFile, 'utf8'));
      const written = isBetween ? [1, 2] : [1, 2, 3];
      expect(numbers.toSorted((one, other) => one - other)).toEqual(written);
      expect(owner.end).toBe('revoked');
      rmSync(sessionFile);
    });
    await fc.assert(property, { numRuns: 60 });
  });
});
