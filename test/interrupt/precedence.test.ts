import { describe, expect, it } from 'vitest';
import type { Coordinator, RunRequest, RunTarget } from '../../src/index.js';
import { settled } from '../ownership/support/steps.js';
import { useStage } from '../ownership/support/stage.js';
import { useFakeTime } from '../support/fake-time.js';
import { createGate } from '../support/gate.js';
import { ask, brief, endAll, stepped } from './support/runs.js';

const A = 'memory:a';
const B = 'memory:b';

describe('several names of one target', () => {
  useFakeTime();
  const stage = useStage();

  /** An owner of each file, each with names of its own. */
  async function openTwo(): Promise<Coordinator> {
    const sessions = stage.open({ settleMs: 0 });
    await sessions.acquire({ sessionFile: A, runId: 'a', sessionKey: 'ka', sessionId: 'ia' });
    await sessions.acquire({ sessionFile: B, runId: 'b', sessionKey: 'kb', sessionId: 'ib' });
    return sessions;
  }

  it.each<[string, object, string]>([
    ['a run id before a file', { runId: 'a', sessionFile: B }, 'revoked a'],
    ['a run id before a file that is none', { runId: 'a', sessionFile: '' }, 'revoked a'],
    ['a run id before a label', { runId: 'a', sessionKey: 'kb', sessionId: 'ib' }, 'revoked a'],
    ['a file before a session key', { sessionFile: A, sessionKey: 'kb' }, 'revoked a'],
    ['a file before a session id', { sessionFile: A, sessionId: 'ib' }, 'revoked a'],
    ['a session key before a session id', { sessionKey: 'ka', sessionId: 'ib' }, 'revoked a'],
    ['labels where the file is free', { sessionFile: 'memory:c', sessionKey: 'ka' }, 'revoked a'],
    ['an id where no run has the key', { sessionKey: 'none', sessionId: 'ia' }, 'revoked a'],
    ['a name beside some left out', { runId: undefined, sessionKey: 'ka' }, 'revoked a'],
    ['nothing beside a dead run id', { runId: 'gone', sessionFile: A }, 'not-running'],
    ['nothing beside it, with labels', { runId: 'gone', sessionKey: 'ka' }, 'not-running'],
  ])('count %s', async (_, target, told) => {
    const sessions = await openTwo();
    const outcome = await stepped(sessions.interrupt(target as RunTarget));
    expect(brief(outcome)).toBe(told);
    await endAll(sessions);
  });

  it('count generation with a run id only', async () => {
    const sessions = await openTwo();
    const target = { sessionFile: A, generation: 7 } as RunTarget;
    expect(brief(await stepped(sessions.interrupt(target)))).toBe('revoked a');
    await endAll(sessions);
  });

  it('lead to the owner before a parked run, and to that before one that waits', async () => {
    // Given a parked run, an owner and a waiting one, all with the same label, on one file
    const sessions = stage.open({ settleMs: 0 });
    const names: RunRequest = { sessionFile: A, sessionKey: 'same' };
    const parked = await sessions.acquire({ ...names, runId: 'parked' });
    const stay = createGate();
    const back = parked.park(() => stay.opened).catch(() => {});
    await settled();
    await sessions.acquire({ ...names, runId: 'owner' });
    const behind = await sessions.acquire({ sessionFile: B, runId: 'elsewhere' });
    void ask(sessions, { sessionFile: B, sessionKey: 'same', runId: 'waiting' });

    // When the label is interrupted again and again
    const stop = async () => brief(await stepped(sessions.interrupt({ sessionKey: 'same' })));
    const told = [await stop(), await stop(), await stop(), await stop()];

    // Then it is each one's turn in that order
    expect(told).toEqual(['revoked owner', 'revoked parked', 'cancelled waiting', 'not-running']);
    stay.open();
    await back;
    await behind.release();
  });

  it.each(['sessionKey', 'sessionId'] as const)(
    'are ambiguous, and nothing is done, where two owners bear one %s',
    async (label) => {
      // Given two owners and a run that waits, all with one label
      const sessions = stage.open();
      const one = await sessions.acquire({ sessionFile: A, runId: 'one', [label]: 'same' });
      const two = await sessions.acquire({ sessionFile: B, runId: 'two', [label]: 'same' });
      const waiter = ask(sessions, { sessionFile: A, runId: 'waiting', [label]: 'same' });

      // When that label is interrupted
      const told = await sessions.interrupt({ [label]: 'same' } as unknown as RunTarget);

      // Then both owners are shown, and none was told to stop
      expect(told).toMatchObject({ status: 'ambiguous', settled: false, waitedMs: 0 });
      expect(told.run).toBeUndefined();
      expect(told.candidates?.map(({ runId }) => runId).sort()).toEqual(['one', 'two']);
      expect(stage.told().filter((line) => line.startsWith('signalled'))).toEqual([]);
      expect([one.signal.aborted, two.signal.aborted]).toEqual([false, false]);

      // When one of the candidates is handed back
      await two.release();
      const [candidate] = told.candidates?.filter(({ runId }) => runId === 'one') ?? [];
      const again = sessions.interrupt(candidate as RunTarget);
      await one.release();
      // Then that one was meant
      expect(brief(await again)).toBe('ended one');
      await (await waiter).release();
    },
  );

  it('are ambiguous where several wait under one label and none owns', async () => {
    const sessions = stage.open();
    const owner = await sessions.acquire({ sessionFile: A });
    const waiters = ['w1', 'w2'].map((runId) =>
      ask(sessions, { sessionFile: A, runId, sessionKey: 'same' }),
    );
    const told = await sessions.interrupt({ sessionKey: 'same' });
    expect(told.status).toBe('ambiguous');
    expect(told.candidates?.map(({ runId }) => runId)).toEqual(['w1', 'w2']);
    await owner.release();
    for (const waiter of waiters) await (await waiter).release();
  });

  it('are ambiguous where several are parked on one file', async () => {
    // Given two runs that are parked on a file, which nobody owns
    const sessions = stage.open();
    const stay = createGate();
    const runs = [];
    for (const runId of ['p1', 'p2']) {
      const run = await sessions.acquire({ sessionFile: A, runId });
      runs.push({ run, back: run.park(() => stay.opened) });
      await settled();
    }
    // When the file is interrupted
    const told = await sessions.interrupt({ sessionFile: A });
    // Then nothing was done
    expect(told.candidates?.map(({ runId }) => runId)).toEqual(['p1', 'p2']);
    stay.open();
    for (const { run, back } of runs) {
      await back;
      await run.release();
    }
  });

  it('are not ambiguous where the file tells which run is meant', async () => {
    const sessions = stage.open({ settleMs: 0 });
    await sessions.acquire({ sessionFile: A, runId: 'one', sessionKey: 'same' });
    await sessions.acquire({ sessionFile: B, runId: 'two', sessionKey: 'same' });
    const target = { sessionFile: B, sessionKey: 'same' };
    expect(brief(await stepped(sessions.interrupt(target)))).toBe('revoked two');
    await endAll(sessions);
  });
});
