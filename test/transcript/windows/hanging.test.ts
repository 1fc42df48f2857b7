import { describe, expect, it, vi } from 'vitest';
import { createGate } from '../../support/gate.js';
import { useFakeTime } from '../../support/fake-time.js';
import { useTempDir } from '../../support/temp-dir.js';
import type { Coordinator, Run } from '../../../src/index.js';
import { until } from '../../runs/support/sessions.js';
import { useStage } from '../../ownership/support/stage.js';
import { settled, stateOf } from '../../ownership/support/steps.js';
import { openPrompt } from './support/windows.js';

/** Work at the gate that does not end by itself; it answers with a way to end it. */
type Hang = (sessions: Coordinator, run: Run, file: string) => Promise<() => Promise<unknown>>;

const HANGS: Readonly<Record<string, Hang>> = {
  'a queued write': async (_, run) => {
    const gate = createGate();
    const writing = run.transcript.enqueue(() => gate.opened);
    writing.catch(() => {});
    await settled();
    return async () => {
      gate.open();
      await Promise.allSettled([writing]);
    };
  },
  'a guest': async (sessions, _, file) => {
    const gate = createGate();
    const started = createGate();
    const writing = sessions.write(file, async () => {
      started.open();
      await gate.opened;
    });
    writing.catch(() => {});
    await until(() => started.isOpen);
    return async () => {
      gate.open();
      await Promise.allSettled([writing]);
    };
  },
};

