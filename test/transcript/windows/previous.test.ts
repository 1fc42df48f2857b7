import { readFileSync, writeFileSync } from 'node:fs';
import { describe, expect, it, vi } from 'vitest';
import { createGate } from '../../support/gate.js';
import { useFakeTime } from '../../support/fake-time.js';
import { useTempDir } from '../../support/temp-dir.js';
import type { Coordinator, PreviousRun } from '../../../src/index.js';
import { useStage } from '../../ownership/support/stage.js';
import { startHeedless } from '../../ownership/support/steps.js';
import { writeAsStranger } from './support/windows.js';

const OLD = '{"old":1}\n';
const OLD_BYTES = OLD.length;

/** Ends a run with the id `one` on this file in some way. */
type Ends = (sessions: Coordinator, sessionFile: string) => Promise<unknown>;

const ENDS: Readonly<Record<string, Ends>> = {
  completed: (sessions, sessionFile) =>
    sessions.run({ sessionFile, runId: 'one' }, (run) => run.transcript.append({ line: 1 })),
  failed: (sessions, sessionFile) =>
    sessions
      .run({ sessionFile, runId: 'one' }, async (run) => {
        await run.transcript.append({ line: 1 });
        throw new Error('no');
      })
      .catch(() => {}),
  released: async (sessions, sessionFile) => {
    const run = await sessions.acquire({ sessionFile, runId: 'one' });
    await run.transcript.append({ line: 1 });
    await run.release();
  },
  takeover: async (sessions, sessionFile) => {
    const run = await sessions.acquire({ sessionFile, runId: 'one' });
    await run.transcript.append({ line: 1 });
    writeAsStranger(sessionFile);
    await run.prompt(() => {}).catch(() => {});
    await run.release();
  },
  revoked: async (sessions, sessionFile) => {
    const caller = new AbortController();
    const { signal } = caller;
    const request = { sessionFile, runId: 'one', signal };
    const { run, end, outcome } = await startHeedless(sessions, request);
    await run.transcript.append({ line: 1 });
    caller.abort();
    await vi.advanceTimersByTimeAsync(15_000);
    end.open(undefined);
    await outcome.catch(() => {});
  },
};

function previousIn(sessions: Coordinator, sessionFile: string): Promise<PreviousRun | undefined> {
  return sessions.run({ sessionFile }, ({ previous }) => previous);
}

