import { appendFileSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import type { GuestTranscript, Run } from '../../src/index.js';
import { outcomeOf } from '../model/outcome.js';
import { useStage } from '../ownership/support/stage.js';
import { useTempDir } from '../support/temp-dir.js';

const FOREIGN = '{"foreign":true}\n';

describe('a takeover that is found inside an open section', () => {
  const stage = useStage();
  const dir = useTempDir();

  async function own(task: (run: Run, sessionFile: string) => Promise<unknown>): Promise<unknown> {
    const sessionFile = dir.join('session.jsonl');
    const request = { sessionFile, runId: 'run' };
    return await stage
      .open()
      .run(request, (run) => task(run, sessionFile))
      .then(
        () => undefined,
        (error: unknown) => error,
      );
  }

  it('[F7] refuses all further writes of that section, too', async () => {
    // Given a queued write between whose records somebody else writes
    const seen: { code?: string }[] = [];
    const append = async (into: GuestTranscript, n: number): Promise<void> => {
      const appending = into.append({ n });
      seen.push(outcomeOf(appending));
      await Promise.allSettled([appending]);
    };

    // When it goes on, whatever it is told
    await own(async (run, sessionFile) => {
      await run.transcript.enqueue(async (into) => {
        await append(into, 1);
        appendFileSync(sessionFile, FOREIGN);
        await append(into, 2);
        await append(into, 3);
      });
    });

    // Then nothing of it reached the file behind the foreign bytes
    const codes = seen.map(({ code }) => code);
    expect(codes).toEqual(['value', 'ERR_SESSION_TAKEOVER', 'ERR_SESSION_TAKEOVER']);
    expect(readFileSync(dir.join('session.jsonl'), 'utf8')).toBe(`{"n":1}\n${FOREIGN}`);
  });

  it('[F7] [T7] tells of one conflict once, by one error', async () => {
    // Given a rewrite that reads the file again after somebody else has written
    const errors: unknown[] = [];
    const note = (error: unknown): string => {
      errors.push(error);
      return '';
    };
    await own(async (run, sessionFile) => {
      await run.transcript.append({ n: 1 });
      // When both the read and the rewrite find it
      const rewriting = run.transcript.rewrite(async () => {
        appendFileSync(sessionFile, FOREIGN);
        await run.transcript.read().catch(note);
        return 'never';
      });
      await rewriting.catch(note);
      await run.transcript.append({ n: 2 }).catch(note);
    });

    // Then all of them were told the same
    expect(errors).toHaveLength(3);
    expect(new Set(errors).size).toBe(1);
    expect(stage.events.filter(({ type }) => type === 'takeover')).toHaveLength(1);
    expect(stage.events.filter(({ type }) => type === 'ended')).toHaveLength(1);
  });
});
