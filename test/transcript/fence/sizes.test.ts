import { readFileSync, truncateSync, utimesSync, writeFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { overwriteByte } from './support/foreign.js';
import { LINE, OWN_APPEND, OWN_REWRITE, OWN_WRITE, OWN_WRITE_SYNC } from './support/own-writes.js';
import { assertNoAlarm, assertTakeover, useScene } from './support/scene.js';
import { playFlappingVolume } from './support/volumes.js';

const MIB = 1_048_576;
const SIZES = [
  { name: 'no file', bytes: undefined },
  { name: 'an empty file', bytes: 0 },
  { name: 'one byte', bytes: 1 },
  { name: 'a byte less than a block', bytes: MIB - 1 },
  { name: 'exactly a block', bytes: MIB },
  { name: 'a byte more than a block', bytes: MIB + 1 },
  { name: 'several blocks', bytes: 3 * MIB + 5 },
  { name: 'exactly one stride', bytes: 4 * MIB },
  { name: 'more than one stride', bytes: 5 * MIB + 7 },
];
const LARGE = SIZES.filter(({ bytes = 0 }) => bytes > MIB);
const OWN = [OWN_APPEND, OWN_REWRITE, OWN_WRITE, OWN_WRITE_SYNC];
const ROWS = SIZES.flatMap((size) => OWN.map((own) => ({ size, own })));

/** Whole lines, so that the last one is never torn. */
function fill(bytes: number | undefined): string | undefined {
  if (bytes === undefined) return undefined;
  return bytes === 0 ? '' : `${'7'.repeat(bytes - 1)}\n`;
}

describe('the fence of files of any size', () => {
  const scene = useScene();

  it.each(ROWS)('[F2] [F4] no alarm: $size.name, $own.name', async ({ size, own }) => {
    // Given a file of that size
    const content = fill(size.bytes);
    const run = await scene.own(content);

    // When the run writes twice, and its times change between
    await own.perform(run, scene.sessions);
    utimesSync(scene.file(), 1, 1);
    await own.perform(run, scene.sessions);

    // Then both writes are in the file, and nothing else
    expect(scene.content()).toBe(`${content ?? ''}${LINE}${LINE}`);
    assertNoAlarm(scene.stage, run);
  });

  it.each(SIZES)('[F6] no alarm where metadata change by themselves: $name', async ({ bytes }) => {
    playFlappingVolume(['ino', 'mtimeMs', 'ctimeMs']);
    const run = await scene.own(fill(bytes));

    await run.transcript.append({ own: 1 });
    await run.transcript.rewrite((current) => `${current.toString()}${LINE}`);
    await run.transcript.append({ own: 1 });

    assertNoAlarm(scene.stage, run);
  });

  it.each(LARGE)('[F7] one byte in the middle is found: $name', async ({ bytes }) => {
    const run = await scene.own(fill(bytes));
    await run.transcript.append({ own: 1 });

    overwriteByte(scene.file());

    await assertTakeover(run, run.transcript.append({ own: 2 }), 'rewritten');
  });

  it.each(LARGE)('[F7] the first byte is found: $name', async ({ bytes }) => {
    const run = await scene.own(fill(bytes));
    await run.transcript.append({ own: 1 });

    writeFileSync(scene.file(), 'x', { flag: 'r+' });

    await assertTakeover(run, run.transcript.append({ own: 2 }), 'rewritten');
  });

  it.each(LARGE)('[F7] the last byte is found: $name', async ({ bytes }) => {
    const run = await scene.own(fill(bytes));
    await run.transcript.append({ own: 1 });

    const content = readFileSync(scene.file());
    content[content.length - 2] = 'x'.charCodeAt(0);
    writeFileSync(scene.file(), content);

    await assertTakeover(run, run.transcript.append({ own: 2 }), 'rewritten');
  });

  it.each(LARGE)('[F7] a cut at the end of a block is found: $name', async ({ bytes }) => {
    const run = await scene.own(fill(bytes));
    await run.transcript.append({ own: 1 });

    truncateSync(scene.file(), MIB);

    await assertTakeover(run, run.transcript.append({ own: 2 }), 'truncated');
  });
});
