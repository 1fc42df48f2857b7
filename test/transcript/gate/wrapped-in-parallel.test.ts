import { appendFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { createGate } from '../../support/gate.js';
import { useDesk } from './support/desk.js';

describe('wrapped writes beside each other in one section', () => {
  const desk = useDesk();

  it('[F1][F2] the later one is still ours when the earlier one has ended', async () => {
    // Given two wrapped writes in one queued write
    const run = await desk.open().acquire({ sessionFile: desk.file() });
    const [first, second] = [createGate(), createGate()];
    const queued = run.transcript.enqueue(async (transcript) => {
      const early = run.transcript.write(async (path) => {
        await first.opened;
        appendFileSync(path, '1\n');
      });
      const late = run.transcript.write(async (path) => {
        await second.opened;
        appendFileSync(path, '2\n');
      });
      // When the second writes by itself after the first has ended
      first.open();
      await early;
      second.open();
      await late;
      await transcript.append(3);
    });

    // Then nobody is taken for a stranger, and both count as the run's
    await queued;
    expect(run.signal.aborted).toBe(false);
    expect(desk.records()).toEqual([1, 2, 3]);
    expect(run.transcript.writes).toMatchObject({ endBytes: 6, bytes: 6 });
    await run.release();
  });

  it('[F15] what goes through the gate inside a wrapped write is counted once', async () => {
    const run = await desk.open().acquire({ sessionFile: desk.file() });

    await run.transcript.write(() => run.transcript.append('inside'));
    expect(run.transcript.writes).toEqual({ count: 1, bytes: 9, endBytes: 9 });
    await run.transcript.write(async (path) => {
      await run.transcript.append('inside');
      appendFileSync(path, '1\n');
    });

    expect(run.transcript.writes).toEqual({ count: 3, bytes: 20, endBytes: 20 });
    await run.release();
  });

  it('[F7] what a stranger appends after both have ended is found', async () => {
    // Given a queued write in which two wrapped writes have ended
    const run = await desk.open().acquire({ sessionFile: desk.file() });
    const write = (line: string) => (path: string) => {
      appendFileSync(path, line);
    };
    const queued = run.transcript.enqueue(async (transcript) => {
      await Promise.all([run.transcript.write(write('1\n')), run.transcript.write(write('2\n'))]);
      // When a stranger appends before its next write
      appendFileSync(desk.file(), '"foreign"\n');
      await transcript.append(3);
    });

    // Then that one is refused
    await expect(queued).rejects.toMatchObject({ code: 'ERR_SESSION_TAKEOVER' });
    await run.release();
  });
});
