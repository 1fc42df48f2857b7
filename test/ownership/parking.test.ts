import { describe, expect, it, vi } from 'vitest';
import type { Run } from '../../src/index.js';
import { useFakeTime } from '../support/fake-time.js';
import { createGate } from '../support/gate.js';
import { useStage } from './support/stage.js';
import { settled, startHeedless, stateOf } from './support/steps.js';

const FILE = 'memory:a';
const OPTIONS = { stuckAfterMs: 5_000, settleMs: 1_000 };

describe('Parking', () => {
  useFakeTime();
  const stage = useStage();

  it('[D6] a parent that parks lets its child work on the same file, and goes on after it', async () => {
    // Given a parent that owns the file
    const sessions = stage.open();
    const order: string[] = [];
    const child = { sessionFile: FILE, kind: 'child', runId: 'child' } as const;

    // When it hands work to a child and waits for it, parked
    const answer = await sessions.run({ sessionFile: FILE, runId: 'parent' }, async (run) => {
      order.push(`parent ${run.generation}`);
      const report = await run.park(() =>
        sessions.run(child, () => `report ${order.push('child')}`),
      );
      order.push(`parent ${run.generation}`);
      return report;
    });

    // Then both had the file, one after the other
    expect(answer).toBe('report 2');
    expect(order).toEqual(['parent 1', 'child', 'parent 2']);
    expect(sessions.inspect().counters).toMatchObject({ granted: 2, resumed: 1 });
  });

  it('[D6] a resume comes before all requests that wait, and resumes in order of arrival', async () => {
    // Given two parked runs, and an owner with a person waiting behind it
    const sessions = stage.open();
    const order: string[] = [];
    const gate = createGate();
    const parks: Promise<unknown>[] = [];
    const parkOne = async (runId: string): Promise<void> => {
      const run = await sessions.acquire({ sessionFile: FILE, runId, kind: 'maintenance' });
      parks.push(
        run
          .park(() => gate.opened)
          .then(async () => {
            order.push(runId);
            await run.release();
          }),
      );
    };
    await parkOne('first');
    await parkOne('second');
    const owner = await sessions.acquire({ sessionFile: FILE });
    const person = sessions.run({ sessionFile: FILE }, () => void order.push('person'));

    // When both want their turn back, and the owner ends
    gate.open();
    await settled();
    expect(sessions.runs.waitingFor(FILE).map(({ phase }) => phase)).toEqual([
      'parked',
      'parked',
      'waiting',
    ]);
    await owner.release();
    await Promise.all([...parks, person]);

    // Then they are served first
    expect(order).toEqual(['first', 'second', 'person']);
  });

  it('[D6] park() whose turn does not come back in time leaves the run parked', async () => {
    // Given a parked run, and an owner that stays
    const sessions = stage.open();
    const run = await sessions.acquire({ sessionFile: FILE });
    let owner: Run | undefined;
    const parked = run.park(
      async () => {
        owner = await sessions.acquire({ sessionFile: FILE });
      },
      { waitMs: 100 },
    );
    const error = parked.catch((thrown: unknown) => thrown);

    // When its time is up
    await vi.advanceTimersByTimeAsync(100);

    // Then it is told, owns nothing, is listed, and may end
    expect(await error).toMatchObject({ code: 'ERR_SESSION_WAIT_TIMEOUT', waitMs: 100 });
    expect(run.phase).toBe('parked');
    expect(sessions.inspect().parked).toHaveLength(1);
    expect(stage.told()).toContain(`resume-failed ${run.runId}`);
    await run.release();
    expect(run.end).toBe('released');
    await owner?.release();
  });

  it('[D6] park() may be called again where the turn did not come back', async () => {
    // Given a run that is parked still, since its turn did not come back
    const sessions = stage.open();
    const run = await sessions.acquire({ sessionFile: FILE });
    const owner = createGate<Run>();
    const parked = run.park(
      async () => {
        owner.open(await sessions.acquire({ sessionFile: FILE }));
      },
      { waitMs: 0 },
    );
    await expect(parked).rejects.toMatchObject({ code: 'ERR_SESSION_WAIT_TIMEOUT' });
    await (await owner.opened).release();

    // When it tries once more
    const again = await stateOf(run.park(() => 'back'));
    await run.release();

    // Then it gets its turn
    expect(again).toEqual({ value: 'back' });
  });

  it('[D6] park() that is tried once more is refused while the first try goes on', async () => {
    // Given a run whose turn did not come back
    const sessions = stage.open();
    const run = await sessions.acquire({ sessionFile: FILE });
    const owner = createGate<Run>();
    const parked = run.park(
      async () => {
        owner.open(await sessions.acquire({ sessionFile: FILE }));
      },
      { waitMs: 0 },
    );
    await expect(parked).rejects.toMatchObject({ code: 'ERR_SESSION_WAIT_TIMEOUT' });

    // When it tries twice at once
    const again = run.park(() => 'back');
    const twice = await stateOf(run.park(() => 'twice'));
    await (await owner.opened).release();

    // Then only the first try counts, and has its answer
    expect(twice).toMatchObject({ error: { code: 'ERR_SESSION_NOT_OWNER' } });
    expect(await stateOf(again)).toEqual({ value: 'back' });
    await run.release();
  });

  it('[D6] a task that throws still gets the turn back, then the error', async () => {
    const sessions = stage.open();
    const run = await sessions.acquire({ sessionFile: FILE });

    const parked = run.park(() => Promise.reject(new Error('child failed')));

    await expect(parked).rejects.toThrow('child failed');
    expect({ phase: run.phase, generation: run.generation }).toEqual({
      phase: 'active',
      generation: 2,
    });
    await run.release();
  });

  it('[D6] a caller that aborts while parked gets its run back without a turn', async () => {
    // Given a run whose park task works on
    const sessions = stage.open(OPTIONS);
    const caller = new AbortController();
    const run = await sessions.acquire({ sessionFile: FILE, signal: caller.signal });
    const gate = createGate();
    const parked = run.park(() => gate.opened);
    parked.catch(() => {});

    // When its caller aborts, and the park task ends after that
    caller.abort();
    expect(run.signal.aborted).toBe(true);
    gate.open();

    // Then park rejects with the reason, and the run ends as aborted
    await expect(parked).rejects.toBe(run.signal.reason);
    expect(run.phase).toBe('parked');
    await run.release();
    expect(run.end).toBe('aborted');
  });

  it('[D6] a caller that aborts while the run waits for its turn ends that wait at once', async () => {
    const sessions = stage.open(OPTIONS);
    const caller = new AbortController();
    const run = await sessions.acquire({ sessionFile: FILE, signal: caller.signal });
    const owner = createGate<Run>();
    const parked = run.park(async () => {
      owner.open(await sessions.acquire({ sessionFile: FILE }));
    });
    parked.catch(() => {});
    await settled();
    expect(sessions.runs.waitingFor(FILE)).toHaveLength(1);

    caller.abort();

    expect(sessions.runs.waitingFor(FILE)).toEqual([]);
    await expect(parked).rejects.toMatchObject({ why: 'caller' });
    await run.release();
    await (await owner.opened).release();
  });

  it('[D6] a parked run that does not settle is revoked while parked', async () => {
    // Given a run that is stopped while its park task hangs
    const sessions = stage.open(OPTIONS);
    const caller = new AbortController();
    const gate = createGate();
    const parked = createGate<Run>();
    const outcome = sessions.run({ sessionFile: FILE, signal: caller.signal }, (run) => {
      parked.open(run);
      return run.park(() => gate.opened);
    });
    outcome.catch(() => {});
    const run = await parked.opened;
    caller.abort();

    // When its time to settle is over
    await vi.advanceTimersByTimeAsync(1_000);

    // Then it is gone, and the end of its task brings nothing back
    expect({ phase: run.phase, end: run.end }).toEqual({ phase: 'ended', end: 'revoked' });
    await expect(outcome).rejects.toMatchObject({ why: 'caller' });
    gate.open();
    await settled();
    expect(sessions.runs.size).toBe(0);
    expect(sessions.inspect().counters).toMatchObject({ granted: 1, resumed: 0 });
  });

  it('park() of a run that ends while its task runs rejects, and takes no turn', async () => {
    const sessions = stage.open();
    const run = await sessions.acquire({ sessionFile: FILE });

    const parked = run.park(() => run.release());

    await expect(parked).rejects.toMatchObject({ code: 'ERR_SESSION_RUN_ENDED' });
    expect(sessions.runs.size).toBe(0);
  });

  it('a run that ends while it waits for its turn takes none', async () => {
    const sessions = stage.open();
    const run = await sessions.acquire({ sessionFile: FILE });
    const owner = createGate<Run>();
    const parked = run.park(async () => {
      owner.open(await sessions.acquire({ sessionFile: FILE }));
    });
    const error = parked.catch((thrown: unknown) => thrown);
    await settled();

    await run.release();

    expect(await error).toMatchObject({ code: 'ERR_SESSION_RUN_ENDED', end: 'released' });
    await (await owner.opened).release();
    expect(sessions.inspect().counters.resumed).toBe(0);
  });

  it('park() refuses a run that is parked, a joined handle, and a wrong option', async () => {
    const sessions = stage.open();
    const { run, end, outcome } = await startHeedless(sessions, { sessionFile: FILE });
    const gate = createGate();
    const parked = run.park(() => gate.opened);
    await expect(run.park(() => {})).rejects.toMatchObject({ code: 'ERR_SESSION_NOT_OWNER' });
    gate.open();
    await parked;

    const joined = await sessions.acquire({ sessionFile: FILE, parent: run, onReentry: 'join' });
    await expect(joined.park(() => {})).rejects.toMatchObject({ code: 'ERR_SESSION_NOT_OWNER' });
    await expect(run.park(() => {}, { waitMs: -1 })).rejects.toThrow(RangeError);
    expect(run.phase).toBe('active');
    end.open(undefined);
    await outcome;
  });
});
