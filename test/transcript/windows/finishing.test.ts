import { describe, expect, it, vi } from 'vitest';
import { createGate } from '../../support/gate.js';
import { useFakeTime } from '../../support/fake-time.js';
import { useTempDir } from '../../support/temp-dir.js';
import type { Coordinator, Run } from '../../../src/index.js';
import { useStage } from '../../ownership/support/stage.js';
import { settled, stateOf } from '../../ownership/support/steps.js';
import { createRescue } from './support/windows.js';

/** A task that has answered while work on its file is under way. */
async function startFinishing(
  sessions: Coordinator,
  sessionFile: string,
  rescue?: (payload: unknown, error: unknown) => void,
) {
  const gate = createGate();
  const started = createGate<Run>();
  const request = { sessionFile, runId: 'run', maxHoldMs: 500, ...(rescue ? { rescue } : {}) };
  const outcome = sessions.run(request, (run) => {
    run.transcript.write(() => gate.opened).catch(() => {});
    started.open(run);
    return 'reply';
  });
  outcome.catch(() => {});
  const run = await started.opened;
  await settled();
  return { run, outcome, gate };
}

describe('a run that is finishing', () => {
  useFakeTime();
  const dir = useTempDir();
  const stage = useStage();

  it('ends as its task did once its sections have ended', async () => {
    const sessions = stage.open({ settleMs: 1_000 });
    const { run, outcome, gate } = await startFinishing(sessions, dir.join('s.jsonl'));
    expect(await stateOf(outcome)).toBe('pending');

    gate.open();

    expect(await outcome).toBe('reply');
    expect(run.end).toBe('completed');
  });

  it('[R2] passes the file on when it has ended, not before', async () => {
    const sessions = stage.open({ settleMs: 1_000 });
    const file = dir.join('s.jsonl');
    const { outcome, gate } = await startFinishing(sessions, file);
    const waiter = sessions.acquire({ sessionFile: file, runId: 'next' });
    await settled();
    expect(stage.told()).not.toContain('granted next');

    gate.open();
    await outcome;

    await (await waiter).release();
    expect(stage.told().indexOf('ended run')).toBeLessThan(stage.told().indexOf('granted next'));
  });

  it('[O5] is told to stop as stuck after settleMs, and its turn is taken at once', async () => {
    // Given a run whose last section hangs, and one that waits
    const sessions = stage.open({ settleMs: 1_000 });
    const file = dir.join('s.jsonl');
    const { rescue, payloads } = createRescue();
    const { run, outcome, gate } = await startFinishing(sessions, file, rescue);
    const waiter = sessions.acquire({ sessionFile: file });

    // When that takes too long: maxHoldMs, which is shorter, counts no more
    await vi.advanceTimersByTimeAsync(990);
    expect(run.signal.aborted).toBe(false);
    await vi.advanceTimersByTimeAsync(20);

    // Then the result is saved, and the file passes on
    await expect(outcome).rejects.toMatchObject({ why: 'stuck', result: 'reply' });
    expect(run.end).toBe('revoked');
    expect(payloads).toEqual(['reply']);
    await (await waiter).release();
    gate.open();
    await settled();
  });

  it('ends as what fired its signal meanwhile', async () => {
    const sessions = stage.open({ settleMs: 1_000 });
    const { run, outcome, gate } = await startFinishing(sessions, dir.join('s.jsonl'));

    void sessions.close({ waitMs: 0 });
    await vi.advanceTimersByTimeAsync(1);
    gate.open();

    await expect(outcome).rejects.toMatchObject({ why: 'shutdown', result: 'reply' });
    expect(run.end).toBe('shutdown');
  });

  it('[O4] begins nothing new', async () => {
    const sessions = stage.open({ settleMs: 1_000 });
    const { run, outcome, gate } = await startFinishing(sessions, dir.join('s.jsonl'));
    const has = { code: 'ERR_SESSION_RUN_ENDED', end: 'completed' };

    await expect(run.prompt(() => 'again')).rejects.toMatchObject(has);
    await expect(run.maintain(() => 'again', { deadlineMs: 1 })).rejects.toMatchObject(has);
    await expect(run.park(() => 'again')).rejects.toMatchObject(has);
    await expect(run.transcript.append({ again: 1 })).rejects.toMatchObject(has);
    await expect(run.transcript.read()).rejects.toMatchObject(has);
    expect(() => run.transcript.writeSync(() => {})).toThrow(/has ended/);

    gate.open();
    await outcome;
  });

  it('[O4] takes no queued write any more', async () => {
    const sessions = stage.open({ settleMs: 1_000 });
    const { run, outcome, gate } = await startFinishing(sessions, dir.join('s.jsonl'));

    const queued = run.transcript.enqueue((transcript) => transcript.append({ late: 1 }));
    queued.catch(() => {});
    gate.open();
    await outcome;

    await expect(queued).rejects.toMatchObject({ code: 'ERR_SESSION_RUN_ENDED' });
  });

  it('[F2] still does the writes that were queued before its task ended', async () => {
    const sessions = stage.open({ settleMs: 1_000 });
    const file = dir.join('s.jsonl');

    await sessions.run({ sessionFile: file }, (run) => {
      void run.transcript.enqueue((transcript) => transcript.append({ line: 1 }));
      void run.transcript.enqueue((transcript) => transcript.append({ line: 2 }));
    });

    const seen = await sessions.run({ sessionFile: file }, (run) => run.transcript.readRecords());
    expect(seen.records).toEqual([{ line: 1 }, { line: 2 }]);
  });
});
