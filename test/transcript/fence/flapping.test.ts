import { appendFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { overwriteByte } from './support/foreign.js';
import { OWN_WRITES } from './support/own-writes.js';
import { assertNoAlarm, RECORDS, takeoverOf, useScene } from './support/scene.js';
import { type Flapping, playFlappingVolume } from './support/volumes.js';

const EACH: readonly Flapping[][] = [
  ['ino'],
  ['mtimeMs'],
  ['ctimeMs'],
  ['mtimeMs', 'ctimeMs'],
  ['ino', 'mtimeMs', 'ctimeMs'],
];
const WRITES = EACH.flatMap((fields) => OWN_WRITES.map((write) => ({ fields, write })));

describe('the fence on a drive that changes metadata by itself', () => {
  const scene = useScene();

  it.each(WRITES)('[F6] no alarm: $fields change at every look, $write.name', async (row) => {
    // Given a run on such a drive
    playFlappingVolume(row.fields);
    const run = await scene.own(RECORDS);
    await run.transcript.append({ first: 1 });

    // When it writes in this way, and goes on
    await row.write.perform(run, scene.sessions);
    await run.transcript.append({ last: 1 });

    // Then the file is what it wrote
    expect((await run.transcript.read()).toString()).toBe(scene.content());
    expect(scene.content()).toMatch(/\{"last":1\}\n$/);
    assertNoAlarm(scene.stage, run);
  });

  it.each(EACH.map((fields) => ({ fields })))(
    '[F6] no alarm over many gates: $fields change at every look',
    async ({ fields }) => {
      playFlappingVolume(fields);
      const run = await scene.own();

      await run.prompt(async () => {
        await Promise.all(
          Array.from({ length: 20 }, (_, index) => run.transcript.append({ index })),
        );
      });

      expect(scene.content().trimEnd().split('\n')).toHaveLength(20);
      assertNoAlarm(scene.stage, run);
    },
  );

  it('[F7] a foreign append is still found there', async () => {
    playFlappingVolume(['ino', 'mtimeMs', 'ctimeMs']);
    const run = await scene.own(RECORDS);
    await run.transcript.append({ first: 1 });

    appendFileSync(scene.file(), '{"foreign":1}\n');

    expect((await takeoverOf(run.transcript.append({ second: 1 }))).change).toBe('appended');
  });

  it('[F7] so is one byte that was overwritten', async () => {
    playFlappingVolume(['mtimeMs', 'ctimeMs']);
    const run = await scene.own(RECORDS);
    await run.transcript.append({ first: 1 });

    overwriteByte(scene.file());

    expect((await takeoverOf(run.transcript.append({ second: 1 }))).change).toBe('rewritten');
  });
});
