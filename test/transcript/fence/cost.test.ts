import { utimesSync, writeFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import type { Run } from '../../../src/index.js';
import { assertNoAlarm, RECORDS, takeoverOf, useScene } from './support/scene.js';
import { countDisk, playFineVolume } from './support/volumes.js';

/** Every gate that finds an unchanged file, and what it asks of the disk. */
const GATES: readonly { name: string; use(run: Run): unknown; asks: object }[] = [
  { name: 'a prompt window, twice', use: (run) => run.prompt(() => 1), asks: { stat: 2 } },
  { name: 'dropTornTail', use: (run) => run.transcript.dropTornTail(), asks: { stat: 1 } },
  {
    name: 'append, which looks at what it has opened, and looks back',
    use: (run) => run.transcript.append({ own: 2 }),
    asks: { open: 1, fstat: 2, write: 1, close: 1 },
  },
];

describe('what the fence costs where time stamps are fine', () => {
  const scene = useScene();

  it.each(GATES)('one stat for a file that nobody has changed: $name', async ({ use, asks }) => {
    // Given a volume that was tried, and a run that knows its file
    playFineVolume();
    const run = await scene.own(RECORDS);
    await run.transcript.append({ own: 1 });

    // When it comes to its gate
    const calls = countDisk();
    await use(run);

    // Then
    expect(calls()).toEqual(asks);
    assertNoAlarm(scene.stage, run);
  });

  it('a changed look costs one reading, then one stat again', async () => {
    playFineVolume();
    const run = await scene.own(RECORDS);
    await run.transcript.append({ own: 1 });
    utimesSync(scene.file(), 1, 1);

    const calls = countDisk();
    await run.transcript.dropTornTail();
    expect(calls().read).toBe(1);
    await run.transcript.dropTornTail();

    expect(calls().read).toBe(1);
  });

  it('a file that differs at its beginning is not read to its end', async () => {
    playFineVolume();
    const run = await scene.own(`${'7'.repeat(3_500_000)}\n`);
    await run.transcript.append({ own: 1 });
    writeFileSync(scene.file(), 'x', { flag: 'r+' });

    const calls = countDisk();
    await takeoverOf(run.transcript.dropTornTail());

    expect(calls().read).toBe(1);
  });

  it('the next run of a file in use need not read it again', async () => {
    // Given a run that knows its file, and one that waits behind it
    playFineVolume();
    const run = await scene.own(RECORDS);
    await run.transcript.append({ own: 1 });
    const next = scene.ownAgain();
    await expect.poll(() => scene.sessions.inspect().waiting.length).toBe(1);
    await run.release();
    const successor = await next;

    // When that one appends
    const calls = countDisk();
    await successor.transcript.append({ own: 2 });

    // Then nothing is read
    expect(calls().read).toBeUndefined();
  });
});
