import { appendFileSync, truncateSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { FOREIGN_ACTS } from './support/foreign.js';
import { assertTakeover, RECORDS, takeoverOf, useScene } from './support/scene.js';

describe('a foreign change is never laundered', () => {
  const scene = useScene();

  it.each(FOREIGN_ACTS)('[F7] by a guest that finds it first: $name', async (foreign) => {
    // Given a run whose fence has begun, and a stranger
    const run = await scene.own(RECORDS);
    await run.transcript.append({ own: 1 });
    foreign.act(scene.file());

    // When a guest comes to the gate first
    await scene.sessions.write(scene.file(), (t) => t.appendLines('{"guest":1}'));

    // Then the guest goes on with the file as it is, the run is told, and its next use says so
    expect(scene.content()).toMatch(/\{"guest":1\}\n$/);
    expect(run.signal.aborted).toBe(true);
    await assertTakeover(run, run.transcript.append({ own: 2 }), foreign.change);
  });

  it.each(FOREIGN_ACTS)('[F7] by a joined handle and its prompt window: $name', async (foreign) => {
    // Given a run, and a window of a handle that joined it
    const run = await scene.own(RECORDS);
    await run.transcript.append({ own: 1 });
    const request = { sessionFile: scene.file(), onReentry: 'join' as const };
    const joined = await run.within(() => scene.sessions.acquire(request));

    // When a stranger comes before that window opens
    foreign.act(scene.file());
    const prompt = joined.prompt(() => 1, { onForeignAppend: 'adopt' });

    // Then the window does not take it in
    await expect(prompt).rejects.toMatchObject({ why: 'takeover' });
    await assertTakeover(run, run.transcript.read(), foreign.change);
  });

  it.each(FOREIGN_ACTS)('[F7] by the window of maintenance: $name', async (foreign) => {
    const run = await scene.own(RECORDS);
    await run.transcript.append({ own: 1 });

    foreign.act(scene.file());
    const compaction = run.maintain(() => run.transcript.rewrite(() => ''), { deadlineMs: 60_000 });

    await expect(compaction).rejects.toMatchObject({ why: 'takeover' });
    await assertTakeover(run, run.transcript.read(), foreign.change);
  });

  it('[F7] by own writes that follow: all of them are refused', async () => {
    // Given a stranger between two writes
    const run = await scene.own(RECORDS);
    await run.transcript.append({ own: 1 });
    appendFileSync(scene.file(), '{"foreign":1}\n');

    // When the run goes on as if nothing were
    const errors = [
      await takeoverOf(run.transcript.append({ own: 2 })),
      await takeoverOf(run.transcript.rewrite(() => 'mine\n')),
      await takeoverOf(run.transcript.write(() => {})),
      await takeoverOf(run.transcript.append({ own: 3 })),
    ];

    // Then it is told the same each time, and the file is what the stranger left
    expect(new Set(errors).size).toBe(1);
    expect(scene.content()).toBe(`${RECORDS}{"own":1}\n{"foreign":1}\n`);
  });

  it('[F7] by a stranger who takes it back after it was found', async () => {
    // Given a conflict
    const run = await scene.own(RECORDS);
    await run.transcript.read();
    appendFileSync(scene.file(), '{"foreign":1}\n');
    const error = await takeoverOf(run.transcript.read());

    // When the file is as it was again
    truncateSync(scene.file(), RECORDS.length);

    // Then the proof counts all the same
    expect(await takeoverOf(run.transcript.read())).toBe(error);
  });

  it('[F7] by code that catches the conflict and goes on inside its section', async () => {
    // Given a queued write that meets a stranger
    const run = await scene.own(RECORDS);
    await run.transcript.append({ own: 1 });
    const errors: unknown[] = [];
    const note = (error: unknown): void => {
      errors.push(error);
    };

    // When it takes no notice
    await run.transcript.enqueue(async (t) => {
      appendFileSync(scene.file(), '{"foreign":1}\n');
      await t.append({ queued: 1 }).catch(note);
      await t.append({ queued: 2 }).catch(note);
    });

    // Then it is refused again, with the same error
    expect(scene.content()).toBe(`${RECORDS}{"own":1}\n{"foreign":1}\n`);
    const error = await takeoverOf(run.transcript.read());
    expect(errors).toEqual([error, error]);
  });

  it('[F7] by the turn of a queued write: the fence is looked at in its section', async () => {
    const run = await scene.own(RECORDS);
    await run.transcript.append({ own: 1 });

    const queued = run.transcript.enqueue(async (t) => {
      await t.append({ queued: 1 });
      appendFileSync(scene.file(), '{"foreign":1}\n');
      await t.append({ queued: 2 });
    });

    await assertTakeover(run, queued, 'appended');
    expect(scene.content()).not.toContain('"queued":2');
  });
});
