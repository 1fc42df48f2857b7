import { describe, expect, it, vi } from 'vitest';
import type { Coordinator, Run } from '../../src/index.js';
import { useFakeTime } from '../support/fake-time.js';
import { createGate, type Gate } from '../support/gate.js';
import { useStage } from '../ownership/support/stage.js';
import { settled } from '../ownership/support/steps.js';

const FILE = 'memory:a';

interface Turn {
  readonly sessions: Coordinator;
  readonly run: Run;
  readonly caller: AbortController;
  readonly task: Gate<'return' | 'throw'>;
}

/** All that may end a turn. At 1,000 ms every limit is reached at once. */
const CAUSES: Readonly<Record<string, (turn: Turn) => void>> = {
  return: ({ task }) => {
    task.open('return');
  },
  throw: ({ task }) => {
    task.open('throw');
  },
  release: ({ run }) => void run.release(),
  'failed release': ({ run }) => void run.release({ error: new Error('no') }),
  abort: ({ caller }) => {
    caller.abort();
  },
  close: ({ sessions }) => void sessions.close({ waitMs: 0 }),
  'stuck or too long': () => {
    vi.advanceTimersByTime(1_000);
  },
  'time to settle over': () => {
    vi.advanceTimersByTime(2_000);
  },
};
const NAMES = Object.keys(CAUSES);
const PAIRS = NAMES.flatMap((one) => NAMES.map((two) => [one, two] as const));

describe('the end of a turn', () => {
  useFakeTime();
  const stage = useStage();

  it.each(PAIRS)('[T7][O1] is told once, and passes on once: %s, then %s', async (one, two) => {
    for (const turnsBetween of [0, 1, 2, 3, 5, 8]) {
      // Given a run with every kind of limit, and one that waits, asked of another coordinator
      stage.events.length = 0;
      const sessions = stage.open({ settleMs: 500, stuckAfterMs: 1_000, maxHoldMs: 1_000 });
      const caller = new AbortController();
      const task = createGate<'return' | 'throw'>();
      const started = createGate<Run>();
      const request = { sessionFile: FILE, runId: 'run', signal: caller.signal };
      const outcome = sessions.run(request, async (run) => {
        started.open(run);
        if ((await task.opened) === 'throw') throw new Error('no');
      });
      outcome.catch(() => {});
      const run = await started.opened;
      const waiter = sessions.run({ sessionFile: FILE, runId: 'next' }, () => {});
      waiter.catch(() => {});

      // When two things happen, so many promise jobs apart
      const turn = { sessions, run, caller, task };
      CAUSES[one]?.(turn);
      await settled(turnsBetween);
      CAUSES[two]?.(turn);
      await vi.advanceTimersByTimeAsync(3_000);
      task.open('return');
      await Promise.allSettled([outcome, waiter]);
      await settled();

      // Then there is one terminal event, and the waiting run had one outcome
      const told = stage.told();
      const closed = one === 'close' || two === 'close';
      expect(told.filter((line) => line === 'ended run')).toHaveLength(1);
      const served = told.filter((line) => line === 'granted next').length;
      const cancelled = told.filter((line) => line === 'cancelled next').length;
      expect(served + cancelled).toBe(1);
      expect(cancelled).toBeLessThanOrEqual(closed ? 1 : 0);
      expect(sessions.runs.size).toBe(0);
      expect(sessions.inspect().draining).toEqual([]);
    }
  });

  it.each(Array.from({ length: 13 }, (_, turns) => turns))(
    '[O1][X1] close() %i promise jobs after a hand-over leaves no caller without an answer',
    async (turns) => {
      // Given a run that waits, with no time to settle at all
      const sessions = stage.open({ settleMs: 0 });
      const owner = await sessions.acquire({ sessionFile: FILE });
      const runs = [1, 2].map(() => sessions.run({ sessionFile: FILE }, () => 'served'));
      const outcomes = Promise.allSettled(runs);
      await settled();

      // When it is granted, and the coordinator closes on the way
      void owner.release();
      await settled(turns);
      const closing = sessions.close({ waitMs: 0 });
      await vi.advanceTimersByTimeAsync(10);

      // Then everybody is told
      await closing;
      expect(await outcomes).toHaveLength(2);
      expect(sessions.runs.size).toBe(0);
    },
  );
});
