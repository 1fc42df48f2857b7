import { describe, expect, it } from 'vitest';
import type { RunTarget } from '../../src/index.js';
import { useStage } from '../ownership/support/stage.js';
import { useFakeTime } from '../support/fake-time.js';
import { ask, brief, startHeeding, stepped } from './support/runs.js';

const FILE = 'memory:a';
const NAMES = { sessionFile: FILE, sessionKey: 'chat', sessionId: 'conversation' };

describe('the target of an interrupt', () => {
  useFakeTime();
  const stage = useStage();

  it.each<[string, RunTarget]>([
    ['its run id', { runId: 'one' }],
    ['its run id and generation', { runId: 'one', generation: 1 }],
    ['its file', { sessionFile: FILE }],
    ['its session key', { sessionKey: 'chat' }],
    ['its session id', { sessionId: 'conversation' }],
  ])('[I1] is a run by %s', async (_, target) => {
    // Given a run with all names, and another one
    const sessions = stage.open();
    const { outcome } = await startHeeding(sessions, { ...NAMES, runId: 'one' });
    const other = await sessions.acquire({ sessionFile: 'memory:b', sessionKey: 'other' });

    // When it is interrupted under one of them
    const told = await sessions.interrupt(target);

    // Then it has ended, and the other one was left in peace
    expect(brief(told)).toBe('ended one');
    await expect(outcome).rejects.toMatchObject({ why: 'user', runId: 'one' });
    expect(other.signal.aborted).toBe(false);
    await other.release();
  });

  it('is a run by what the index, an error or an event shows of it', async () => {
    // Given one run that was seen in three places
    const sessions = stage.open();
    const { run } = await startHeeding(sessions, NAMES);
    const view = sessions.runs.bySessionFile(FILE);
    const event = stage.events.find(({ type }) => type === 'granted');
    const refused = await sessions
      .acquire({ sessionFile: FILE, waitMs: 0 })
      .catch((error) => error);
    const { holder } = refused as { holder: RunTarget };

    // When what was seen is handed back
    const told = [view, event, holder].map((seen) => sessions.interrupt(seen as RunTarget));

    // Then all of them stand for that run
    expect((await Promise.all(told)).map(brief)).toEqual(Array(3).fill(`ended ${run.runId}`));
  });

  it('is a run by its own handle', async () => {
    const sessions = stage.open({ settleMs: 0 });
    const run = await sessions.acquire(NAMES);
    expect(brief(await stepped(sessions.interrupt(run)))).toBe(`revoked ${run.runId}`);
  });

  it('is a run under an id that nobody chose', async () => {
    const sessions = stage.open();
    const { run } = await startHeeding(sessions, NAMES);
    expect(brief(await sessions.interrupt({ runId: run.runId }))).toBe(`ended ${run.runId}`);
  });

  it.each<[string, RunTarget]>([
    ['run id', { runId: 'nobody' }],
    ['file', { sessionFile: 'memory:b' }],
    ['session key', { sessionKey: 'nobody' }],
    ['session id', { sessionId: 'nobody' }],
  ])('is nobody by a %s that no run has', async (_, target) => {
    const sessions = stage.open();
    const run = await sessions.acquire(NAMES);
    expect(await sessions.interrupt(target)).toEqual({
      status: 'not-running',
      settled: false,
      waitedMs: 0,
    });
    expect(run.signal.aborted).toBe(false);
    await run.release();
  });

  it('keeps a session key and a session id of the same text apart', async () => {
    const sessions = stage.open();
    const run = await sessions.acquire({ sessionFile: FILE, sessionKey: 'x' });
    expect(brief(await sessions.interrupt({ sessionId: 'x' }))).toBe('not-running');
    await run.release();
  });

  it('[I1] is a run that waits, by its own names', async () => {
    // Given an owner, and a run behind it with names of its own
    const sessions = stage.open();
    const owner = await sessions.acquire({ sessionFile: FILE, runId: 'owner' });
    const targets = [
      { runId: 'w1' },
      { runId: 'w2', generation: 0 },
      { sessionKey: 'w3' },
      { sessionId: 'w4' },
    ];
    for (const target of targets) {
      const { runId = `of ${JSON.stringify(target)}`, ...labels } = target as { runId?: string };
      void ask(sessions, { sessionFile: FILE, runId, ...labels, generation: undefined } as never);
    }

    // When each is interrupted
    const told = await Promise.all(targets.map((target) => sessions.interrupt(target)));

    // Then each was cancelled, and the owner was not told
    expect(told.map(({ status, settled }) => `${status} ${settled}`)).toEqual(
      Array(4).fill('cancelled true'),
    );
    expect(owner.signal.aborted).toBe(false);
    expect(owner.waiting).toBe(0);
    await owner.release();
  });

  it('is told of in an outcome that is plain, and frozen where it shows runs', async () => {
    const sessions = stage.open();
    await startHeeding(sessions, NAMES);
    const ended = await sessions.interrupt({ sessionFile: FILE });
    expect(JSON.parse(JSON.stringify(ended))).toEqual(ended);
    expect(Object.isFrozen(ended.run)).toBe(true);
    expect(Object.keys(ended).sort()).toEqual(['run', 'settled', 'status', 'waitedMs']);
  });

  it('is a run of any coordinator of the thread, with the time that its own one gives it', async () => {
    // Given a coordinator that is patient, and a hasty one beside it
    const patient = stage.open({ isolated: false, settleMs: 5_000 });
    const hasty = stage.open({ isolated: false, settleMs: 1 });
    const run = await patient.acquire({ sessionFile: 'memory:shared', runId: 'theirs' });

    // When the hasty one interrupts a run of the patient one
    const told = hasty.interrupt({ runId: 'theirs' });
    await run.release();

    // Then that has the time of its own coordinator
    expect(brief(await told)).toBe('ended theirs');
    expect(run.signal.reason).toMatchObject({ message: expect.stringContaining('has 5000 ms') });
  });
});