describe('run.previous', () => {
  useFakeTime();
  const dir = useTempDir();
  const stage = useStage();

  it.each(Object.entries(ENDS))(
    '[S8] [X5] tells where the run before began and how far it wrote: %s',
    async (end, act) => {
      // Given a run that ended in some way after it wrote a line
      const sessions = stage.open();
      const file = dir.join('s.jsonl');
      writeFileSync(file, OLD);
      await act(sessions, file);

      // When the next one looks
      const previous = await previousIn(sessions, file);

      // Then
      expect(previous).toEqual({
        runId: 'one',
        end,
        startBytes: OLD_BYTES,
        endBytes: OLD_BYTES + 11,
      });
      expect(Object.isFrozen(previous)).toBe(true);
    },
  );

  it('[S8] says nothing of an end of writing where the run before wrote nothing', async () => {
    const sessions = stage.open();
    const file = dir.join('s.jsonl');
    writeFileSync(file, OLD);
    await sessions.run({ sessionFile: file, runId: 'one' }, (run) => run.transcript.read());

    const previous = await previousIn(sessions, file);

    expect(previous).toEqual({ runId: 'one', end: 'completed', startBytes: OLD_BYTES });
    expect(previous).not.toHaveProperty('endBytes');
  });

  it('is undefined for the first run ever, and of a marker begins at 0', async () => {
    const sessions = stage.open();

    expect(await previousIn(sessions, dir.join('s.jsonl'))).toBeUndefined();
    expect(await previousIn(sessions, 'memory:a')).toBeUndefined();
    expect(await previousIn(sessions, 'memory:a')).toMatchObject({ startBytes: 0 });
  });

  it('knows runs on its own file only', async () => {
    const sessions = stage.open();
    await sessions.run({ sessionFile: dir.join('other.jsonl') }, () => {});

    expect(await previousIn(sessions, dir.join('s.jsonl'))).toBeUndefined();
  });

  it('is the last one that ended, not the last that was asked for', async () => {
    const sessions = stage.open();
    const file = dir.join('s.jsonl');
    await sessions.run({ sessionFile: file, runId: 'one' }, () => {});
    await sessions.run({ sessionFile: file, runId: 'two' }, () => {});
    const refused = sessions.acquire({
      sessionFile: file,
      runId: 'three',
      signal: AbortSignal.abort(),
    });
    await refused.catch(() => {});

    expect(await previousIn(sessions, file)).toMatchObject({ runId: 'two' });
  });

  it('does not change while the run has its turn, nor when it has ended', async () => {
    const sessions = stage.open();
    const file = dir.join('s.jsonl');
    await sessions.run({ sessionFile: file, runId: 'one' }, () => {});
    const run = await sessions.acquire({ sessionFile: file, runId: 'two' });
    await sessions.run({ sessionFile: dir.join('other.jsonl'), runId: 'other' }, () => {});
    await run.release();
    await sessions.run({ sessionFile: file, runId: 'three' }, () => {});

    expect(run.previous).toMatchObject({ runId: 'one' });
  });

  it.each([false, true])(
    '[S8] after park it is whoever had the file in between, looked at before or not: %s',
    async (isLookedAt) => {
      // Given a run that has a previous one
      const sessions = stage.open();
      const file = dir.join('s.jsonl');
      await sessions.run({ sessionFile: file, runId: 'one' }, () => {});
      const run = await sessions.acquire({ sessionFile: file, runId: 'two' });
      const before = isLookedAt ? run.previous?.runId : 'one';
      expect(before).toBe('one');

      // When another one has the file while it is parked
      await run.park(() => sessions.run({ sessionFile: file, runId: 'child' }, () => {}));

      // Then its new turn follows that one
      expect(run.previous).toMatchObject({ runId: 'child' });
      await run.release();
    },
  );

  it.each([false, true])(
    '[S8] is of the file that the turn began on, and told there only, looked at before or not: %s',
    async (isLookedAt) => {
      const sessions = stage.open();
      const file = dir.join('s.jsonl');
      await sessions.run({ sessionFile: file, runId: 'one' }, () => {});
      const run = await sessions.acquire({ sessionFile: file, runId: 'two' });
      const before = isLookedAt ? run.previous?.runId : 'one';
      expect(before).toBe('one');

      await run.transcript.rotate(dir.join('next.jsonl'));
      const inNext = run.previous;
      await run.transcript.rotate(file);

      expect(inNext).toBeUndefined();
      expect(run.previous).toMatchObject({ runId: 'one' });
      await run.release();
    },
  );

  it('[S8] of the file that a run moved to is that run, with the bytes of that file', async () => {
    const sessions = stage.open();
    const [file, next] = [dir.join('s.jsonl'), dir.join('next.jsonl')];
    writeFileSync(file, OLD);
    const run = await sessions.acquire({ sessionFile: file, runId: 'one' });
    await run.transcript.append({ line: 1 });
    await run.transcript.rotate(next);
    await run.transcript.append({ line: 2 });
    await run.release();

    expect(await previousIn(sessions, next)).toEqual({
      runId: 'one',
      end: 'released',
      startBytes: 0,
      endBytes: 11,
    });
    expect(readFileSync(next, 'utf8')).toBe('{"line":2}\n');
  });

  it('is undefined where runs of too many other files have ended since', async () => {
    const sessions = stage.open({ historySize: 4 });
    const file = dir.join('s.jsonl');
    await sessions.run({ sessionFile: file }, () => {});
    for (const name of ['a', 'b', 'c', 'd']) {
      await sessions.run({ sessionFile: `memory:${name}` }, () => {});
    }

    expect(await previousIn(sessions, file)).toBeUndefined();
  });

  it('[X5] is known however much has happened on another file since', async () => {
    const sessions = stage.open({ historySize: 4 });
    const file = dir.join('s.jsonl');
    await sessions.run({ sessionFile: file, runId: 'first' }, () => {});
    for (let round = 0; round < 10; round += 1) {
      await sessions.run({ sessionFile: 'memory:a' }, () => {});
    }

    expect(await previousIn(sessions, file)).toMatchObject({ runId: 'first' });
  });

  it('is undefined where no history is kept', async () => {
    const sessions = stage.open({ historySize: 0 });
    const file = dir.join('s.jsonl');
    await sessions.run({ sessionFile: file }, () => {});

    expect(await previousIn(sessions, file)).toBeUndefined();
  });

  it('does not count a run that is parked: it has not ended', async () => {
    // Given a run that gave its turn up for a while
    const sessions = stage.open();
    const gate = createGate();
    const run = await sessions.acquire({ sessionFile: 'memory:a' });
    const parked = run.park(() => gate.opened);
    const other = await sessions.acquire({ sessionFile: 'memory:a', runId: 'other' });

    // Then the one that owns meanwhile has none before it, and is the one before its next turn
    expect(other.previous).toBeUndefined();
    await other.release();
    gate.open();
    await parked;
    expect(run.previous).toMatchObject({ runId: 'other', end: 'released' });
    await run.release();
  });
});
