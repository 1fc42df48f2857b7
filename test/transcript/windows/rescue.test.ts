import { describe, expect, it, vi } from 'vitest';
import type { Coordinator, Run } from '../../../src/index.js';
import { useFakeTime } from '../../support/fake-time.js';
import { useTempDir } from '../../support/temp-dir.js';
import { useStage } from '../../ownership/support/stage.js';
import { settled } from '../../ownership/support/steps.js';
import {
  createRescue,
  linesOf,
  openMaintenance,
  openPrompt,
  writeAsStranger,
} from './support/windows.js';

interface Turn {
  readonly sessions: Coordinator;
  readonly run: Run;
  readonly file: string;
  readonly caller: AbortController;
}

/** All that may end a turn while the model works, and what the prompt rejects with then. */
const CAUSES: Readonly<Record<string, readonly [act: (turn: Turn) => unknown, reason: object]>> = {
  'a takeover found when it closes': [
    ({ file }) => {
      writeAsStranger(file);
    },
    { code: 'ERR_SESSION_RUN_INTERRUPTED', why: 'takeover' },
  ],
  'the abort of its caller': [
    ({ caller }) => {
      caller.abort(new Error('pressed stop'));
    },
    { why: 'caller', cause: new Error('pressed stop') },
  ],
  'too much silence': [() => vi.advanceTimersByTimeAsync(5_000), { why: 'stuck' }],
  'a turn that is too long': [
    async ({ run }) => {
      await vi.advanceTimersByTimeAsync(4_000);
      run.progress();
      await vi.advanceTimersByTimeAsync(4_000);
    },
    { why: 'max-hold' },
  ],
  'a revocation': [
    async ({ caller }) => {
      caller.abort();
      await vi.advanceTimersByTimeAsync(1_000);
    },
    { why: 'caller' },
  ],
  'a release by somebody': [
    ({ run }) => run.release(),
    { code: 'ERR_SESSION_RUN_ENDED', end: 'released' },
  ],
  'a failed release': [
    ({ run }) => run.release({ error: new Error('no') }),
    { code: 'ERR_SESSION_RUN_ENDED', end: 'failed' },
  ],
  'the close of the coordinator': [
    async ({ sessions }) => {
      void sessions.close({ waitMs: 0 });
      await vi.advanceTimersByTimeAsync(1);
    },
    { why: 'shutdown' },
  ],
};
const OPTIONS = { settleMs: 1_000, stuckAfterMs: 5_000, maxHoldMs: 8_000 };

