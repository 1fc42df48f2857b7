import { describe, expect, it, vi } from 'vitest';
import type { CoordinatorOptions, Run, RunEnd, RunRequest } from '../../src/index.js';
import { useFakeTime } from '../support/fake-time.js';
import { createGate } from '../support/gate.js';
import { useStage } from './support/stage.js';
import { settled, startHeedless, stateOf, untilAborted } from './support/steps.js';

const FILE = 'memory:a';
const OPTIONS = { stuckAfterMs: 5_000, settleMs: 1_000 } satisfies CoordinatorOptions;

interface Exit {
  readonly how: string;
  readonly task: (run: Run) => unknown;
  readonly request?: Partial<RunRequest>;
  /** What ends the turn, where its task does not by itself. */
  readonly cause?: () => void;
  readonly boundMs: number;
  readonly end: RunEnd;
}

const caller: { current: AbortController } = { current: new AbortController() };
const abortCaller = (): void => {
  caller.current.abort(new Error('stop'));
};
const heeds = (run: Run): Promise<never> => untilAborted(run.signal);
const ignores = (): Promise<void> => ignored.opened;
let ignored = createGate();

const EXITS: readonly Exit[] = [
  { how: 'a return', task: () => 'done', boundMs: 0, end: 'completed' },
  {
    how: 'a throw',
    task: () => {
      throw new Error('no');
    },
    boundMs: 0,
    end: 'failed',
  },
  { how: 'a rejection', task: () => Promise.reject(new Error('no')), boundMs: 0, end: 'failed' },
  { how: 'a release inside', task: (run) => run.release(), boundMs: 0, end: 'released' },
  {
    how: 'a release as failed',
    task: (run) => run.release({ error: new Error('no') }),
    boundMs: 0,
    end: 'failed',
  },
  { how: 'an abort heeded', task: heeds, cause: abortCaller, boundMs: 0, end: 'aborted' },
  { how: 'an abort ignored', task: ignores, cause: abortCaller, boundMs: 1_000, end: 'revoked' },
  { how: 'a stuck owner that heeds', task: heeds, boundMs: 5_000, end: 'stuck' },
  { how: 'a stuck owner that hangs', task: ignores, boundMs: 6_000, end: 'revoked' },
  {
    how: 'max hold, heeded',
    task: heeds,
    request: { maxHoldMs: 2_000 },
    boundMs: 2_000,
    end: 'interrupted',
  },
  {
    how: 'max hold, ignored',
    task: ignores,
    request: { maxHoldMs: 2_000 },
    boundMs: 3_000,
    end: 'revoked',
  },
  {
    how: 'pre-emption, heeded',
    task: heeds,
    request: { kind: 'cron' },
    boundMs: 500,
    end: 'superseded',
  },
  {
    how: 'pre-emption, ignored',
    task: ignores,
    request: { kind: 'cron' },
    boundMs: 1_500,
    end: 'revoked',
  },
];

