import { appendFileSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { describe, expect, it, vi } from 'vitest';
import { RunRevokedError } from '../../src/index.js';
import { useStage } from '../ownership/support/stage.js';
import { startHeedless } from '../ownership/support/steps.js';
import { until, waitBehind } from '../runs/support/sessions.js';
import { useFakeTime } from '../support/fake-time.js';
import { useTempDir } from '../support/temp-dir.js';

const SETTLE_MS = 15_000;
const FIRST = '{"by":"before"}\n';

describe('a run that was recovered and goes on', () => {
  useFakeTime();
  const dir = useTempDir();
  const stage = useStage();

  async function recovered(options: { readonly writes: boolean }) {
    const sessionFile = dir.join('session.jsonl');
    writeFileSync(sessionFile, FIRST);
    const sessions = stage.open({ settleMs: SETTLE_MS });
    const hung = await startHeedless(sessions, { sessionFile, runId: 'hung' });
    if (options.writes) await hung.run.transcript.append({ by: 'hung' });
    const { granted } = await waitBehind(sessions, { sessionFile, runId: 'next' });
    const recovery = sessions.recover({ runId: 'hung', allowActiveAbort: true });
    await vi.advanceTimersByTimeAsync(SETTLE_MS);
    expect(await recovery).toMatchObject({ status: 'revoked' });
    const next = await granted;
    const end = async (): Promise<void> => {
      await next.release();
      hung.end.open(undefined);
      await hung.outcome.catch(() => {});
    };
    return { sessionFile, sessions, run: hung.run, next, end };
  }

  it.each([
    ['append', (run: Awaited<ReturnType<typeof recovered>>['run']) => run.transcript.append({})],
    ['rewrite', (run) => run.transcript.rewrite(() => '')],
    ['read', (run) => run.transcript.read()],
    ['write', (run) => run.transcript.write((path) => appendFileSync(path, 'late\n'))],
    ['enqueue', (run) => run.transcript.enqueue((transcript) => transcript.append({}))],
    ['rotate', (run) => run.transcript.rotate('/tmp/elsewhere.jsonl')],
    ['prompt', (run) => run.prompt(() => 'late')],
    ['park', (run) => run.park(() => 'late')],
    ['maintain', (run) => run.maintain(() => 'late', { deadlineMs: 5 })],
  ] satisfies [string, (run: Awaited<ReturnType<typeof recovered>>['run']) => Promise<unknown>][])(
    '[T4] [T5] [S5] cannot %s any more',
    async (_name, use) => {
      const { run, sessionFile, end } = await recovered({ writes: false });

      await expect(use(run)).rejects.toThrow(RunRevokedError);

      expect(readFileSync(sessionFile, 'utf8')).toBe(FIRST);
      await end();
    },
  );

  it('[S5] [F12] leaves the fence of its successor clean', async () => {
    const { run, next, sessionFile, end } = await recovered({ writes: true });

    await run.transcript.append({ by: 'late' }).catch(() => {});
    await next.transcript.append({ by: 'next' });

    expect(next.signal.aborted).toBe(false);
    expect(readFileSync(sessionFile, 'utf8')).toBe(`${FIRST}{"by":"hung"}\n{"by":"next"}\n`);
    await end();
  });

  it('[S8] its successor is told where in the file it began, and how far it came', async () => {
    const { next, end } = await recovered({ writes: true });

    expect(next.previous).toEqual({
      runId: 'hung',
      end: 'revoked',
      startBytes: FIRST.length,
      endBytes: FIRST.length + '{"by":"hung"}\n'.length,
    });
    await end();
  });

  it('[S8] its successor is told that it wrote nothing', async () => {
    const { next, sessionFile, end } = await recovered({ writes: false });

    expect(next.previous).toEqual({
      runId: 'hung',
      end: 'revoked',
      startBytes: statSync(sessionFile).size,
    });
    await end();
  });

  it('[S8] its successor can take back what it wrote', async () => {
    // Given a recovered run that had written half of its answer
    const { next, sessionFile, end } = await recovered({ writes: true });
    const { startBytes = 0 } = next.previous ?? {};

    // When the successor goes back to where it began
    await next.transcript.rewrite((current) => current.subarray(0, startBytes));

    // Then the file is what it was before
    expect(readFileSync(sessionFile, 'utf8')).toBe(FIRST);
    await end();
  });

  it('[S5] its successor is told of what it wrote past the gate after that', async () => {
    const { next, sessionFile, end } = await recovered({ writes: true });
    await next.transcript.append({ by: 'next' });

    appendFileSync(sessionFile, '{"by":"past the gate"}\n');

    await expect(next.transcript.append({ by: 'next' })).rejects.toMatchObject({
      code: 'ERR_SESSION_TAKEOVER',
    });
    await end();
  });

  it('[S4] it is not what a later recovery finds', async () => {
    const { sessions, next, end } = await recovered({ writes: false });
    await until(() => next.phase === 'active');

    const names = { runId: 'hung', sessionFile: next.sessionFile };
    const outcome = await sessions.recover({ ...names, allowActiveAbort: true });

    expect(outcome).toMatchObject({ reason: 'stale_state', activeRunId: 'next' });
    expect(next.signal.aborted).toBe(false);
    await end();
  });
});
