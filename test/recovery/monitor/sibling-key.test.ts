import { symlink, writeFile } from 'node:fs/promises';
import { describe, expect, it, vi } from 'vitest';
import { useStage } from '../../ownership/support/stage.js';
import { startHeedless } from '../../ownership/support/steps.js';
import { loopTurn, until } from '../../runs/support/sessions.js';
import { useFakeTime } from '../../support/fake-time.js';
import { useTempDir } from '../../support/temp-dir.js';
import { pass, useWatch } from './support/watch.js';

/**
 * A run of key A has the file. Key B says that it works on the same file, under another spelling,
 * and is never heard of again.
 */
describe('a sibling key on the file of another run', () => {
  useFakeTime();
  const dir = useTempDir();
  const stage = useStage();
  const watch = useWatch();

  it('[S1][S4] is found stuck, recovery is asked for with its file, and answers with the run there', async () => {
    // Given a run of A that moves, and B on a link to its file
    const sessions = stage.open();
    const [file, alias] = [dir.join('a.jsonl'), dir.join('alias.jsonl')];
    await writeFile(file, '');
    await symlink(file, alias);
    const run = await sessions.acquire({ sessionFile: file, sessionKey: 'A', runId: 'run-a' });
    const monitor = watch.start(sessions);
    monitor.report({ sessionKey: 'B', sessionFile: alias, state: 'processing' });
    // When B is silent for as long as it may be, while A makes progress
    await pass(29_000);
    run.progress();
    await pass(1_000);
    await loopTurn();
    // Then B is told to be stuck, and A, which has the file, is named and left alone
    const facts = { sessionKey: 'B', sessionFile: alias, state: 'processing', health: 'stuck' };
    expect(watch.events.filter(({ sessionKey }) => sessionKey === 'B')).toEqual([
      expect.objectContaining({ type: 'stuck', ...facts, reason: 'stale_session_state' }),
      expect.objectContaining({
        type: 'recovery-requested',
        ...facts,
        request: { sessionKey: 'B', sessionFile: alias, silentMs: 60_000 },
      }),
      expect.objectContaining({
        type: 'recovery-completed',
        ...facts,
        isStale: false,
        outcome: {
          status: 'skipped',
          reason: 'active_run',
          activeRunId: 'run-a',
          activeSessionKey: 'A',
          sessionFile: file,
          observed: { aborted: false, settled: false, revoked: false, nextGranted: false },
        },
      }),
    ]);
    expect([run.phase, run.signal.aborted, run.yieldSignal.aborted]).toEqual([
      'active',
      false,
      false,
    ]);
    await run.release();
  });

  it('[S1][S2][S6] has the run there revoked once that hangs too, and the next waiter granted', async () => {
    // Given a run of A that ignores its signal, B without a run, and two that wait
    const sessions = stage.open({ settleMs: 5_000 });
    const file = dir.join('a.jsonl');
    await writeFile(file, '');
    const hung = await startHeedless(sessions, { sessionFile: file, sessionKey: 'A' });
    const waiters = ['first', 'second'].map((runId) =>
      sessions.acquire({ sessionFile: file, runId }),
    );
    await until(() => sessions.inspect().waiting.length === 2);
    const monitor = watch.start(sessions, { recover: true });
    const spelling = dir.join('sub', '..', '.', 'a.jsonl');
    monitor.report({ sessionKey: 'B', sessionFile: spelling, state: 'processing' });
    // When A is silent for abortAfterMs, and then for as long as it has to settle
    await pass(60_000);
    expect(hung.run.signal.aborted).toBe(true);
    expect(hung.run.end).toBeUndefined();
    await pass(5_000);
    // Then it has lost the file to the first that waited
    expect(hung.run.end).toBe('revoked');
    const next = await (waiters[0] ?? Promise.reject(new Error('There is none.')));
    const completed = watch
      .all('recovery-completed')
      .filter(({ sessionKey }) => sessionKey === 'B');
    expect(completed.map(({ outcome }) => outcome).at(-1)).toMatchObject({
      status: 'revoked',
      reason: 'stuck',
      activeSessionKey: 'A',
      observed: { aborted: true, settled: false, revoked: true, nextGranted: true },
    });
    expect(sessions.runs.waitingFor(file).map(({ runId }) => runId)).toEqual(['second']);
    // And B is not at work any more
    expect(monitor.sessions().find(({ sessionKey }) => sessionKey === 'B')?.state).toBe('idle');
    await next.release();
    await waiters[1]?.then((run) => run.release());
    hung.end.open(undefined);
  });

  it('[R10] is left alone with the run there while it waits for it by a run of its own', async () => {
    // Given a run of A that moves, and a run of B that waits behind it
    const sessions = stage.open();
    const run = await sessions.acquire({ sessionFile: 'memory:a', sessionKey: 'A' });
    const waiting = sessions.acquire({ sessionFile: 'memory:a', sessionKey: 'B' });
    const monitor = watch.start(sessions);
    monitor.report({ sessionKey: 'B', sessionFile: 'memory:a', state: 'processing' });
    // When B waits for very long
    const moving = setInterval(() => run.progress(), 5_000);
    await pass(200_000);
    clearInterval(moving);
    // Then it is not told to be anything but waiting
    expect(watch.told().filter((line) => line.endsWith(' B'))).toEqual([]);
    expect(monitor.sessions()[0]).toMatchObject({ sessionKey: 'B', health: 'waiting' });
    await run.release();
    await (await waiting).release();
  });

  it('is one act on the run where several siblings are stuck on its file', async () => {
    // Given a run that hangs, and three sessions that have said to work on its file
    const sessions = stage.open({ settleMs: 5_000 });
    const hung = await startHeedless(sessions, { sessionFile: 'memory:a', sessionKey: 'A' });
    const monitor = watch.start(sessions, { intervalMs: Infinity });
    for (const sessionKey of ['B', 'C', 'D']) {
      monitor.report({ sessionKey, sessionFile: 'memory:a', state: 'processing' });
    }
    await pass(60_000);
    // When the monitor looks
    const looked = monitor.check();
    await pass(5_000);
    await looked;
    // Then the first recovers it, the others find that under way
    expect(watch.all('recovery-completed').map((event) => outcomeOf(event))).toEqual([
      'C skipped already_in_flight',
      'D skipped already_in_flight',
      'A skipped already_in_flight',
      'B revoked stuck',
    ]);
    expect(stage.events.filter(({ type }) => type === 'signalled')).toHaveLength(1);
    hung.end.open(undefined);
    await vi.waitFor(() => expect(sessions.inspect().draining).toEqual([]));
  });
});

function outcomeOf(event: {
  sessionKey?: string;
  outcome: { status: string; reason: string };
}): string {
  return `${event.sessionKey} ${event.outcome.status} ${event.outcome.reason}`;
}