describe('Turns', () => {
  useFakeTime();
  const stage = useStage();

  it.each(EXITS)('[O1][R2][T7] run() grants the next waiter after $how', async (exit) => {
    // Given an owner and a waiting run
    caller.current = new AbortController();
    ignored = createGate();
    const sessions = stage.open({ ...OPTIONS, preemptAfterMs: 500 });
    const request = { sessionFile: FILE, runId: 'owner', signal: caller.current.signal };
    const go = createGate();
    const owner = sessions.run({ ...request, ...exit.request }, async (run) => {
      await go.opened;
      return await exit.task(run);
    });
    owner.catch(() => {});
    const next = vi.fn();
    const waiter = sessions.run({ sessionFile: FILE, runId: 'next' }, next);

    // When the turn ends, one millisecond short of the bound at the latest
    await settled();
    go.open();
    exit.cause?.();
    await settled();
    await vi.advanceTimersByTimeAsync(Math.max(exit.boundMs - 1, 0));
    // Then the waiter is not served before its time
    expect(next).toHaveBeenCalledTimes(exit.boundMs === 0 ? 1 : 0);
    await vi.advanceTimersByTimeAsync(1);

    // Then it is served within the bound, and the turn has this one end
    await settled();
    expect(next).toHaveBeenCalledOnce();
    await waiter;
    const ends = stage.events.filter(({ type, runId }) => type === 'ended' && runId === 'owner');
    expect(ends).toMatchObject([{ end: exit.end }]);
    ignored.open();
    await owner.catch(() => {});
  });

  it('[O1] release() has passed the file on when it returns', async () => {
    // Given an owner and a waiting run
    const sessions = stage.open();
    const owner = await sessions.acquire({ sessionFile: FILE });
    const waiter = sessions.acquire({ sessionFile: FILE, runId: 'next' });
    await settled();

    // When it is released
    const released = owner.release();

    // Then the next owner is there already, nothing awaited
    expect(sessions.runs.bySessionFile(FILE)?.runId).toBe('next');
    await released;
    await (await waiter).release();
  });

  it('[O1] run() is over for its caller only after the file was passed on', async () => {
    // Given a run and a waiting one
    const sessions = stage.open();
    const owner = sessions.run({ sessionFile: FILE }, () => settled());
    const waiter = sessions.acquire({ sessionFile: FILE, runId: 'next' });

    // When the caller of the first is told
    await owner;

    // Then the second owns
    expect(sessions.runs.bySessionFile(FILE)?.runId).toBe('next');
    await (await waiter).release();
  });

  it('[O1] await using ends the run where the block throws', async () => {
    const sessions = stage.open();
    const block = async (): Promise<void> => {
      await using run = await sessions.acquire({ sessionFile: FILE });
      throw new Error(run.phase);
    };

    await expect(block()).rejects.toThrow('active');

    expect(sessions.inspect().counters.ends.released).toBe(1);
    expect(sessions.runs.size).toBe(0);
  });

  it('[O1] a waiter that times out and one that aborts are passed over', async () => {
    // Given an owner and three waiting runs, of which two give up
    const sessions = stage.open();
    const owner = await sessions.acquire({ sessionFile: FILE });
    const stop = new AbortController();
    const late = stateOf(sessions.acquire({ sessionFile: FILE, waitMs: 10 }));
    const aborted = stateOf(sessions.acquire({ sessionFile: FILE, signal: stop.signal }));
    const next = sessions.acquire({ sessionFile: FILE, runId: 'next' });
    stop.abort();
    await vi.advanceTimersByTimeAsync(10);
    await late;
    await aborted;

    // When the owner ends
    await owner.release();

    // Then the one that still waits is served
    await (await next).release();
    expect(sessions.inspect().counters).toMatchObject({ granted: 2, timedOut: 1, aborted: 1 });
  });

  it('[S5] [O8] a turn that is taken is passed on in the same step, and the loser is refused', async () => {
    // Given a heedless owner and a waiting run
    const sessions = stage.open(OPTIONS);
    const owners: (string | undefined)[] = [];
    const loser = await startHeedless(sessions, { sessionFile: FILE, runId: 'loser' });
    const waiter = sessions.acquire({ sessionFile: FILE, runId: 'next' });
    loser.run.signal.addEventListener('abort', () => {
      owners.push(sessions.runs.bySessionFile(FILE)?.runId);
    });

    // When its turn is taken
    await vi.advanceTimersByTimeAsync(6_000);

    // Then nobody ever saw the file without an owner, and the loser can do nothing any more
    const types = stage.told().slice(stage.told().indexOf('revoked loser'));
    expect(types).toEqual(['revoked loser', 'ended loser', 'granted next']);
    expect(owners).toEqual(['loser']);
    await expect(loser.run.park(() => {})).rejects.toMatchObject({
      code: 'ERR_SESSION_RUN_REVOKED',
    });
    await expect(loser.outcome).rejects.toMatchObject({ why: 'stuck' });
    await (await waiter).release();
    loser.end.open(undefined);
    await settled();
  });

  it('[O1] release() twice does not free the successor', async () => {
    // Given a released run whose file has a new owner
    const sessions = stage.open();
    const first = await sessions.acquire({ sessionFile: FILE });
    await first.release();
    const second = await sessions.acquire({ sessionFile: FILE, runId: 'second' });

    // When it is released again
    await first.release();
    await first[Symbol.asyncDispose]();

    // Then the new owner stays
    expect(sessions.runs.bySessionFile(FILE)?.runId).toBe('second');
    await second.release();
  });

  it('[O1] acquire() on another file is granted at once', async () => {
    const sessions = stage.open();
    const one = await sessions.acquire({ sessionFile: 'memory:a' });

    const other = await sessions.acquire({ sessionFile: 'memory:b', waitMs: 0 });

    expect(sessions.inspect().held).toHaveLength(2);
    await one.release();
    await other.release();
  });
});
