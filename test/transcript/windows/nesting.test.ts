import { appendFileSync } from 'node:fs';
import { describe, expect, it, vi } from 'vitest';
import { createGate } from '../../support/gate.js';
import { useFakeTime } from '../../support/fake-time.js';
import { useTempDir } from '../../support/temp-dir.js';
import { until } from '../../runs/support/sessions.js';
import { useStage } from '../../ownership/support/stage.js';
import { openMaintenance, openPrompt } from './support/windows.js';

describe('windows inside and beside each other', () => {
  useFakeTime();
  const dir = useTempDir();
  const stage = useStage();

  it('a prompt inside a prompt is one model call inside another', async () => {
    const sessions = stage.open();
    await using run = await sessions.acquire({ sessionFile: dir.join('s.jsonl') });

    const phases = await run.prompt(async () => [await run.prompt(() => run.phase), run.phase]);

    expect(phases).toEqual(['prompting', 'prompting']);
    expect(run.phase).toBe('active');
  });

  it('the run prompts until the last of its parallel prompts has ended', async () => {
    const sessions = stage.open();
    await using run = await sessions.acquire({ sessionFile: dir.join('s.jsonl') });
    const first = await openPrompt(run);
    const second = await openPrompt(run);

    first.end('one');
    expect(await first.outcome).toBe('one');
    expect(run.phase).toBe('prompting');

    second.end('two');
    expect(await second.outcome).toBe('two');
    expect(run.phase).toBe('active');
  });

  it('a prompt inside maintenance is maintenance, and stays so when it ends', async () => {
    const sessions = stage.open();
    await using run = await sessions.acquire({ sessionFile: dir.join('s.jsonl') });

    const phases = await run.maintain(async () => [await run.prompt(() => run.phase), run.phase], {
      deadlineMs: 60_000,
    });

    expect(phases).toEqual(['maintaining', 'maintaining']);
    expect(run.phase).toBe('active');
  });

  it('maintenance inside a prompt is maintenance, and prompting again when it ends', async () => {
    const sessions = stage.open();
    await using run = await sessions.acquire({ sessionFile: dir.join('s.jsonl') });

    const phases = await run.prompt(async () => [
      await run.maintain(() => run.phase, { deadlineMs: 60_000 }),
      run.phase,
    ]);

    expect(phases).toEqual(['maintaining', 'prompting']);
  });

  it('of two maintenance windows the later deadline bounds the turn', async () => {
    // Given a short and a long one, side by side, both with tasks that hang
    const sessions = stage.open({ settleMs: 1_000, stuckAfterMs: 5_000 });
    const run = await sessions.acquire({ sessionFile: 'memory:a' });
    const long = await openMaintenance(run, 60_000);
    const short = await openMaintenance(run, 10_000);

    // When the short one is far overdue
    await vi.advanceTimersByTimeAsync(59_000);
    // Then it was told so, and the run was not
    expect(short.signal.reason).toMatchObject({ why: 'timeout' });
    expect(long.signal.aborted).toBe(false);
    expect(run.signal.aborted).toBe(false);

    // When the long one is overdue too
    await vi.advanceTimersByTimeAsync(2_000);
    expect(run.signal.reason).toMatchObject({ why: 'stuck' });
    long.end();
    short.end();
    await run.release();
  });

  it('[D6] a tool may park the turn, and the window goes on when it comes back', async () => {
    // Given a run whose tool waits for a child on the same file
    const sessions = stage.open();
    const file = dir.join('s.jsonl');
    await using run = await sessions.acquire({ sessionFile: file });
    await run.transcript.append({ by: 'parent' });
    const phases: string[] = [];
    const child = async (): Promise<void> => {
      phases.push(run.phase);
      await sessions.run({ sessionFile: file, kind: 'child' }, async (inner) => {
        await inner.transcript.append({ by: 'child' });
      });
    };

    // When it does so from inside a prompt window
    const answer = await run.prompt(async () => {
      await run.park(child);
      phases.push(run.phase);
      await run.transcript.append({ tool: 'done' });
      return 'reply';
    });

    // Then what the child wrote is no conflict
    expect(answer).toBe('reply');
    expect(phases).toEqual(['parked', 'prompting']);
    expect(run.phase).toBe('active');
    expect(run.generation).toBe(2);
    expect((await run.transcript.readRecords()).records).toEqual([
      { by: 'parent' },
      { by: 'child' },
      { tool: 'done' },
    ]);
  });

  it('a prompt that ends while its run is parked leaves it parked', async () => {
    const sessions = stage.open();
    await using run = await sessions.acquire({ sessionFile: 'memory:a' });
    const window = await openPrompt(run);
    const gate = createGate();
    const parked = run.park(() => gate.opened);

    window.end('reply');
    expect(await window.outcome).toBe('reply');
    expect(run.phase).toBe('parked');

    gate.open();
    await parked;
    expect(run.phase).toBe('active');
  });

  it('[T6] a window that is open while its run is parked bounds nothing until the turn is back', async () => {
    // Given a parked run with an open prompt window, silent for longer than every limit
    const sessions = stage.open({ stuckAfterMs: 5_000, settleMs: 1_000, maxHoldMs: 6_000 });
    const run = await sessions.acquire({ sessionFile: 'memory:a' });
    const window = await openPrompt(run);
    const gate = createGate();
    const parked = run.park(() => gate.opened);
    await vi.advanceTimersByTimeAsync(100_000);

    // When it comes back
    gate.open();
    await parked;

    // Then it has its limit in full
    await vi.advanceTimersByTimeAsync(4_999);
    expect(run.signal.aborted).toBe(false);
    await vi.advanceTimersByTimeAsync(1);
    expect(run.signal.reason).toMatchObject({ why: 'stuck' });
    window.end();
    await run.release();
  });

  it('adopting ends with the window that asked for it, not with one beside it', async () => {
    // Given two windows of which the second adopts
    const sessions = stage.open();
    const file = dir.join('s.jsonl');
    await using run = await sessions.acquire({ sessionFile: file });
    const plain = await openPrompt(run);
    const adopting = await openPrompt(run, { onForeignAppend: 'adopt' });

    // When the first one closes, and the agent of the second appends
    plain.end();
    await plain.outcome;
    appendFileSync(file, '{"by":"agent"}\n');
    adopting.end('reply');

    // Then that is still taken in
    expect(await adopting.outcome).toBe('reply');
  });

  it.each(['prompt', 'maintain'] as const)(
    '[D4] %s() inside a section of its file is refused at once',
    async (method) => {
      const sessions = stage.open();
      await using run = await sessions.acquire({ sessionFile: dir.join('s.jsonl') });
      let isStarted = false;
      const task = (): void => {
        isStarted = true;
      };

      const asked = run.transcript.write(() =>
        method === 'prompt' ? run.prompt(task) : run.maintain(task, { deadlineMs: 1_000 }),
      );

      await expect(asked).rejects.toMatchObject({ code: 'ERR_SESSION_DEADLOCK' });
      expect(isStarted).toBe(false);
    },
  );

  it('[D4] a request inside the prompt of a joined handle knows all runs around it', async () => {
    // Given a run on one file, inside it one on another, inside that one a handle that joined the first
    const sessions = stage.open({ settleMs: 1_000 });
    const [outer, inner] = [dir.join('outer.jsonl'), dir.join('inner.jsonl')];
    const asked = sessions.run({ sessionFile: outer }, () =>
      sessions.run({ sessionFile: inner }, () =>
        sessions.run({ sessionFile: outer, onReentry: 'join' }, (joined) =>
          // When a prompt of that handle asks for the file of the run in the middle
          joined.prompt(() => sessions.run({ sessionFile: inner, waitMs: 5_000 }, () => {})),
        ),
      ),
    );
    asked.catch(() => {});
    await until(() => stage.events.some(({ type }) => type === 'refused' || type === 'queued'));
    await vi.advanceTimersByTimeAsync(5_000);

    // Then it is refused at once: it would wait for itself
    await expect(asked).rejects.toMatchObject({ code: 'ERR_SESSION_DEADLOCK' });
  });
});