describe('what hangs at the gate', () => {
  useFakeTime();
  const dir = useTempDir();
  const stage = useStage();

  it.each(Object.entries(HANGS))(
    '[F2] keeps a window from opening for settleMs at most: %s',
    async (_, hang) => {
      // Given a run whose gate somebody holds for ever
      const sessions = stage.open({ settleMs: 1_000 });
      const file = dir.join('s.jsonl');
      const run = await sessions.acquire({ sessionFile: file });
      const letGo = await hang(sessions, run, file);

      // When a window is to open
      const prompted = run.prompt(() => 'reply');
      prompted.catch(() => {});
      await vi.advanceTimersByTimeAsync(1_010);

      // Then it does, after that time
      expect(await stateOf(prompted)).not.toBe('pending');
      await letGo();
      await run.release();
    },
  );

  it.each(Object.entries(HANGS))(
    '[F14] keeps a reply back for settleMs at most when the window closes: %s',
    async (_, hang) => {
      // Given a window of a run whose gate somebody holds for ever
      const sessions = stage.open({ settleMs: 1_000 });
      const file = dir.join('s.jsonl');
      const run = await sessions.acquire({ sessionFile: file });
      const window = await openPrompt(run);
      const letGo = await hang(sessions, run, file);

      // When the task answers
      window.end('reply');
      await vi.advanceTimersByTimeAsync(990);
      expect(await stateOf(window.outcome)).toBe('pending');
      expect(run.phase).toBe('prompting');
      await vi.advanceTimersByTimeAsync(20);

      // Then the reply comes
      expect(await stateOf(window.outcome)).toEqual({ value: 'reply' });
      expect(run.phase).toBe('active');
      expect(run.signal.aborted).toBe(false);
      await letGo();
      await run.release();
    },
  );

  it('[F2] a window that could not look at the fence does not open, and says what it waited for', async () => {
    // Given a queued write that hangs
    const sessions = stage.open({ settleMs: 1_000 });
    const run = await sessions.acquire({ sessionFile: dir.join('s.jsonl'), runId: 'run' });
    const gate = createGate();
    const writing = run.transcript.enqueue(() => gate.opened);
    let isStarted = false;

    // When a window is to open
    const prompted = run.prompt(() => {
      isStarted = true;
    });
    prompted.catch(() => {});
    await vi.advanceTimersByTimeAsync(1_010);

    // Then it is refused, nothing was started, and nothing stays at the gate
    await expect(prompted).rejects.toMatchObject({
      code: 'ERR_SESSION_WAIT_TIMEOUT',
      holder: { runId: 'run' },
    });
    await expect(prompted).rejects.toThrow(/look at the fence/);
    expect(isStarted).toBe(false);
    expect(run.phase).toBe('active');
    gate.open();
    await writing;
    await run.release();
    expect(run.end).toBe('released');
  });

  it('an error of the task is kept back for settleMs at most', async () => {
    const sessions = stage.open({ settleMs: 1_000 });
    const run = await sessions.acquire({ sessionFile: dir.join('s.jsonl') });
    const window = await openPrompt(run);
    const gate = createGate();
    const writing = run.transcript.enqueue(() => gate.opened);
    const error = new Error('the model is down');

    window.fail(error);
    await vi.advanceTimersByTimeAsync(1_010);

    expect(await stateOf(window.outcome)).toEqual({ error });
    gate.open();
    await writing;
    await run.release();
  });

  it('a wrapped write of the run itself that hangs does not keep a reply back', async () => {
    const sessions = stage.open({ settleMs: 1_000 });
    const run = await sessions.acquire({ sessionFile: dir.join('s.jsonl') });
    const window = await openPrompt(run);
    const gate = createGate();
    const writing = run.transcript.write(() => gate.opened);

    window.end('reply');
    await vi.advanceTimersByTimeAsync(1_010);

    expect(await stateOf(window.outcome)).toEqual({ value: 'reply' });
    gate.open();
    await writing;
    await run.release();
  });

  it('the look that came too late for its window still guards the next use', async () => {
    // Given a window that closed although a queued write hung
    const sessions = stage.open({ settleMs: 1_000 });
    const file = dir.join('s.jsonl');
    const run = await sessions.acquire({ sessionFile: file });
    const window = await openPrompt(run);
    const gate = createGate();
    const writing = run.transcript.enqueue(() => gate.opened);
    window.end('reply');
    await vi.advanceTimersByTimeAsync(1_010);
    await window.outcome;

    // When it ends at last
    gate.open();
    await writing;

    // Then the run works on as before
    await run.transcript.append({ line: 1 });
    expect(await run.prompt(() => 'next')).toBe('next');
    await run.release();
    expect(run.end).toBe('released');
  });

  it('a look that fails does not cost the reply: it is logged', async () => {
    const sessions = stage.open({ settleMs: 1_000 });
    const file = dir.join('s.jsonl');
    const run = await sessions.acquire({ sessionFile: file });
    const window = await openPrompt(run);
    const { disk } = await import('../../../src/transcript/disk.js');
    const broken = Object.assign(new Error('EIO: broken'), { code: 'EIO' });
    const stat = vi.spyOn(disk, 'stat').mockImplementation(() => {
      throw broken;
    });

    window.end('reply');
    expect(await window.outcome).toBe('reply');
    stat.mockRestore();

    expect(stage.lines).toMatchObject([
      { level: 'warn', message: 'the fence could not be looked at behind a prompt' },
    ]);
    expect(run.signal.aborted).toBe(false);
    await run.release();
  });

  it('a look that fails when the window is to open is told, and nothing is started', async () => {
    const sessions = stage.open();
    const run = await sessions.acquire({ sessionFile: dir.join('s.jsonl') });
    const { disk } = await import('../../../src/transcript/disk.js');
    const open = vi.spyOn(disk, 'open').mockImplementation(() => {
      throw Object.assign(new Error('EIO: broken'), { code: 'EIO' });
    });
    let isStarted = false;

    const prompted = run.prompt(() => {
      isStarted = true;
    });

    await expect(prompted).rejects.toMatchObject({ code: 'ERR_SESSION_IO', systemCode: 'EIO' });
    open.mockRestore();
    expect(isStarted).toBe(false);
    expect(run.phase).toBe('active');
    await run.release();
  });
});
