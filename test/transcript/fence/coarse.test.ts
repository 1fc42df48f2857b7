import { utimesSync } from 'node:fs';
import { describe, expect, it, vi } from 'vitest';
import { disk } from '../../../src/transcript/disk.js';
import { standStill } from '../../ownership/support/steps.js';
import { useFakeTime } from '../../support/fake-time.js';
import { overwriteByte, renameOver } from './support/foreign.js';
import { OWN_APPEND, OWN_REWRITE, OWN_WRITE, OWN_WRITE_SYNC } from './support/own-writes.js';
import { assertNoAlarm, assertTakeover, RECORDS, useScene } from './support/scene.js';
import { countDisk, meddle, playCoarseVolume } from './support/volumes.js';

const OWN = [OWN_APPEND, OWN_REWRITE, OWN_WRITE, OWN_WRITE_SYNC];
/** All of a test lies in one tick of the last kind: nothing ever differs in time. */
const TICKS_MS = [10, 2_000, 60_000];
const ROWS = TICKS_MS.flatMap((tickMs) => OWN.map((own) => ({ tickMs, own })));

describe('the fence on a volume that counts time in ticks', () => {
  const scene = useScene();

  it.each(ROWS)('[F7] finds the same size in the same tick: $tickMs ms, $own.name', async (row) => {
    // Given a run that has just written
    playCoarseVolume(row.tickMs);
    const run = await scene.own(RECORDS);
    await row.own.perform(run, scene.sessions);

    // When somebody overwrites a byte at once
    overwriteByte(scene.file());

    // Then the stats are not believed
    await assertTakeover(run, run.transcript.append({ own: 2 }), 'rewritten');
  });

  it.each(ROWS)('[F6] no alarm: $tickMs ms, $own.name', async ({ tickMs, own }) => {
    playCoarseVolume(tickMs);
    const run = await scene.own(RECORDS);

    await own.perform(run, scene.sessions);
    await own.perform(run, scene.sessions);
    await own.perform(run, scene.sessions);

    expect((await run.transcript.read()).toString()).toBe(scene.content());
    assertNoAlarm(scene.stage, run);
  });

  it.each(OWN)('[F7] finds it in a process that is not young: $name', async (own) => {
    // Given a clock that has run for long
    standStill(60_000);
    playCoarseVolume(60_000);
    const run = await scene.own(RECORDS);
    await own.perform(run, scene.sessions);

    overwriteByte(scene.file());

    await assertTakeover(run, run.transcript.append({ own: 2 }), 'rewritten');
  });

  it('[F7] finds another file of the same size and times', async () => {
    playCoarseVolume(60_000);
    const run = await scene.own(RECORDS);
    await run.transcript.append({ own: 1 });

    renameOver(scene.file(), scene.content().replace('1', '2'));

    await assertTakeover(run, run.transcript.append({ own: 2 }), 'replaced');
  });

  it('[F7] finds it in the moment of a rewrite, when the old file is gone', async () => {
    playCoarseVolume(60_000);
    const run = await scene.own(RECORDS);
    await run.transcript.append({ own: 1 });
    meddle({ call: 'rename', when: 'before', nth: 1 }, () => {
      overwriteByte(scene.file());
    });

    await assertTakeover(
      run,
      run.transcript.rewrite(() => '{}\n'),
      'rewritten',
    );
  });

  it('[F7] finds it on a volume whose clock is far behind', async () => {
    playCoarseVolume(2_000, 60_000);
    const run = await scene.own(RECORDS);
    await run.transcript.append({ own: 1 });

    overwriteByte(scene.file());

    await assertTakeover(run, run.transcript.append({ own: 2 }), 'rewritten');
  });
});

describe('stats of a volume that counts time in ticks', () => {
  useFakeTime();
  const scene = useScene();

  it('[F6] are believed once they are older than any tick', async () => {
    // Given a file that has just been written to
    playCoarseVolume(2_000);
    const run = await scene.own(RECORDS);
    await run.transcript.append({ own: 1 });
    const calls = countDisk();

    // When gates come right behind it
    await run.prompt(() => 1);

    // Then each of them reads
    expect(calls().read).toBe(2);

    // When it was left alone for long enough, and one more gate has read it
    await vi.advanceTimersByTimeAsync(3_000);
    await run.transcript.dropTornTail();
    const { read } = calls();
    await run.prompt(() => 1);

    // Then its stats are enough
    expect(calls().read).toBe(read);
    assertNoAlarm(scene.stage, run);
  });

  it('[F7] are not older for a reading that takes long', async () => {
    // Given a write, and a gate behind it whose reading takes seconds
    playCoarseVolume(60_000);
    const run = await scene.own(RECORDS);
    await run.transcript.append({ own: 1 });
    const { read } = disk;
    vi.spyOn(disk, 'read').mockImplementation((...args) => {
      const length = read(...args);
      vi.advanceTimersByTime(3_000);
      return length;
    });
    await run.transcript.dropTornTail();

    // When somebody has changed a byte that was read already
    overwriteByte(scene.file());

    // Then the next gate reads again
    await assertTakeover(run, run.transcript.dropTornTail(), 'rewritten');
  });

  it('[F6] times that are set into the future are no alarm, and are settled by content', async () => {
    playCoarseVolume(2_000);
    const run = await scene.own(RECORDS);
    await run.transcript.append({ own: 1 });

    utimesSync(scene.file(), 9e9, 9e9);
    await run.transcript.append({ own: 2 });
    await run.transcript.append({ own: 3 });

    assertNoAlarm(scene.stage, run);
  });
});
