import { describe, expect, it, vi } from 'vitest';
import type { Coordinator, CoordinatorOptions, Run } from '../../../src/index.js';
import { useFakeTime } from '../../support/fake-time.js';
import { useTempDir } from '../../support/temp-dir.js';
import { useStage } from '../../ownership/support/stage.js';
import { openPrompt } from './support/windows.js';

const OPTIONS = { stuckAfterMs: 5_000, settleMs: 1_000 };

describe('silence in a prompt window', () => {
  useFakeTime();
  const dir = useTempDir();
  const stage = useStage();

  async function begin(options: CoordinatorOptions = OPTIONS): Promise<[Run, Coordinator]> {
    const sessions = stage.open(options);
    return [await sessions.acquire({ sessionFile: dir.join('s.jsonl') }), sessions];
  }

  it('[S7] is judged like any other: a model that says nothing is stuck', async () => {
    const [run] = await begin();
    await vi.advanceTimersByTimeAsync(3_000);
    const window = await openPrompt(run);

    await vi.advanceTimersByTimeAsync(4_999);
    expect(run.signal.aborted).toBe(false);
    await vi.advanceTimersByTimeAsync(1);

    expect(window.signal.reason).toMatchObject({ why: 'stuck' });
    window.end();
    await run.release();
    expect(run.end).toBe('stuck');
  });

  it('[S3] ends with progress() of its task', async () => {
    const [run] = await begin();
    const window = await openPrompt(run);

    await vi.advanceTimersByTimeAsync(4_000);
    run.progress('token');
    await vi.advanceTimersByTimeAsync(4_000);

    expect(run.signal.aborted).toBe(false);
    window.end();
    await window.outcome;
    await run.release();
  });

  it.each<readonly [string, (run: Run) => unknown]>([
    ['append()', (run) => run.transcript.append({ tool: 1 })],
    ['read()', (run) => run.transcript.read()],
    ['write()', (run) => run.transcript.write(() => {})],
    ['writeSync()', (run) => run.transcript.writeSync(() => {})],
    ['enqueue()', (run) => run.transcript.enqueue(() => {})],
    ['rewrite()', (run) => run.transcript.rewrite((current) => current)],
  ])('[S3] ends with a section: %s', async (_, section) => {
    const [run] = await begin();
    const window = await openPrompt(run);
    await vi.advanceTimersByTimeAsync(4_000);

    await section(run);
    await vi.advanceTimersByTimeAsync(4_000);

    expect(run.signal.aborted).toBe(false);
    window.end();
    await window.outcome;
    await run.release();
  });

  it('ends when a window opens, and when it closes', async () => {
    const [run] = await begin();
    await vi.advanceTimersByTimeAsync(4_000);
    const window = await openPrompt(run);
    const openedAtMs = Date.now();
    expect(run.progressAtMs).toBe(openedAtMs);

    await vi.advanceTimersByTimeAsync(4_000);
    window.end();
    await window.outcome;
    expect(run.progressAtMs).toBe(openedAtMs + 4_000);

    await vi.advanceTimersByTimeAsync(4_999);
    expect(run.signal.aborted).toBe(false);
    await run.release();
  });

  it('ends when a window opens whose marker has no fence to look at', async () => {
    const sessions = stage.open(OPTIONS);
    const run = await sessions.acquire({ sessionFile: 'memory:a' });
    await vi.advanceTimersByTimeAsync(4_000);

    const window = await openPrompt(run);
    expect(run.progressAtMs).toBe(Date.now());
    await vi.advanceTimersByTimeAsync(4_000);
    window.end();
    await window.outcome;

    expect(run.progressAtMs).toBe(Date.now());
    await run.release();
  });

  it('is not ended by what a guest writes', async () => {
    // Given a window that says nothing while a guest does
    const [run, sessions] = await begin();
    const window = await openPrompt(run);
    await vi.advanceTimersByTimeAsync(4_000);

    await sessions.write(dir.join('s.jsonl'), (transcript) => transcript.append({ by: 'guest' }));
    await vi.advanceTimersByTimeAsync(1_000);

    expect(run.signal.reason).toMatchObject({ why: 'stuck' });
    window.end();
    await run.release();
  });

  it('[T6] that is declared longer than stuckAfterMs is no sign of being stuck', async () => {
    const [run] = await begin();
    const window = await openPrompt(run, { silentMs: 60_000 });

    await vi.advanceTimersByTimeAsync(59_999);
    expect(run.signal.aborted).toBe(false);
    await vi.advanceTimersByTimeAsync(1);

    expect(run.signal.reason).toMatchObject({ why: 'stuck' });
    window.end();
    await run.release();
  });

  it('[T6] that is declared shorter than stuckAfterMs shortens nothing', async () => {
    const [run] = await begin();
    const window = await openPrompt(run, { silentMs: 100 });

    await vi.advanceTimersByTimeAsync(4_999);

    expect(run.signal.aborted).toBe(false);
    window.end();
    await window.outcome;
    await run.release();
  });

  it('[T6] has no limit where stuckAfterMs is false, whatever was declared', async () => {
    const [run] = await begin({ ...OPTIONS, stuckAfterMs: false });
    const window = await openPrompt(run, { silentMs: 100 });

    await vi.advanceTimersByTimeAsync(10_000_000);

    expect(run.signal.aborted).toBe(false);
    window.end();
    await window.outcome;
    await run.release();
  });

  it('[T6] may be declared without limit', async () => {
    const [run] = await begin();
    const window = await openPrompt(run, { silentMs: Infinity });

    await vi.advanceTimersByTimeAsync(10_000_000);

    expect(run.signal.aborted).toBe(false);
    window.end();
    await window.outcome;
    await run.release();
  });

  it('[T6] is back at the normal limit once the window that declared more has closed', async () => {
    const [run] = await begin();
    const window = await openPrompt(run, { silentMs: 60_000 });
    await vi.advanceTimersByTimeAsync(30_000);
    window.end();
    await window.outcome;

    await vi.advanceTimersByTimeAsync(4_999);
    expect(run.signal.aborted).toBe(false);
    await vi.advanceTimersByTimeAsync(1);

    expect(run.signal.reason).toMatchObject({ why: 'stuck' });
    await run.release();
  });

  it('[T6] follows the longest declaration among the windows that are open', async () => {
    const [run] = await begin();
    const long = await openPrompt(run, { silentMs: 60_000 });
    const short = await openPrompt(run, { silentMs: 10_000 });

    await vi.advanceTimersByTimeAsync(59_000);
    expect(run.signal.aborted).toBe(false);
    long.end();
    await long.outcome;
    await vi.advanceTimersByTimeAsync(9_999);
    expect(run.signal.aborted).toBe(false);
    await vi.advanceTimersByTimeAsync(1);

    expect(run.signal.reason).toMatchObject({ why: 'stuck' });
    short.end();
    await run.release();
  });

  it('that was declared does not move maxHoldMs', async () => {
    const [run] = await begin({ ...OPTIONS, maxHoldMs: 8_000 });
    const window = await openPrompt(run, { silentMs: 60_000 });

    await vi.advanceTimersByTimeAsync(7_999);
    expect(run.signal.aborted).toBe(false);
    await vi.advanceTimersByTimeAsync(1);

    expect(run.signal.reason).toMatchObject({ why: 'max-hold' });
    window.end();
    await run.release();
  });
});
