import { describe, expect, it } from 'vitest';
import { RunEndedError } from '../../src/index.js';
import { freshMarker, idsOf, typesOf, useSessions, waitBehind } from './support/sessions.js';

describe('Run.rebind()', () => {
  const sessions = useSessions();

  it('[P3] changes the labels and not who owns the file', async () => {
    // Given an owner and somebody behind it
    const coordinator = sessions.create();
    const sessionFile = freshMarker();
    const owner = await coordinator.acquire({ sessionFile, sessionKey: 'a', sessionId: '1' });
    const { granted } = await waitBehind(coordinator, { sessionFile, sessionKey: 'b' });
    // When the owner takes the labels of a conversation that was reset
    owner.rebind({ sessionKey: 'b', sessionId: '2' });
    // Then it owns the file as before, in the same turn
    expect(coordinator.runs.bySessionFile(sessionFile)).toMatchObject({
      runId: owner.runId,
      generation: 1,
      sessionKey: 'b',
      sessionId: '2',
      waiting: 1,
    });
    await owner.release();
    await (await granted).release();
  });

  it('[A5] moves the run in all views in one step', async () => {
    // Given an owner with labels
    const coordinator = sessions.create();
    const { runs } = coordinator;
    const sessionFile = freshMarker();
    const owner = await coordinator.acquire({ sessionFile, sessionKey: 'a', sessionId: '1' });
    // When it is given others; then, with nothing awaited, every view says so
    owner.rebind({ sessionKey: 'b', sessionId: '2' });
    expect(runs.bySessionKey('a')).toEqual([]);
    expect(runs.bySessionId('1')).toEqual([]);
    const now = owner.toJSON();
    expect(now).toMatchObject({ sessionKey: 'b', sessionId: '2' });
    expect(runs.bySessionKey('b')).toEqual([now]);
    expect(runs.bySessionId('2')).toEqual([now]);
    expect(runs.byRunId(owner.runId)).toEqual(now);
    expect(runs.bySessionFile(sessionFile)).toEqual(now);
    expect(runs.list()).toEqual([now]);
    expect(coordinator.inspect().held).toEqual([now]);
    await owner.release();
  });

  it('[A5] never shows a listener a run without, or with two, session keys', async () => {
    // Given a listener that looks both names up at every change
    const seen: string[][] = [];
    const coordinator = sessions.create({
      onEvent: ({ type }) => {
        if (type !== 'rebound') return;
        seen.push(['a', 'b'].map((key) => String(coordinator.runs.bySessionKey(key).length)));
      },
    });
    const owner = await coordinator.acquire({ sessionFile: freshMarker(), sessionKey: 'a' });
    // When the run is rebound; then only the new name resolves
    owner.rebind({ sessionKey: 'b' });
    expect(seen).toEqual([['0', '1']]);
    await owner.release();
  });

  it('[P3] keeps the names that are left out', async () => {
    const coordinator = sessions.create();
    const owner = await coordinator.acquire({
      sessionFile: freshMarker(),
      sessionKey: 'a',
      sessionId: '1',
    });
    owner.rebind({ sessionId: '2' });
    expect(owner.sessionKey).toBe('a');
    expect(owner.sessionId).toBe('2');
    await owner.release();
  });

  it('[A5] leaves the other runs of the old name alone', async () => {
    // Given two owners and a waiting run under one session key
    const coordinator = sessions.create();
    const file = freshMarker();
    const one = await coordinator.acquire({ sessionFile: file, sessionKey: 'a' });
    const two = await coordinator.acquire({ sessionFile: freshMarker(), sessionKey: 'a' });
    const { granted } = await waitBehind(coordinator, { sessionFile: file, sessionKey: 'a' });
    // When one of them is rebound
    one.rebind({ sessionKey: 'b' });
    // Then the others keep theirs
    expect(coordinator.runs.bySessionKey('a')).toHaveLength(2);
    expect(idsOf(coordinator.runs.bySessionKey('b'))).toEqual([one.runId]);
    await one.release();
    await (await granted).release();
    await two.release();
  });

  it('[A5] is cleared from the index under the new names at the end', async () => {
    const coordinator = sessions.create();
    const owner = await coordinator.acquire({ sessionFile: freshMarker(), sessionKey: 'a' });
    owner.rebind({ sessionKey: 'b' });
    await owner.release();
    expect(coordinator.runs.bySessionKey('a')).toEqual([]);
    expect(coordinator.runs.bySessionKey('b')).toEqual([]);
  });

  it('[V5] tells the former names', async () => {
    const coordinator = sessions.create();
    const owner = await coordinator.acquire({
      sessionFile: freshMarker(),
      sessionKey: 'a',
      sessionId: '1',
    });
    owner.rebind({ sessionKey: 'b' });
    expect(coordinator.history().at(-1)).toMatchObject({
      type: 'rebound',
      sessionKey: 'b',
      formerSessionKey: 'a',
      formerSessionId: '1',
    });
    await owner.release();
  });

  it('[V7] leaves what history() tells of the time before as it was', async () => {
    // Given a run that was granted under one name
    const coordinator = sessions.create();
    const owner = await coordinator.acquire({ sessionFile: freshMarker(), sessionKey: 'before' });
    // When it takes another one before anybody has looked
    owner.rebind({ sessionKey: 'after' });
    // Then the grant is still told under the name of that time
    const history = coordinator.history();
    expect(typesOf(history)).toEqual(['requested', 'granted', 'rebound']);
    expect(history.map(({ sessionKey }) => sessionKey)).toEqual(['before', 'before', 'after']);
    await owner.release();
  });

  it('is refused after the end', async () => {
    const coordinator = sessions.create();
    const owner = await coordinator.acquire({ sessionFile: freshMarker(), sessionKey: 'a' });
    await owner.release();
    expect(() => owner.rebind({ sessionKey: 'b' })).toThrow(RunEndedError);
    expect(owner.sessionKey).toBe('a');
  });
});
