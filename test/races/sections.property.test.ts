import { appendFileSync, existsSync, readFileSync, rmSync } from 'node:fs';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Coordinator, Run } from '../../src/index.js';
import { useStage } from '../ownership/support/stage.js';
import { useTempDir } from '../support/temp-dir.js';
import { interleave, numbersIn, type Told } from './support/interleave.js';

const SETTINGS = { numRuns: 60 };

describe('the sections of a run, in any order', { timeout: 60_000 }, () => {
  const stage = useStage();
  const dir = useTempDir();
  let files = 0;

  function freshFile(): string {
    files += 1;
    return dir.join(`session ${files}.jsonl`);
  }

  function contentOf(file: string): string {
    return existsSync(file) ? readFileSync(file, 'utf8') : '';
  }

  async function rest(): Promise<void> {
    for (let turn = 0; turn < 3; turn += 1) await new Promise((done) => void setImmediate(done));
  }

  /** Every way to write, each with a number of its own. */
  function writesOf(run: Run, s: fc.Scheduler): Record<string, () => Promise<unknown>> {
    const { transcript } = run;
    return {
      '1 append': () => transcript.append({ n: 1 }),
      '2 wrapped': () =>
        transcript.write(async (path) => {
          await s.schedule(Promise.resolve(), 'wrapped');
          appendFileSync(path, '{"n":2}\n');
        }),
      '3 queued': () =>
        transcript.enqueue(async (into) => {
          await s.schedule(Promise.resolve(), 'queued');
          await into.append({ n: 3 });
        }),
      '4 rewrite': () => transcript.rewrite((current) => `${String(current)}{"n":4}\n`),
      '5 queued': () => transcript.enqueue((into) => into.append({ n: 5 })),
    };
  }

  /** The numbers of those that were acknowledged. */
  function acknowledged(told: readonly Told[]): number[] {
    const done = told.filter(({ name, outcome }) => /^\d/.test(name) && outcome === 'value');
    return done.map(({ name }) => Number.parseInt(name, 10));
  }

  const sorted = (numbers: readonly number[]): number[] =>
    [...numbers].sort((one, other) => one - other);

  it('[F1] [F2] [D3] [O8] end with their run, and before the first section of the next', async () => {
    const property = fc.asyncProperty(fc.scheduler(), async (s) => {
      // Given an owner, and one that waits for the file
      const sessions: Coordinator = stage.open();
      const sessionFile = freshFile();
      const owner = await sessions.acquire({ sessionFile });
      const next = sessions.run({ sessionFile }, async (run) => {
        await run.transcript.append({ n: 7 });
      });

      // When it writes in all ways, a guest does, and it is released, in any order
      const told = await interleave(s, {
        ...writesOf(owner, s),
        '6 guest': () => sessions.write(sessionFile, (into) => into.append({ n: 6 })),
        release: () => owner.release(),
      });
      await next;

      // Then what was acknowledged is there once, nothing else, and the owner's before the next one's
      const numbers = numbersIn(contentOf(sessionFile));
      expect(sorted(numbers)).toEqual([...sorted(acknowledged(told)), 7]);
      const own = numbers.filter((n) => n !== 6);
      expect(own.at(-1)).toBe(7);
      expect(told.find(({ name }) => name === '6 guest')?.outcome).toBe('value');
      expect(stage.events.filter(({ type }) => type === 'takeover')).toEqual([]);
      rmSync(sessionFile);
    });
    await fc.assert(property, SETTINGS);
  });

  it('[F5] [R2] let in every guest, whoever owns when its turn comes', async () => {
    const property = fc.asyncProperty(fc.scheduler(), async (s) => {
      // Given two owners, one after the other
      const sessions = stage.open();
      const sessionFile = freshFile();
      const owner = await sessions.acquire({ sessionFile });
      const next = sessions.acquire({ sessionFile });
      const guest = (n: number) => () =>
        sessions.write(sessionFile, async (into) => {
          await s.schedule(Promise.resolve(), `guest ${n}`);
          await into.append({ n });
        });
      const nextWrites = async (): Promise<void> => {
        const run = await next;
        await s.schedule(Promise.resolve(), 'next owns');
        await run.transcript.append({ n: 2 });
        await s.schedule(Promise.resolve(), 'next has written');
        await run.release();
      };

      // When guests arrive before, at and after their ends
      const told = await interleave(s, {
        '1 owner': () => owner.transcript.append({ n: 1 }),
        '2 next': nextWrites,
        '3 guest': guest(3),
        '4 guest': guest(4),
        '5 guest': guest(5),
        release: () => owner.release(),
      });

      // Then each of them wrote once, and nobody was taken for a stranger
      const numbers = numbersIn(contentOf(sessionFile));
      expect(sorted(numbers)).toEqual(sorted(acknowledged(told)));
      expect(sorted(numbers).filter((n) => n > 1)).toEqual([2, 3, 4, 5]);
      expect(stage.events.filter(({ type }) => type === 'takeover')).toEqual([]);
      await rest();
      rmSync(sessionFile);
    });
    await fc.assert(property, SETTINGS);
  });

  it('[T7] [F8] [O1] end their run once, whether it was taken over, aborted or done', async () => {
    const property = fc.asyncProperty(fc.scheduler(), async (s) => {
      // Given an owner that has written, and one that waits for the file
      const sessions = stage.open();
      const sessionFile = freshFile();
      const controller = new AbortController();
      const { signal } = controller;
      const owner = await sessions.acquire({ sessionFile, signal, runId: 'owner' });
      await owner.transcript.append({ n: 1 });
      const next = sessions.run({ sessionFile, runId: 'next' }, (run) =>
        run.transcript.append({ n: 9 }),
      );
      const from = stage.events.length;

      // When a stranger writes, its caller gives up, and it ends, in any order
      const told = await interleave(s, {
        stranger: () => appendFileSync(sessionFile, '{"n":2}\n'),
        '3 append': () => owner.transcript.append({ n: 3 }),
        '4 append': () => owner.transcript.append({ n: 4 }),
        abort: () => {
          controller.abort();
        },
        release: () => owner.release(),
      });
      await next;

      // Then it has ended once, the next was granted once, and owns the file as it is
      const events = stage.events.slice(from);
      const typesOf = (id: string): string[] =>
        events.filter(({ runId }) => runId === id).map(({ type }) => type);
      expect(typesOf('owner').filter((type) => type === 'ended')).toHaveLength(1);
      expect(typesOf('next').filter((type) => type === 'granted')).toHaveLength(1);
      const numbers = numbersIn(contentOf(sessionFile));
      expect(sorted(numbers)).toEqual(sorted([1, 2, 9, ...acknowledged(told)]));
      // And nothing of the owner came behind the stranger's bytes
      const behind = numbers.slice(numbers.indexOf(2) + 1);
      expect(behind).toEqual([9]);
      const isTold = told.some(({ outcome }) => outcome === 'ERR_SESSION_TAKEOVER');
      expect(typesOf('owner').filter((type) => type === 'takeover')).toHaveLength(isTold ? 1 : 0);
      rmSync(sessionFile);
    });
    await fc.assert(property, SETTINGS);
  });
});
