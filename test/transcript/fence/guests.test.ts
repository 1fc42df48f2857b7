import { appendFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { FOREIGN_LINE } from './support/foreign.js';
import { assertNoAlarm, assertTakeover, RECORDS, takeoverOf, useScene } from './support/scene.js';
import { meddle, type Moment } from './support/volumes.js';

/** Inside the append of a guest. */
const MOMENTS: readonly Moment[] = [
  { call: 'open', when: 'after', nth: 1 },
  { call: 'write', when: 'before', nth: 1 },
  { call: 'write', when: 'after', nth: 1 },
];

describe('a stranger inside the append of a guest', () => {
  const scene = useScene();
  const guestWrites = (): Promise<void> =>
    scene.sessions.write(scene.file(), (t) => t.append({ guest: 1 }));

  it.each(MOMENTS)('[F7] is told to the owner: $when $call', async (moment) => {
    // Given an owner whose fence has begun
    const run = await scene.own(RECORDS);
    await run.transcript.read();

    // When a stranger and a guest write in one moment
    meddle(moment, () => {
      appendFileSync(scene.file(), FOREIGN_LINE);
    });
    await guestWrites().catch(() => {});

    // Then the owner is told, and both are in the file
    expect(scene.content()).toContain('{"guest":1}\n');
    await assertTakeover(run, run.transcript.append({ own: 1 }), 'appended');
  });

  it.each(MOMENTS)('is not told to the guest, whose line is there: $when $call', async (moment) => {
    const run = await scene.own(RECORDS);
    await run.transcript.read();
    meddle(moment, () => {
      appendFileSync(scene.file(), FOREIGN_LINE);
    });

    await expect(guestWrites()).resolves.toBeUndefined();
    expect(run.signal.aborted).toBe(true);
  });

  it.each(MOMENTS)(
    '[F8] does not end an owner whose fence has not begun: $when $call',
    async (moment) => {
      // Given an owner that has not used its transcript
      const run = await scene.own(RECORDS);

      // When
      await scene.sessions.write(scene.file(), (t) => {
        meddle(moment, () => {
          appendFileSync(scene.file(), FOREIGN_LINE);
        });
        return t.append({ guest: 1 });
      });
      await run.transcript.append({ own: 1 });

      // Then
      assertNoAlarm(scene.stage, run);
    },
  );

  it('[F10] after a conflict is no second one', async () => {
    // Given a conflict
    const run = await scene.own(RECORDS);
    await run.transcript.read();
    appendFileSync(scene.file(), FOREIGN_LINE);
    const error = await takeoverOf(run.transcript.read());

    // When a guest meets another stranger, while the run settles
    meddle({ call: 'write', when: 'before', nth: 1 }, () => {
      appendFileSync(scene.file(), FOREIGN_LINE);
    });
    await guestWrites();

    // Then the run has died of the first
    expect(await takeoverOf(run.transcript.read())).toBe(error);
    expect(scene.stage.told().filter((line) => line.startsWith('takeover'))).toHaveLength(1);
  });

  it('[F1] guests of a free file are known writers to each other', async () => {
    await scene.own(RECORDS).then((run) => run.release());

    await Promise.all([guestWrites(), guestWrites(), guestWrites()]);
    const run = await scene.ownAgain();
    await run.transcript.append({ own: 1 });

    expect(scene.content()).toBe(`${RECORDS}${'{"guest":1}\n'.repeat(3)}{"own":1}\n`);
    assertNoAlarm(scene.stage, run);
  });
});
