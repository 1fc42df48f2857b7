import { describe, expect, it } from 'vitest';
import { createCountingController } from '../support/counting-signal.js';
import { useTempDir } from '../support/temp-dir.js';
import { useStage } from './support/stage.js';
import { settled } from './support/steps.js';

const FILE = 'memory:a';

describe('CallerSignals', () => {
  const dir = useTempDir();
  const stage = useStage();

  it('[T9][I1] one listener serves all requests that share a signal, and reaches all of them', async () => {
    // Given an owner, a parked run and twenty waiting runs of one caller
    const sessions = stage.open();
    const caller = createCountingController();
    const { signal } = caller;
    const owner = await sessions.acquire({ sessionFile: FILE, signal });
    const waiters = Array.from({ length: 20 }, () =>
      sessions.acquire({ sessionFile: FILE, signal }),
    );
    const outcomes = Promise.allSettled(waiters);
    await settled();
    expect({ listeners: signal.listeners, added: signal.added }).toEqual({
      listeners: 1,
      added: 1,
    });

    // When it aborts
    caller.abort('stop');

    // Then the waiting ones are gone, the owner is told, and no listener stays
    expect(sessions.runs.waitingFor(FILE)).toEqual([]);
    expect(owner.signal.reason).toMatchObject({ why: 'caller', cause: 'stop' });
    expect((await outcomes).every(({ status }) => status === 'rejected')).toBe(true);
    expect(signal.listeners).toBe(0);
    await owner.release();
  });

  it.each(['a marker', 'a path'])('the listener goes with the last run of %s', async (what) => {
    const sessions = stage.open();
    const { signal } = createCountingController();
    const sessionFile = what === 'a path' ? dir.join('a.jsonl') : FILE;
    const owner = await sessions.acquire({ sessionFile, signal });
    const waiter = sessions.acquire({ sessionFile, signal });

    await owner.release();
    const second = await waiter;
    expect(signal.listeners).toBe(1);
    await second.release();

    expect(signal.listeners).toBe(0);
  });

  it.each([
    ['a refused path', { sessionFile: '/dev/null' }],
    ['a held file', { sessionFile: FILE, waitMs: 0 }],
  ])('no listener stays after %s', async (_, request) => {
    const sessions = stage.open();
    const owner = await sessions.acquire({ sessionFile: FILE });
    const { signal } = createCountingController();

    await expect(sessions.acquire({ ...request, signal })).rejects.toThrow('Cannot');

    expect(signal.listeners).toBe(0);
    await owner.release();
  });

  it('no listener stays after a joined run', async () => {
    const sessions = stage.open();
    const { signal } = createCountingController();
    await sessions.run({ sessionFile: FILE }, () =>
      sessions.run({ sessionFile: FILE, onReentry: 'join', signal }, () => {}),
    );

    expect(signal.listeners).toBe(0);
  });

  it('an abort after the end of the run changes nothing', async () => {
    const sessions = stage.open();
    const caller = createCountingController();
    const run = await sessions.acquire({ sessionFile: FILE, signal: caller.signal });
    await run.release();

    caller.abort();

    expect(run.signal.aborted).toBe(false);
    expect(run.end).toBe('released');
  });
});
