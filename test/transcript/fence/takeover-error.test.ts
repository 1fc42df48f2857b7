import { appendFileSync, rmSync, statSync } from 'node:fs';
import { describe, expect, it, vi } from 'vitest';
import { SessionError } from '../../../src/index.js';
import { FOREIGN_LINE, renameOver } from './support/foreign.js';
import { RECORDS, takeoverOf, useScene } from './support/scene.js';
import { meddle, playFineVolume } from './support/volumes.js';

describe('TakeoverError', () => {
  const scene = useScene();

  it('[F15] [V2] tells what was expected, what is there, and what of this run is in it', async () => {
    // Given a run that has written twice
    const run = await scene.own(RECORDS, {}, { runId: 'writer' });
    await run.transcript.append({ own: 1 });
    await run.transcript.append({ own: 2 }, { own: 3 });
    const { ino, mtimeMs } = statSync(scene.file());

    // When a stranger appends
    appendFileSync(scene.file(), FOREIGN_LINE);
    const error = await takeoverOf(run.transcript.read());

    // Then
    const sizeBytes = RECORDS.length + 30;
    const known = { exists: true, inode: ino };
    expect(error).toMatchObject({
      code: 'ERR_SESSION_TAKEOVER',
      name: 'TakeoverError',
      sessionFile: scene.file(),
      runId: 'writer',
      change: 'appended',
      by: 'unknown',
      expected: { ...known, sizeBytes, modifiedAtMs: Math.round(mtimeMs) },
      seen: { ...known, sizeBytes: sizeBytes + FOREIGN_LINE.length },
      writes: { count: 2, bytes: 30, endBytes: sizeBytes },
      startBytes: RECORDS.length,
      retry: 'wait',
    });
    expect(SessionError.is(error)).toBe(true);
    expect(error.message).toContain(scene.file());
    expect(error.userMessage).not.toContain(scene.file());
  });

  it('[F15] says that nothing of the run is in the file where it wrote nothing', async () => {
    const run = await scene.own(RECORDS);
    await run.transcript.read();

    rmSync(scene.file());
    const error = await takeoverOf(run.transcript.append({ own: 1 }));

    expect(error.writes).toEqual({ count: 0, bytes: 0, endBytes: RECORDS.length });
    expect(error.seen).toEqual({ exists: false, sizeBytes: 0 });
    expect(error.message).toContain('nothing of this run');
  });

  it('[V2] names both inodes where the file was replaced', async () => {
    const run = await scene.own(RECORDS);
    await run.transcript.append({ own: 1 });
    const expected = statSync(scene.file()).ino;

    renameOver(scene.file(), '{}\n');
    const error = await takeoverOf(run.transcript.append({ own: 2 }));

    expect(error.expected.inode).toBe(expected);
    expect(error.seen.inode).toBe(statSync(scene.file()).ino);
    expect(error.seen.inode).not.toBe(expected);
  });

  it('[V6] has one event id with the signal, the events and the end of its run', async () => {
    // Given a conflict
    const run = await scene.own(RECORDS, {}, { runId: 'writer' });
    await run.transcript.append({ own: 1 });
    appendFileSync(scene.file(), FOREIGN_LINE);
    const error = await takeoverOf(run.transcript.append({ own: 2 }));

    // When the run ends
    await run.release();

    // Then all that tells of it bears one id
    const told = scene.stage.events.filter(({ eventId }) => eventId === error.eventId);
    expect(told.map(({ type }) => type)).toEqual(['takeover', 'signalled', 'ended']);
    expect(run.signal.reason).toMatchObject({ eventId: error.eventId, cause: error });
    expect(told[0]).toMatchObject({
      change: 'appended',
      by: 'unknown',
      expectedBytes: RECORDS.length + 10,
      seenBytes: RECORDS.length + 10 + FOREIGN_LINE.length,
    });
  });

  it('[F10] the signal fires once, however often the gate is used', async () => {
    const run = await scene.own(RECORDS);
    await run.transcript.append({ own: 1 });
    const onAbort = vi.fn();
    run.signal.addEventListener('abort', onAbort);
    appendFileSync(scene.file(), FOREIGN_LINE);

    const errors = [
      await takeoverOf(run.transcript.append({ own: 2 })),
      await takeoverOf(run.transcript.read()),
      await takeoverOf(run.transcript.enqueue(() => {})),
      await takeoverOf(run.transcript.rotate(scene.file('next'))),
      await takeoverOf(run.transcript.dropTornTail()),
      await takeoverOf(run.transcript.write(() => {})),
    ];

    expect(new Set(errors).size).toBe(1);
    expect(() => run.transcript.writeSync(() => 1)).toThrow(errors[0]);
    expect(onAbort).toHaveBeenCalledOnce();
    expect(scene.stage.told().filter((line) => line.startsWith('takeover'))).toHaveLength(1);
  });

  it('[F10] reaches those who wait at the gate, too', async () => {
    // Given appends behind a section that is open, and a stranger right after its end
    playFineVolume();
    const run = await scene.own(RECORDS);
    await run.transcript.append({ own: 0 });
    const section = run.transcript.write((file) => {
      appendFileSync(file, '{"own":1}\n');
      meddle({ call: 'close', when: 'after', nth: 1 }, () => {
        appendFileSync(file, FOREIGN_LINE);
      });
    });
    const waiting = [run.transcript.append({ own: 2 }), run.transcript.append({ own: 3 })];

    // When the section ends
    const outcomes = await Promise.allSettled(waiting);
    await section;

    // Then the first of them finds it, and the other is told the same
    const error = await takeoverOf(run.transcript.read());
    expect(outcomes.map((outcome) => outcome.status === 'rejected' && outcome.reason)).toEqual([
      error,
      error,
    ]);
    expect(scene.content()).toBe(`${RECORDS}{"own":0}\n{"own":1}\n${FOREIGN_LINE}`);
  });
});