describe('a result that ownership no longer covers', () => {
  useFakeTime();
  const dir = useTempDir();
  const stage = useStage();

  it.each(Object.entries(CAUSES))(
    '[F14] goes to rescue and is on the error: %s',
    async (_, [act, reason]) => {
      // Given a run with an open prompt window
      const sessions = stage.open(OPTIONS);
      const file = dir.join('s.jsonl');
      const caller = new AbortController();
      const rescued = createRescue();
      const { rescue } = rescued;
      const { signal } = caller;
      const run = await sessions.acquire({ sessionFile: file, signal, rescue });
      const window = await openPrompt(run);

      // When the turn ends, and the model answers afterwards
      await act({ sessions, run, file, caller });
      window.end({ text: 'reply' });
      const error: unknown = await window.outcome.catch((caught: unknown) => caught);
      await settled();

      // Then the answer is kept, once, with the reason why it does not count
      expect(error).toMatchObject(reason);
      expect(rescued.payloads).toEqual([{ text: 'reply' }]);
      expect(rescued.errors).toEqual([error]);
      expect(rescued.errors[0]).toBe(error);
      expect(error).toMatchObject({ result: { text: 'reply' } });
      expect(Object.keys(error as object)).not.toContain('result');
      await run.release();
    },
  );

  it.each(Object.entries(CAUSES).slice(1))(
    '[F14] of maintenance goes to rescue: %s',
    async (name, [act, reason]) => {
      const sessions = stage.open({ ...OPTIONS, stuckAfterMs: false, maxHoldMs: Infinity });
      const file = dir.join('s.jsonl');
      const caller = new AbortController();
      const { rescue, payloads } = createRescue();
      const { signal } = caller;
      const run = await sessions.acquire({ sessionFile: file, signal, rescue });
      const window = await openMaintenance(run, 4_000);

      await act({ sessions, run, file, caller });
      window.end('compacted');
      await settled();

      const isTimeout = name === 'too much silence' || name === 'a turn that is too long';
      await expect(window.outcome).rejects.toMatchObject(isTimeout ? {} : reason);
      expect(payloads).toEqual(['compacted']);
      await run.release();
    },
  );

  it('[F14] is told to the log where there is no rescue, and still on the error', async () => {
    const sessions = stage.open(OPTIONS);
    const run = await sessions.acquire({ sessionFile: 'memory:a' });
    const window = await openPrompt(run);

    await run.release();
    window.end('reply');
    await settled();

    await expect(window.outcome).rejects.toMatchObject({ result: 'reply' });
    expect(linesOf(stage)).toMatchObject([
      { level: 'warn', message: 'session result dropped: no rescue given' },
    ]);
  });

  it('[F14] of a prompt inside run() reaches rescue once, and run() rejects with the same error', async () => {
    // Given a task that answers with what its prompt does
    const sessions = stage.open();
    const file = dir.join('s.jsonl');
    const { rescue, payloads, errors } = createRescue();

    // When the window finds a takeover
    const outcome = sessions.run({ sessionFile: file, rescue }, (run) =>
      run.prompt(() => {
        writeAsStranger(file);
        return 'reply';
      }),
    );
    const error: unknown = await outcome.catch((caught: unknown) => caught);
    await settled();

    // Then
    expect(error).toMatchObject({ why: 'takeover', result: 'reply' });
    expect(payloads).toEqual(['reply']);
    expect(errors[0]).toBe(error);
  });

  it('[F14] of each of two parallel prompts reaches rescue', async () => {
    const sessions = stage.open(OPTIONS);
    const { rescue, payloads } = createRescue();
    const caller = new AbortController();
    const { signal } = caller;
    const run = await sessions.acquire({ sessionFile: 'memory:a', signal, rescue });
    const windows = [await openPrompt(run), await openPrompt(run)];

    caller.abort();
    windows.forEach((window, number) => {
      window.end(`reply ${number}`);
    });
    await Promise.allSettled(windows.map(({ outcome }) => outcome));

    expect(payloads).toEqual(['reply 0', 'reply 1']);
    await run.release();
  });

  it('[F14] of a prompt of a joined handle reaches the rescue of the request that joined', async () => {
    // Given a run, and inside it a request of its own that joins, each with a rescue
    const sessions = stage.open();
    const file = dir.join('s.jsonl');
    const host = createRescue();
    const guest = createRescue();

    // When a prompt of the joined handle finds a takeover
    const outcome = sessions.run({ sessionFile: file, rescue: host.rescue }, () =>
      sessions.run({ sessionFile: file, onReentry: 'join', rescue: guest.rescue }, (joined) =>
        joined.prompt(() => {
          writeAsStranger(file);
          return 'reply';
        }),
      ),
    );
    await expect(outcome).rejects.toMatchObject({ why: 'takeover' });
    await settled();

    // Then whoever asked for it gets it
    expect({ host: host.payloads, guest: guest.payloads }).toEqual({ host: [], guest: ['reply'] });
  });

  it('a rescue that throws is logged and changes nothing', async () => {
    const sessions = stage.open(OPTIONS);
    const rescue = (): never => {
      throw new Error('no disk');
    };
    const run = await sessions.acquire({ sessionFile: 'memory:a', rescue });
    const window = await openPrompt(run);

    await run.release();
    window.end('reply');
    await settled();

    await expect(window.outcome).rejects.toMatchObject({ end: 'released' });
    expect(linesOf(stage)).toMatchObject([{ level: 'error', message: 'a rescue callback failed' }]);
  });
});
