import { describe, expect, it } from 'vitest';
import { resolveSessionFileSync, type RunTarget } from '../../src/index.js';
import { useFakeTime } from '../support/fake-time.js';
import { useDesk } from '../transcript/gate/support/desk.js';
import { ask, brief, stepped } from './support/runs.js';

describe('an interrupt of a run that was renamed', () => {
  useFakeTime();
  const desk = useDesk();

  it('[A5] follows its labels: the new ones find it, the old ones find nobody', async () => {
    // Given a run with new labels
    const sessions = desk.open({ settleMs: 0 });
    const names = { sessionKey: 'old key', sessionId: 'old id' };
    const run = await sessions.acquire({ sessionFile: 'memory:a', runId: 'a', ...names });
    run.rebind({ sessionKey: 'new key', sessionId: 'new id' });

    // When it is interrupted by all of them, the old ones first
    const targets = ['old key', 'old id', 'new key', 'new id'].map((name) =>
      name.endsWith('key') ? { sessionKey: name } : { sessionId: name },
    );
    const told = await stepped(Promise.all(targets.map((target) => sessions.interrupt(target))));

    // Then only the new ones lead to it
    expect(told.map(brief)).toEqual(['not-running', 'not-running', 'revoked a', 'revoked a']);
  });

  it('[A5] never finds the run that has its former labels now', async () => {
    // Given two runs, of which the second took the label that the first gave up
    const sessions = desk.open({ settleMs: 0 });
    const first = await sessions.acquire({ sessionFile: 'memory:a', sessionKey: 'k', runId: '1' });
    first.rebind({ sessionKey: 'other' });
    const second = await sessions.acquire({ sessionFile: 'memory:b', sessionKey: 'k', runId: '2' });
    // When each label is interrupted
    expect(brief(await stepped(sessions.interrupt({ sessionKey: 'other' })))).toBe('revoked 1');
    // Then the other run is not told
    expect(second.signal.aborted).toBe(false);
    expect(brief(await stepped(sessions.interrupt({ sessionKey: 'k' })))).toBe('revoked 2');
  });

  it('[A5] finds it by a view from before, which shows the new labels afterwards', async () => {
    const sessions = desk.open({ settleMs: 0 });
    const run = await sessions.acquire({ sessionFile: 'memory:a', sessionKey: 'old' });
    const before = run.toJSON();
    run.rebind({ sessionKey: 'new' });
    const told = await stepped(sessions.interrupt(before));
    expect(told).toMatchObject({ status: 'revoked', run: { sessionKey: 'new' } });
  });

  it.each<[string, (old: string, next: string) => RunTarget]>([
    ['the old name', (sessionFile) => ({ sessionFile })],
    ['the new name', (_, sessionFile) => ({ sessionFile })],
    ['the old file, resolved', (old) => ({ sessionFile: resolveSessionFileSync(old) })],
    ['the new file, resolved', (_, next) => ({ sessionFile: resolveSessionFileSync(next) })],
  ])('[A5] finds it by %s of its file while it goes on', async (_, target) => {
    // Given a run that has moved its file
    const sessions = desk.open({ settleMs: 0 });
    const [old, next] = [desk.seed('{}\n'), desk.file('next.jsonl')];
    const resolved = target(old, next);
    const run = await sessions.acquire({ sessionFile: old, runId: 'a' });
    await run.transcript.rotate(next);
    // When it is interrupted
    const told = await stepped(sessions.interrupt(resolved));
    // Then it is found, and shown under its new name
    expect(told).toMatchObject({ status: 'revoked', run: { runId: 'a', sessionFile: next } });
  });

  it('[A5] finds it by the old name only until it has ended', async () => {
    // Given a run that has moved its file and ended, and one that waited and came with it
    const sessions = desk.open({ settleMs: 0 });
    const [old, next] = [desk.seed('{}\n'), desk.file('next.jsonl')];
    const run = await sessions.acquire({ sessionFile: old });
    const waiting = ask(sessions, { sessionFile: resolveSessionFileSync(old), runId: 'moved' });
    await run.transcript.rotate(next);
    await run.release();
    const moved = await waiting;
    // When the old name is interrupted: another file now
    const told = await sessions.interrupt({ sessionFile: old });
    // Then nobody is meant, and the new name means the run that came with it
    expect(brief(told)).toBe('not-running');
    expect(moved.signal.aborted).toBe(false);
    expect(brief(await stepped(sessions.interrupt({ sessionFile: next })))).toBe('revoked moved');
  });
});
