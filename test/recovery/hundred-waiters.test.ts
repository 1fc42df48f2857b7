import { readFileSync } from 'node:fs';
import { describe, expect, it, vi } from 'vitest';
import type { Coordinator, RunKind } from '../../src/index.js';
import { useStage } from '../ownership/support/stage.js';
import { startHeedless } from '../ownership/support/steps.js';
import { until } from '../runs/support/sessions.js';
import { useFakeTime } from '../support/fake-time.js';
import { useTempDir } from '../support/temp-dir.js';

const WAITERS = 100;
const SILENT_MS = 300_000;
const SETTLE_MS = 15_000;
const INTERVAL_MS = 30_000;

interface Lane {
  /** Which of the waiting runs was served, in order. */
  readonly served: number[];
  readonly all: Promise<unknown>;
}

/** Runs that ask for the file one after the other and note that they were served. */
async function queueUp(
  sessions: Coordinator,
  sessionFile: string,
  use: (index: number) => void,
  kinds: readonly RunKind[] = ['person'],
): Promise<Lane> {
  const served: number[] = [];
  const runs: Promise<unknown>[] = [];
  for (let index = 0; index < WAITERS; index += 1) {
    const kind = kinds[index % kinds.length];
    const task = (): void => {
      served.push(index);
      use(index);
    };
    runs.push(sessions.run({ sessionFile, sessionKey: `lane:${index}`, kind }, task));
  }
  await until(() => sessions.runs.waitingFor(sessionFile).length === WAITERS);
  return { served, all: Promise.all(runs) };
}

const inOrder = Array.from({ length: WAITERS }, (_, index) => index);

describe('a stuck run with 100 waiting runs', () => {
  useFakeTime();
  const dir = useTempDir();
  const stage = useStage();

  it.each([
    ['a marker', () => 'memory:a'],
    ['a file', () => dir.join('session.jsonl')],
  ])(
    '[S1] [S5] [S6] is recovered in time, and all are served in order: %s',
    async (_name, name) => {
      // Given a heartbeat, a run that hangs, and a hundred that wait for it
      const sessionFile = name();
      const sessions = stage.open({ settleMs: SETTLE_MS });
      const monitor = sessions.monitor({ intervalMs: INTERVAL_MS, abortAfterMs: SILENT_MS });
      await vi.advanceTimersByTimeAsync(INTERVAL_MS / 2);
      const hung = await startHeedless(sessions, { sessionFile, runId: 'hung' });
      const lane = await queueUp(sessions, sessionFile, () => {});

      // When nobody does anything for as long as silence, settling and one look take
      await vi.advanceTimersByTimeAsync(SILENT_MS - 1);
      expect(hung.run.signal.aborted).toBe(false);
      await vi.advanceTimersByTimeAsync(SETTLE_MS + INTERVAL_MS + 1);

      // Then the turn was taken, and everybody had theirs
      expect(hung.run.end).toBe('revoked');
      await lane.all;
      expect(lane.served).toEqual(inOrder);
      expect(sessions.inspect().counters).toMatchObject({ timedOut: 0, granted: WAITERS + 1 });
      monitor[Symbol.dispose]();
      hung.end.open(undefined);
      await hung.outcome.catch(() => {});
    },
  );

  it('[S6] each writes its record behind the one before, none twice and none lost', async () => {
    // Given a run that has written and hangs, and a hundred that want to write
    const sessionFile = dir.join('session.jsonl');
    const sessions = stage.open({ settleMs: SETTLE_MS });
    const hung = await startHeedless(sessions, { sessionFile });
    await hung.run.transcript.append({ by: 'hung' });
    const writes: Promise<void>[] = [];
    const lane = await queueUp(sessions, sessionFile, (index) => {
      const file = sessions.write(sessionFile, (transcript) => transcript.append({ by: index }));
      writes.push(file);
    });

    // When somebody recovers the file
    const recovery = sessions.recover({ sessionFile, allowActiveAbort: true });
    await vi.advanceTimersByTimeAsync(SETTLE_MS);
    expect(await recovery).toMatchObject({ status: 'revoked', observed: { nextGranted: true } });
    await lane.all;
    await Promise.all(writes);

    // Then the file tells the same order
    const lines = readFileSync(sessionFile, 'utf8').trimEnd().split('\n');
    const by = lines.map((line) => (JSON.parse(line) as { by: unknown }).by);
    expect(by).toEqual(['hung', ...inOrder]);
    hung.end.open(undefined);
    await hung.outcome.catch(() => {});
  });

  it('[S6] kinds keep their order, too', async () => {
    const sessions = stage.open({ settleMs: SETTLE_MS });
    await sessions.acquire({ sessionFile: 'memory:a' });
    const lane = await queueUp(sessions, 'memory:a', () => {}, ['heartbeat', 'person']);
    const before = sessions.runs.waitingFor('memory:a').map(({ sessionKey }) => sessionKey);

    const recovery = sessions.recover({ sessionFile: 'memory:a', allowActiveAbort: true });
    await vi.advanceTimersByTimeAsync(SETTLE_MS);
    await recovery;
    await lane.all;

    expect(lane.served.map((index) => `lane:${index}`)).toEqual(before);
    expect(lane.served.slice(0, 2)).toEqual([1, 3]);
  });

  it('[S6] who gives up meanwhile is gone, and holds nobody up', async () => {
    // Given three that wait behind a hung run, one of them impatient and one cancelled
    const sessions = stage.open({ settleMs: SETTLE_MS });
    const sessionFile = 'memory:a';
    await sessions.acquire({ sessionFile });
    const controller = new AbortController();
    const impatient = sessions.acquire({ sessionFile, waitMs: 5_000 });
    const cancelled = sessions.acquire({ sessionFile, signal: controller.signal });
    const patient = sessions.acquire({ sessionFile, runId: 'patient' });
    const told = Promise.allSettled([impatient, cancelled]);

    // When the run is recovered
    const recovery = sessions.recover({ sessionFile, allowActiveAbort: true });
    await vi.advanceTimersByTimeAsync(6_000);
    controller.abort();
    await vi.advanceTimersByTimeAsync(9_000);
    await recovery;

    // Then each was told what became of it: a turn, the end of its time, or its cancellation
    expect(await told).toMatchObject([
      { reason: { code: 'ERR_SESSION_WAIT_TIMEOUT' } },
      { reason: { code: 'ERR_SESSION_WAIT_ABORTED' } },
    ]);
    const run = await patient;
    expect(run.runId).toBe('patient');
    await run.release();
  });
});
