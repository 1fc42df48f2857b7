import { appendFileSync, rmSync, writeFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { FOREIGN_LINE, renameOver } from './support/foreign.js';
import { assertTakeover, RECORDS, useScene } from './support/scene.js';
import { meddle, type Moment, playFineVolume } from './support/volumes.js';

const SAME_SIZE = '{"xxx":1}\n';

/** The run has made the file, and has not looked back at it. */
const OWN_WRITE: readonly Moment[] = [
  { call: 'write', when: 'before', nth: 1 },
  { call: 'write', when: 'after', nth: 1 },
];

describe('a stranger inside the append that creates the file', () => {
  const scene = useScene();

  it.each<Moment>([
    { call: 'stat', when: 'before', nth: 1 },
    { call: 'stat', when: 'after', nth: 1 },
    { call: 'open', when: 'before', nth: 1 },
  ])('[F7] makes it first: $when $call', async (moment) => {
    // Given a run of a file that is not there
    const run = await scene.own();
    await run.transcript.read();

    // When somebody makes it right before the run does
    const hasActed = meddle(moment, () => {
      writeFileSync(scene.file(), FOREIGN_LINE);
    });
    const use = run.transcript.append({ own: 1 });

    // Then it is not taken for the run's, and nothing is put behind it
    await assertTakeover(run, use, 'appended');
    expect(hasActed()).toBe(true);
    expect(scene.content()).toBe(FOREIGN_LINE);
  });

  it.each(OWN_WRITE)('[F7] appends to it: $when $call', async (moment) => {
    const run = await scene.own();
    await run.transcript.read();

    meddle(moment, () => {
      appendFileSync(scene.file(), FOREIGN_LINE);
    });

    await assertTakeover(run, run.transcript.append({ own: 1 }), 'appended');
  });

  it.each(OWN_WRITE)('[F7] removes it, found by the next: $when $call', async (moment) => {
    const run = await scene.own();
    await run.transcript.read();

    meddle(moment, () => {
      rmSync(scene.file());
    });
    await run.transcript.append({ own: 1 });

    await assertTakeover(run, run.transcript.append({ own: 2 }), 'deleted');
  });

  it.each(OWN_WRITE)(
    '[F7] renames another over it, found by the next: $when $call',
    async (moment) => {
      // Given a run of a file that is not there
      const run = await scene.own();
      await run.transcript.read();

      // When another file of just the size of what the run writes takes its place
      meddle(moment, () => {
        renameOver(scene.file(), SAME_SIZE);
      });
      await run.transcript.append({ own: 1 });

      // Then it is not taken for the run's
      expect(scene.content()).toBe(SAME_SIZE);
      await assertTakeover(run, run.transcript.append({ own: 2 }), 'replaced');
    },
  );
});

describe('a stranger while the time stamps of a volume are tried', () => {
  const scene = useScene();

  it.each<Moment>([
    { call: 'chmod', when: 'before', nth: 1 },
    { call: 'chmod', when: 'after', nth: 1 },
  ])('[F7] changes the size, found by that append: $when $call', async (moment) => {
    // Given a volume that nobody has written to
    playFineVolume();
    const run = await scene.own(RECORDS);
    await run.transcript.read();

    // When
    const hasActed = meddle(moment, () => {
      appendFileSync(scene.file(), FOREIGN_LINE);
    });

    // Then
    await assertTakeover(run, run.transcript.append({ own: 1 }), 'appended');
    expect(hasActed()).toBe(true);
  });

  it.each<Moment>([
    { call: 'chmod', when: 'before', nth: 1 },
    { call: 'chmod', when: 'after', nth: 1 },
  ])('[F7] renames over it, found by the next: $when $call', async (moment) => {
    playFineVolume();
    const run = await scene.own(RECORDS);
    await run.transcript.read();

    const hasActed = meddle(moment, () => {
      renameOver(scene.file(), `${RECORDS.replace('1', '2')}{"own":1}\n`);
    });
    await run.transcript.append({ own: 1 });

    expect(hasActed()).toBe(true);
    await assertTakeover(run, run.transcript.append({ own: 2 }), 'replaced');
  });
});
