import { describe, expect, it } from 'vitest';
import type { Coordinator, CoordinatorOptions, Run, SessionError } from '../../src/index.js';
import { useStage } from './support/stage.js';
import { settled, stateOf } from './support/steps.js';

const FILE = 'memory:a';

describe('TableState', () => {
  const stage = useStage();

  it('[V5] events come in order, each after the change that it tells of', async () => {
    // Given a listener that looks at once
    const seen: string[] = [];
    const look: CoordinatorOptions['onEvent'] = ({ type, runId }) => {
      const owner = sessions.runs.bySessionFile(FILE)?.runId ?? 'nobody';
      seen.push(`${type} ${runId}: ${owner} owns, ${sessions.runs.waitingFor(FILE).length} wait`);
    };
    const sessions: Coordinator = stage.open({ onEvent: look });

    // When one run follows another
    const one = await sessions.acquire({ sessionFile: FILE, runId: 'one' });
    const waiting = sessions.acquire({ sessionFile: FILE, runId: 'two' });
    await one.release();
    await (await waiting).release();

    // Then it saw each change as done
    expect(seen).toEqual([
      'requested one: one owns, 0 wait',
      'granted one: one owns, 0 wait',
      'requested two: one owns, 1 wait',
      'queued two: one owns, 1 wait',
      'ended one: two owns, 0 wait',
      'granted two: two owns, 0 wait',
      'ended two: nobody owns, 0 wait',
    ]);
  });

  it('[V5] events are numbered without gaps, and history() has the same ones', async () => {
    const sessions = stage.open();
    await sessions.run({ sessionFile: FILE }, (run) => run.park(() => {}));

    const numbers = stage.events.map(({ sequence }) => sequence);

    expect(numbers).toEqual(numbers.map((_, index) => index + 1));
    expect(sessions.history()).toEqual(stage.events);
    expect(sessions.history(FILE)).toEqual(stage.events);
    expect(sessions.history('memory:other')).toEqual([]);
  });

  it('a task starts after its grant was told', async () => {
    const sessions = stage.open();
    const first = sessions.run({ sessionFile: FILE, runId: 'one' }, () => stage.told().at(-1));
    const second = sessions.run({ sessionFile: FILE, runId: 'two' }, () => stage.told().at(-1));

    expect(await first).not.toBe('requested one');
    expect(stage.told()).toContain('granted one');
    expect(await second).toBe('granted two');
  });

  it.each([
    [
      'throws',
      () => {
        throw new Error('listener');
      },
    ],
    ['rejects', () => Promise.reject(new Error('listener')) as unknown as void],
  ])('a listener that %s is logged, and changes nothing', async (_, onEvent) => {
    const sessions = stage.open({ onEvent });

    expect(await sessions.run({ sessionFile: FILE }, () => 'fine')).toBe('fine');
    await settled();

    const complaints = stage.lines.filter(({ level }) => level === 'error');
    expect(complaints).toHaveLength(3);
    for (const { message, facts } of complaints) {
      expect(message).toBe('an onEvent listener failed');
      expect(facts).toMatchObject({ err: new Error('listener') });
    }
  });

  it('a logger that throws changes nothing', async () => {
    const fail = (): never => {
      throw new Error('logger');
    };
    const logger = { debug: fail, info: fail, warn: fail, error: fail };
    const sessions = stage.open({ logger });

    expect(await sessions.run({ sessionFile: FILE }, () => 'fine')).toBe('fine');
  });

  it('a listener may ask for runs and release them', async () => {
    // Given a listener that releases the owner as soon as somebody waits for it
    const owners: Run[] = [];
    const sessions = stage.open({
      onEvent: ({ type }) => {
        if (type === 'queued') void owners[0]?.release();
      },
    });
    owners.push(await sessions.acquire({ sessionFile: FILE }));

    // When runs of both kinds ask
    const run = sessions.run({ sessionFile: FILE }, () => 'served');

    // Then the first one is served, in the call already
    expect(await run).toBe('served');
    owners[0] = await sessions.acquire({ sessionFile: FILE });
    const next = await sessions.acquire({ sessionFile: FILE });
    expect(next.phase).toBe('active');
    await next.release();
  });

  it('a listener may abort the request that it is told of', async () => {
    // Given a listener that aborts whoever begins to wait
    const caller = new AbortController();
    const sessions = stage.open({
      onEvent: ({ type }) => {
        if (type === 'queued') caller.abort('by listener');
      },
    });
    const owner = await sessions.acquire({ sessionFile: FILE });

    // When somebody asks
    const { signal } = caller;
    const acquired = await stateOf(sessions.acquire({ sessionFile: FILE, signal }));
    const run = await stateOf(sessions.run({ sessionFile: FILE, signal }, () => 'never'));

    // Then it is told that its wait was aborted
    const aborted = { error: { code: 'ERR_SESSION_WAIT_ABORTED', cause: 'by listener' } };
    expect(acquired).toMatchObject(aborted);
    expect(run).toMatchObject(aborted);
    await owner.release();
  });

  it('a listener may end the run that it is told of', async () => {
    const handles: Run[] = [];
    const caller = new AbortController();
    const sessions = stage.open({
      onEvent: ({ type }) => {
        if (type === 'signalled') void handles[0]?.release();
      },
    });
    handles.push(await sessions.acquire({ sessionFile: FILE, signal: caller.signal }));
    const next = sessions.run({ sessionFile: FILE }, () => 'served');

    caller.abort();

    expect(handles[0]?.end).toBe('aborted');
    expect(await next).toBe('served');
  });

  it('[V6] one failure has one event id, on its error and its event', async () => {
    const sessions = stage.open();
    const owner = await sessions.acquire({ sessionFile: FILE });

    const state = await stateOf(sessions.acquire({ sessionFile: FILE, waitMs: 0 }));
    const { error } = state as { error: SessionError };

    const event = stage.events.find(({ type }) => type === 'timed-out');
    expect(event).toMatchObject({ eventId: error.eventId, holderRunId: owner.runId });
    await owner.release();
  });

  it('rebind() changes labels in all views at once, and never who owns', async () => {
    const sessions = stage.open();
    const run = await sessions.acquire({ sessionFile: FILE, sessionKey: 'old', sessionId: 'id' });

    run.rebind({ sessionKey: 'new' });

    expect(sessions.runs.bySessionKey('old')).toEqual([]);
    expect(sessions.runs.bySessionKey('new')).toEqual([run.toJSON()]);
    expect(sessions.runs.bySessionId('id')).toEqual([run.toJSON()]);
    expect(stage.events.at(-1)).toMatchObject({ type: 'rebound', formerSessionKey: 'old' });
    await run.release();
  });
});
