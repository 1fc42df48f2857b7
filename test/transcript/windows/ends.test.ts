import { describe, expect, it, vi } from 'vitest';
import type { Coordinator, Run, RunEnd } from '../../../src/index.js';
import { createGate, type Gate } from '../../support/gate.js';
import { useFakeTime } from '../../support/fake-time.js';
import { useTempDir } from '../../support/temp-dir.js';
import { until } from '../../runs/support/sessions.js';
import { useStage } from '../../ownership/support/stage.js';
import { settled } from '../../ownership/support/steps.js';
import { writeAsStranger } from './support/windows.js';

interface Turn {
  readonly sessions: Coordinator;
  readonly run: Run;
  readonly file: string;
  readonly caller: AbortController;
  readonly task: Gate<'return' | 'throw'>;
  readonly section: Gate<void>;
}

/** All that may end a turn, and the end of an open section. At 1,000 ms every limit is reached. */
const CAUSES: Readonly<Record<string, (turn: Turn) => unknown>> = {
  'the task returns': ({ task }) => {
    task.open('return');
  },
  'the task throws': ({ task }) => {
    task.open('throw');
  },
  release: ({ run }) => void run.release(),
  abort: ({ caller }) => {
    caller.abort();
  },
  takeover: async ({ run, file, section }) => {
    section.open();
    await settled();
    writeAsStranger(file);
    await run.transcript.append({ late: 1 }).catch(() => {});
  },
  close: ({ sessions }) => {
    void sessions.close({ waitMs: 0 });
    vi.advanceTimersByTime(1);
  },
  'too much silence': () => vi.advanceTimersByTimeAsync(1_000),
  revocation: () => vi.advanceTimersByTimeAsync(2_010),
  'the end of the section': ({ section }) => {
    section.open();
  },
};
const NAMES = Object.keys(CAUSES);
const PAIRS = NAMES.flatMap((one) => NAMES.map((two) => [one, two] as const));
const WINDOWS = ['none', 'prompt', 'maintain'] as const;

describe('the end of a turn with windows and sections', () => {
  useFakeTime();
  const dir = useTempDir();
  const stage = useStage();

  /** A run in a window, with a section of it that is open and a write queued behind that. */
  async function begin(window: (typeof WINDOWS)[number]) {
    const sessions = stage.open({ settleMs: 500, stuckAfterMs: 1_000 });
    const file = dir.join('s.jsonl');
    const caller = new AbortController();
    const task = createGate<'return' | 'throw'>();
    const section = createGate();
    const started = createGate<Run>();
    const request = { sessionFile: file, runId: 'run', signal: caller.signal };
    const outcome = sessions.run(request, async (run) => {
      const work = async (): Promise<string> => {
        run.transcript.write(() => section.opened).catch(() => {});
        run.transcript.enqueue((transcript) => transcript.append({ queued: 1 })).catch(() => {});
        started.open(run);
        if ((await task.opened) === 'throw') throw new Error('no');
        return 'reply';
      };
      if (window === 'none') return await work();
      if (window === 'prompt') return await run.prompt(work);
      return await run.maintain(work, { deadlineMs: 500 });
    });
    outcome.catch(() => {});
    const run = await started.opened;
    const next = sessions.run({ sessionFile: file, runId: 'next' }, (turn) =>
      turn.transcript.read(),
    );
    next.catch(() => {});
    await until(() => sessions.inspect().waiting.length > 0);
    return { turn: { sessions, run, file, caller, task, section }, outcome, next };
  }

  describe.each(WINDOWS)('in a window: %s', (window) => {
    it.each(PAIRS)('[T7] [V5] is told once, and passes on once: %s, then %s', async (one, two) => {
      // Given a run with work under way, and one that waits
      const { turn, outcome, next } = await begin(window);

      // When two things happen
      await CAUSES[one]?.(turn);
      await settled(3);
      await CAUSES[two]?.(turn);
      await vi.advanceTimersByTimeAsync(3_000);
      turn.task.open('return');
      turn.section.open();
      await vi.advanceTimersByTimeAsync(3_000);
      await Promise.allSettled([outcome, next]);
      await settled();

      // Then there is one end, and one outcome for the run that waited; the stage adds the sums
      const told = stage.told();
      expect(told.filter((line) => line === 'ended run')).toHaveLength(1);
      const served = told.filter((line) => /^(?:granted|cancelled|timed-out) next$/.test(line));
      expect(served).toHaveLength(1);
      expect(turn.run.end).toBeDefined();
    });
  });

  it.each<readonly [RunEnd, readonly string[]]>([
    ['completed', ['the task returns', 'the end of the section']],
    ['failed', ['the task throws', 'the end of the section']],
    ['released', ['release', 'the end of the section']],
    ['aborted', ['abort', 'the end of the section', 'the task returns']],
    ['takeover', ['takeover', 'the task returns']],
    ['takeover', ['takeover', 'release']],
    ['shutdown', ['close', 'the end of the section', 'the task throws']],
    ['stuck', ['too much silence', 'the end of the section', 'the task returns']],
    ['revoked', ['abort', 'the task returns', 'revocation']],
    ['revoked', ['revocation', 'the task returns']],
  ])('[I6] is %s after: %j', async (end, causes) => {
    const { turn, outcome, next } = await begin('prompt');

    for (const cause of causes) {
      await CAUSES[cause]?.(turn);
      await settled();
    }
    await vi.advanceTimersByTimeAsync(0);

    expect(turn.run.end).toBe(end);
    const ended = stage.events.filter((event) => event.type === 'ended');
    expect(ended[0]).toMatchObject({ runId: 'run', end });
    expect(turn.sessions.inspect().counters.ends[end]).toBeGreaterThan(0);
    turn.task.open('return');
    turn.section.open();
    await Promise.allSettled([outcome, next]);
  });

  it('[V5] tells of a takeover in order: found, signalled, ended, the next one granted', async () => {
    const { turn, outcome, next } = await begin('prompt');

    await CAUSES['takeover']?.(turn);
    turn.task.open('return');
    await Promise.allSettled([outcome, next]);

    expect(stage.told().slice(2)).toEqual([
      'requested next',
      'queued next',
      'takeover run',
      'signalled run',
      'ended run',
      'granted next',
      'ended next',
    ]);
    const sequences = stage.events.map(({ sequence }) => sequence);
    expect(sequences).toEqual(sequences.toSorted((first, second) => first - second));
  });
});
