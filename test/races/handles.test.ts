import { describe, expect, it, vi } from 'vitest';
import type { Coordinator, Run } from '../../src/index.js';
import { useFakeTime } from '../support/fake-time.js';
import { createGate } from '../support/gate.js';
import { useStage } from '../ownership/support/stage.js';
import { settled, startHeedless, stateOf } from '../ownership/support/steps.js';

const FILE = 'memory:a';
const OPTIONS = { stuckAfterMs: 5_000, settleMs: 1_000 };

type Ending = readonly [name: string, code: string, end: (sessions: Coordinator) => Promise<Run>];

const ENDINGS: readonly Ending[] = [
  [
    'release()',
    'ERR_SESSION_RUN_ENDED',
    async (sessions) => {
      const run = await sessions.acquire({ sessionFile: FILE });
      await run.release();
      return run;
    },
  ],
  [
    'the end of its task',
    'ERR_SESSION_RUN_ENDED',
    (sessions) => sessions.run({ sessionFile: FILE }, (run) => run),
  ],
  [
    'an abort that it heeded',
    'ERR_SESSION_RUN_ENDED',
    async (sessions) => {
      const caller = new AbortController();
      const run = await sessions.acquire({ sessionFile: FILE, signal: caller.signal });
      caller.abort();
      await run.release();
      return run;
    },
  ],
  [
    'revocation',
    'ERR_SESSION_RUN_REVOKED',
    async (sessions) => {
      const { run, end } = await startHeedless(sessions, { sessionFile: FILE });
      await vi.advanceTimersByTimeAsync(6_000);
      end.open(undefined);
      await settled();
      return run;
    },
  ],
];

describe('a handle', () => {
  useFakeTime();
  const stage = useStage();

  it.each(ENDINGS)('[O4] is refused after %s, whoever owns the file then', async (_, code, end) => {
    // Given a handle whose turn is over, and a successor
    const sessions = stage.open(OPTIONS);
    const run = await end(sessions);
    const successor = await sessions.acquire({ sessionFile: FILE, sessionKey: 'successor' });
    const task = vi.fn();

    // When each of its methods is used
    await expect(run.park(task)).rejects.toMatchObject({ code, runId: run.runId });
    expect(() => {
      run.rebind({ sessionKey: 'ghost' });
    }).toThrow(expect.objectContaining({ code }));
    run.progress('ghost');
    await run.release({ error: new Error('ghost') });
    await run[Symbol.asyncDispose]();

    // Then nothing has happened, and the successor is untouched
    expect(task).not.toHaveBeenCalled();
    expect(run.progressNote).toBeUndefined();
    expect(sessions.runs.bySessionKey('ghost')).toEqual([]);
    expect(sessions.runs.bySessionFile(FILE)).toEqual(successor.toJSON());
    await successor.release();
  });

  it.each(ENDINGS)('[O4][D7] gives its context no file after %s', async (_, _code, end) => {
    const sessions = stage.open(OPTIONS);
    const run = await end(sessions);
    const successor = await sessions.acquire({ sessionFile: FILE });

    const late = run.within(() =>
      sessions.acquire({ sessionFile: FILE, onReentry: 'join', waitMs: 0 }),
    );

    expect(await stateOf(late)).toMatchObject({ error: { code: 'ERR_SESSION_WAIT_TIMEOUT' } });
    await successor.release();
  });

  it('[O4] a joined handle is refused after its release, its host goes on', async () => {
    const sessions = stage.open(OPTIONS);
    const host = await sessions.acquire({ sessionFile: FILE });
    const joined = await sessions.acquire({ sessionFile: FILE, parent: host, onReentry: 'join' });
    await joined.release();

    await expect(joined.park(() => {})).rejects.toMatchObject({ code: 'ERR_SESSION_RUN_ENDED' });
    expect(() => {
      joined.rebind({ sessionKey: 'ghost' });
    }).toThrow(expect.objectContaining({ code: 'ERR_SESSION_RUN_ENDED' }));
    joined.progress('ghost');
    expect(host.progressNote).toBeUndefined();
    expect(host.phase).toBe('active');
    await host.release();
  });

  it('[O4] a joined task is told when its host ends, which does not wait for it', async () => {
    // Given a joined task that works on
    const sessions = stage.open(OPTIONS);
    const gate = createGate();
    const rescue = vi.fn();
    const host = await sessions.acquire({ sessionFile: FILE });
    const joined = host.within(() =>
      sessions.run({ sessionFile: FILE, onReentry: 'join', rescue }, () =>
        gate.opened.then(() => 'late'),
      ),
    );
    const state = stateOf(joined);
    await settled();

    // When the host ends
    await host.release();

    // Then it is told at once, and what it still makes is rescued
    expect(await state).toMatchObject({ error: { code: 'ERR_SESSION_RUN_ENDED' } });
    gate.open();
    await settled();
    expect(rescue).toHaveBeenCalledExactlyOnceWith('late', expect.anything());
  });

  it('[O4] a joined task is not started where its host ended before', async () => {
    // Given a host that asks for a joined task and ends in the same step, with a successor
    const sessions = stage.open(OPTIONS);
    const host = await sessions.acquire({ sessionFile: FILE });
    const successor = sessions.acquire({ sessionFile: FILE });
    const task = vi.fn();
    const joined = host.within(() => sessions.run({ sessionFile: FILE, onReentry: 'join' }, task));
    const state = stateOf(joined);

    // When it ends
    await host.release();

    // Then the task never runs beside the successor
    expect(await state).toMatchObject({ error: { code: 'ERR_SESSION_RUN_ENDED' } });
    expect(task).not.toHaveBeenCalled();
    await (await successor).release();
  });

  it('[O4] a joined task is not started where the signal of its host has fired', async () => {
    const sessions = stage.open(OPTIONS);
    const caller = new AbortController();
    const host = await sessions.acquire({ sessionFile: FILE, signal: caller.signal });
    const task = vi.fn();
    const joined = host.within(() => {
      const run = sessions.run({ sessionFile: FILE, onReentry: 'join' }, task);
      caller.abort();
      return run;
    });

    expect(await stateOf(joined)).toMatchObject({ error: { why: 'caller' } });
    expect(task).not.toHaveBeenCalled();
    await host.release();
  });
});
