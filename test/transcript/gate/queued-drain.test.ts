import { describe, expect, it, vi } from 'vitest';
import { type Run } from '../../../src/index.js';
import { until } from '../../runs/support/sessions.js';
import { useFakeTime } from '../../support/fake-time.js';
import { createGate } from '../../support/gate.js';
import { useDesk } from './support/desk.js';
import { stateNow } from './support/hold.js';

describe('draining queued writes', () => {
  const desk = useDesk();
  useFakeTime();

  /** A queued write that waits for its gate. */
  const queue = (run: Run, record: unknown): { go: () => void; done: Promise<void> } => {
    const gate = createGate();
    const done = run.transcript.enqueue(async (transcript) => {
      await gate.opened;
      await transcript.append(record);
    });
    return { go: () => gate.open(), done };
  };

  it('[F1] prompt() opens behind all of them', async () => {
    // Given two queued writes, and a prompt
    const run = await desk.open().acquire({ sessionFile: desk.file() });
    const first = queue(run, 1);
    const second = queue(run, 2);
    const task = vi.fn(() => desk.records());
    const window = run.prompt(task);

    // When the first has ended
    first.go();
    await first.done;
    expect(await stateNow(window)).toBe('pending');
    expect(task).not.toHaveBeenCalled();
    second.go();

    // Then the model sees both, and not before
    expect(await window).toEqual([1, 2]);
    await run.release();
  });

  it('[F1] prompt() opens behind those that are queued while it waits', async () => {
    const run = await desk.open().acquire({ sessionFile: desk.file() });
    const first = queue(run, 1);
    const window = run.prompt(() => desk.records());
    const second = queue(run, 2);

    first.go();
    await first.done;
    expect(await stateNow(window)).toBe('pending');
    second.go();

    expect(await window).toEqual([1, 2]);
    await run.release();
  });

  it('[F1] prompt() closes behind those that its task queued', async () => {
    const run = await desk.open().acquire({ sessionFile: desk.file() });
    const write = createGate<{ go: () => void }>();
    const window = run.prompt(() => {
      write.open(queue(run, 'tool'));
      return 'reply';
    });

    const { go } = await write.opened;
    expect(await stateNow(window)).toBe('pending');
    expect(run.phase).toBe('prompting');
    go();

    expect(await window).toBe('reply');
    expect(desk.records()).toEqual(['tool']);
    await run.release();
  });

  it('one that hangs does not keep a window from closing', async () => {
    // Given a task that queued a write which does not end
    const run = await desk.open({ settleMs: 1_000 }).acquire({ sessionFile: desk.file() });
    const write = createGate<{ go: () => void; done: Promise<void> }>();
    const window = run.prompt(() => {
      write.open(queue(run, 'late'));
      return 'reply';
    });
    const { go, done } = await write.opened;
    expect(await stateNow(window)).toBe('pending');

    // When it had its time
    await vi.advanceTimersByTimeAsync(1_001);

    // Then the reply is there, and the write may still come
    expect(await window).toBe('reply');
    go();
    await done;
    await run.release();
    expect(desk.records()).toEqual(['late']);
  });

  it('[O5] the run ends behind all of them, also those queued by others of them', async () => {
    // Given a queued write that leads to another one
    const sessions = desk.open();
    const first = createGate();
    const outcome = sessions.run({ sessionFile: desk.file() }, (run) => {
      void run.transcript.enqueue(async (transcript) => {
        await first.opened;
        void run.transcript.enqueue((inner) => inner.append('inner'));
        await transcript.append('outer');
      });
    });
    await until(() => sessions.inspect().held[0]?.phase === 'finishing');

    // When it goes on
    first.open();
    await outcome;

    // Then both are there
    expect(desk.records()).toEqual(['inner', 'outer']);
    expect(sessions.inspect().counters.ends.completed).toBe(1);
  });

  it('[F12] those that have not begun when the turn is taken never begin', async () => {
    // Given a write that hangs, and one behind it
    const sessions = desk.open({ settleMs: 1_000 });
    const run = await sessions.acquire({ sessionFile: desk.file() });
    const hanging = queue(run, 'hanging');
    const began = vi.fn();
    const behind = run.transcript.enqueue(began);
    const release = run.release();

    // When the time to settle has passed
    await vi.advanceTimersByTimeAsync(1_002);
    await release;
    hanging.go();

    // Then neither touches the file
    const revoked = { code: 'ERR_SESSION_RUN_REVOKED' };
    await expect(hanging.done).rejects.toMatchObject(revoked);
    await expect(behind).rejects.toMatchObject(revoked);
    expect(began).not.toHaveBeenCalled();
    expect(desk.records()).toEqual([]);
  });
});
