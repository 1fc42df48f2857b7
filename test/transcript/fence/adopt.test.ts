import { appendFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import type { CoordinatorOptions, Run, RunRequest } from '../../../src/index.js';
import { APPEND, FOREIGN_ACTS, FOREIGN_LINE } from './support/foreign.js';
import { assertNoAlarm, assertTakeover, RECORDS, takeoverOf, useScene } from './support/scene.js';
import { meddle } from './support/volumes.js';

const ADOPT = { onForeignAppend: 'adopt' as const };
const TAKEOVER = { onForeignAppend: 'takeover' as const };
const OTHERS = FOREIGN_ACTS.filter((foreign) => foreign !== APPEND);

/** Where it can be said, for what happens inside a prompt window and what does not. */
const PLACES: readonly {
  name: string;
  options: CoordinatorOptions;
  request: Partial<RunRequest>;
  around(run: Run, act: () => void): Promise<void>;
}[] = [
  {
    name: 'coordinator',
    options: ADOPT,
    request: {},
    around: (_, act) => Promise.resolve(act()),
  },
  {
    name: 'request',
    options: TAKEOVER,
    request: ADOPT,
    around: (_, act) => Promise.resolve(act()),
  },
  { name: 'prompt', options: {}, request: {}, around: (run, act) => run.prompt(act, ADOPT) },
];
const ROWS = PLACES.flatMap((place) => OTHERS.map((foreign) => ({ place, foreign })));

describe("onForeignAppend: 'adopt'", () => {
  const scene = useScene();

  it.each(PLACES)('takes in what a stranger appends: $name', async (place) => {
    // Given a run that adopts
    const run = await scene.own(RECORDS, place.options, place.request);
    await run.transcript.append({ own: 1 });

    // When a stranger appends
    await place.around(run, () => {
      appendFileSync(scene.file(), FOREIGN_LINE);
    });
    await run.transcript.append({ own: 2 });

    // Then the run goes on, and learns of the bytes: nobody's, so without a label
    expect(run.transcript.takeGuestWrites()).toEqual([
      { offsetBytes: RECORDS.length + 10, lengthBytes: FOREIGN_LINE.length },
    ]);
    expect(run.transcript.writes).toMatchObject({ count: 2, bytes: 20 });
    assertNoAlarm(scene.stage, run);
  });

  it.each(ROWS)('[F7] takes in nothing else: $place.name, $foreign.name', async (row) => {
    const { place, foreign } = row;
    const run = await scene.own(RECORDS, place.options, place.request);
    await run.transcript.append({ own: 1 });

    await place.around(run, () => foreign.act(scene.file())).catch(() => {});

    await assertTakeover(run, run.transcript.append({ own: 2 }), foreign.change);
    expect(run.transcript.takeGuestWrites()).toEqual([]);
  });

  it('a request wins over its coordinator', async () => {
    const run = await scene.own(RECORDS, ADOPT, TAKEOVER);
    await run.transcript.append({ own: 1 });

    appendFileSync(scene.file(), FOREIGN_LINE);

    await assertTakeover(run, run.transcript.append({ own: 2 }), 'appended');
  });

  it('a prompt wins over its request', async () => {
    const run = await scene.own(RECORDS, {}, ADOPT);
    await run.transcript.append({ own: 1 });

    const prompt = run.prompt(() => {
      appendFileSync(scene.file(), FOREIGN_LINE);
    }, TAKEOVER);

    await expect(prompt).rejects.toMatchObject({ why: 'takeover' });
  });

  it('[F7] a prompt takes in nothing from before it opened', async () => {
    const run = await scene.own(RECORDS);
    await run.transcript.append({ own: 1 });
    appendFileSync(scene.file(), FOREIGN_LINE);

    await expect(run.prompt(() => 1, ADOPT)).rejects.toMatchObject({ why: 'takeover' });
  });

  it('[F7] a prompt takes in nothing from after it closed', async () => {
    const run = await scene.own(RECORDS);
    await run.prompt(() => 1, ADOPT);

    appendFileSync(scene.file(), FOREIGN_LINE);

    await assertTakeover(run, run.transcript.append({ own: 1 }), 'appended');
  });

  it('[F7] a prompt that failed has closed, too', async () => {
    const run = await scene.own(RECORDS);
    const prompt = run.prompt(() => {
      throw new Error('model down');
    }, ADOPT);
    await expect(prompt).rejects.toThrow('model down');

    appendFileSync(scene.file(), FOREIGN_LINE);

    await takeoverOf(run.transcript.append({ own: 1 }));
  });

  it('own appends, guests and strangers in one window are told apart', async () => {
    const run = await scene.own(RECORDS);

    await run.prompt(async () => {
      await run.transcript.append({ own: 1 });
      appendFileSync(scene.file(), FOREIGN_LINE);
      await scene.sessions.write(scene.file(), (t) => t.append({ guest: 1 }), { label: 'mirror' });
      appendFileSync(scene.file(), FOREIGN_LINE);
    }, ADOPT);

    const start = RECORDS.length + 10;
    expect(run.transcript.takeGuestWrites()).toEqual([
      { offsetBytes: start, lengthBytes: 17 },
      { label: 'mirror', offsetBytes: start + 17, lengthBytes: 12 },
      { offsetBytes: start + 29, lengthBytes: 17 },
    ]);
  });

  it('strangers in the moment of an own append are reported where they are: before it', async () => {
    const run = await scene.own(RECORDS, ADOPT);
    await run.transcript.read();
    meddle({ call: 'write', when: 'before', nth: 1 }, () => {
      appendFileSync(scene.file(), FOREIGN_LINE);
    });

    await run.transcript.append({ own: 1 });

    expect(run.transcript.takeGuestWrites()).toEqual([{ offsetBytes: 24, lengthBytes: 17 }]);
    expect(run.transcript.writes).toEqual({ count: 1, bytes: 10, endBytes: 51 });
  });

  it('strangers in the moment of an own append are reported where they are: behind it', async () => {
    const run = await scene.own(RECORDS, ADOPT);
    await run.transcript.read();
    meddle({ call: 'write', when: 'after', nth: 1 }, () => {
      appendFileSync(scene.file(), FOREIGN_LINE);
    });

    await run.transcript.append({ own: 1 });

    expect(run.transcript.takeGuestWrites()).toEqual([{ offsetBytes: 34, lengthBytes: 17 }]);
    expect(run.transcript.writes).toEqual({ count: 1, bytes: 10, endBytes: 34 });
  });
});
