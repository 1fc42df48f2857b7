import { readFileSync, writeFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import type { RunRecord } from '../../../src/ownership/run/run-record.js';
import { recordOf } from '../../../src/runs/run-handle.js';
import { createGate } from '../../support/gate.js';
import { useTempDir } from '../../support/temp-dir.js';
import { useStage } from '../../ownership/support/stage.js';
import { settled } from '../../ownership/support/steps.js';
import { openPrompt, writeAsStranger } from './support/windows.js';

describe('prompt()', () => {
  const dir = useTempDir();
  const stage = useStage();

  it('resolves as its task does', async () => {
    const sessions = stage.open();
    await using run = await sessions.acquire({ sessionFile: dir.join('s.jsonl') });

    expect(await run.prompt(() => 'now')).toBe('now');
    expect(await run.prompt(() => Promise.resolve('later'))).toBe('later');
  });

  it('rejects as its task does', async () => {
    const sessions = stage.open();
    await using run = await sessions.acquire({ sessionFile: dir.join('s.jsonl') });
    const error = new Error('the model is down');

    const prompted = run.prompt(() => {
      throw error;
    });

    await expect(prompted).rejects.toBe(error);
    expect(run.phase).toBe('active');
  });

  it('gives its task the signal of the run', async () => {
    const sessions = stage.open();
    await using run = await sessions.acquire({ sessionFile: dir.join('s.jsonl') });

    const given = await run.prompt((signal) => signal);

    expect(given).toBe(run.signal);
  });

  it('runs its task in the context of the run, wherever it is called from', async () => {
    // Given a run that was acquired: the code behind it is not in its context
    const sessions = stage.open();
    const request = { sessionFile: dir.join('s.jsonl') };
    await using run = await sessions.acquire(request);

    // When the task asks for the same file
    const asked = run.prompt(() => sessions.run(request, () => undefined));

    // Then it is known to be inside
    await expect(asked).rejects.toMatchObject({ code: 'ERR_SESSION_DEADLOCK' });
  });

  it('[F2] begins after the writes that were queued before it, and those queued while it waited', async () => {
    // Given a queued write that is under way
    const sessions = stage.open();
    const file = dir.join('s.jsonl');
    await using run = await sessions.acquire({ sessionFile: file });
    const gate = createGate();
    const first = run.transcript.enqueue(async (transcript) => {
      await gate.opened;
      await transcript.append({ line: 1 });
    });

    // When a prompt window is to open, and another write is queued meanwhile
    const seen = run.prompt(() => readFileSync(file, 'utf8'));
    const second = run.transcript.enqueue((transcript) => transcript.append({ line: 2 }));
    await settled();
    expect(run.phase).toBe('active');
    gate.open();

    // Then its task finds both in the file
    expect(await seen).toBe('{"line":1}\n{"line":2}\n');
    await Promise.all([first, second]);
  });

  it('settles after the writes that its task queued', async () => {
    const sessions = stage.open();
    const file = dir.join('s.jsonl');
    await using run = await sessions.acquire({ sessionFile: file });
    const gate = createGate();

    // When a task answers while its write is still under way
    const prompted = run.prompt(() => {
      void run.transcript.enqueue(async (transcript) => {
        await gate.opened;
        await transcript.append({ tool: 'result' });
      });
      return 'reply';
    });
    await settled();
    expect(run.phase).toBe('prompting');
    gate.open();

    // Then the reply comes when it is in the file
    expect(await prompted).toBe('reply');
    expect(readFileSync(file, 'utf8')).toBe('{"tool":"result"}\n');
  });

  it('[F1] lets guests write while it is open, and reports what they wrote', async () => {
    // Given a window that is open
    const sessions = stage.open();
    const file = dir.join('s.jsonl');
    await using run = await sessions.acquire({ sessionFile: file });
    await run.transcript.append({ by: 'run' });
    const window = await openPrompt(run);

    // When a guest writes
    await sessions.write(file, (transcript) => transcript.append({ by: 'mirror' }), {
      label: 'mirror',
    });
    window.end('reply');

    // Then nobody is disturbed, and the owner can tell the bytes from its own
    expect(await window.outcome).toBe('reply');
    expect(run.transcript.takeGuestWrites()).toEqual([
      { label: 'mirror', offsetBytes: 13, lengthBytes: 16 },
    ]);
    expect(run.transcript.takeGuestWrites()).toEqual([]);
  });

  it('adopts what strangers append while it is open, where it says so', async () => {
    // Given a window for an agent that appends by itself
    const sessions = stage.open();
    const file = dir.join('s.jsonl');
    await using run = await sessions.acquire({ sessionFile: file });
    const window = await openPrompt(run, { onForeignAppend: 'adopt' });

    // When it does
    writeAsStranger(file, '{"by":"agent"}\n');
    window.end('reply');

    // Then the bytes are taken in and reported
    expect(await window.outcome).toBe('reply');
    expect(run.transcript.takeGuestWrites()).toEqual([{ offsetBytes: 0, lengthBytes: 15 }]);
  });

  it('[F7] adopts nothing any more once it is closed', async () => {
    const sessions = stage.open();
    const file = dir.join('s.jsonl');
    await using run = await sessions.acquire({ sessionFile: file });
    await run.prompt(() => undefined, { onForeignAppend: 'adopt' });

    writeAsStranger(file);

    await expect(run.transcript.append({ by: 'run' })).rejects.toMatchObject({
      code: 'ERR_SESSION_TAKEOVER',
      change: 'appended',
    });
  });

  it('adopts no change but what is appended', async () => {
    const sessions = stage.open();
    const file = dir.join('s.jsonl');
    await using run = await sessions.acquire({ sessionFile: file });
    await run.transcript.append({ line: 1 });
    const window = await openPrompt(run, { onForeignAppend: 'adopt' });

    writeFileSync(file, '{"line":2}\n');
    window.end('reply');

    await expect(window.outcome).rejects.toMatchObject({
      why: 'takeover',
      cause: { change: 'rewritten' },
    });
  });

  it('of a marker has a window without a fence', async () => {
    const sessions = stage.open();
    await using run = await sessions.acquire({ sessionFile: 'memory:a' });

    expect(await run.prompt(() => run.phase)).toBe('prompting');
  });

  it('[A7] leaves nothing behind at its run, however it ends', async () => {
    const sessions = stage.open();
    await using run = await sessions.acquire({ sessionFile: dir.join('s.jsonl') });

    await run.prompt(() => 'reply');
    await run.prompt(() => Promise.reject(new Error('no'))).catch(() => {});
    await run.maintain(() => 'done', { deadlineMs: 1_000 });

    const { endListeners, windows } = recordOf(run) as RunRecord;
    expect([endListeners?.size, windows?.size]).toEqual([0, 0]);
  });
});
