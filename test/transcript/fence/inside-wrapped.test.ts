import { appendFileSync, utimesSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import type { Run } from '../../../src/index.js';
import { FOREIGN_ACTS } from './support/foreign.js';
import { assertNoAlarm, assertTakeover, RECORDS, useScene } from './support/scene.js';
import { meddle, type Moment, playFineVolume } from './support/volumes.js';

const WRAPPED: readonly { name: string; use(run: Run, code: () => void): Promise<void> }[] = [
  { name: 'write', use: (run, code) => run.transcript.write(code) },
  {
    name: 'writeSync',
    use: async (run, code) => Promise.resolve(run.transcript.writeSync(code)),
  },
];
const ROWS = WRAPPED.flatMap((wrapped) => FOREIGN_ACTS.map((foreign) => ({ wrapped, foreign })));
const CLOSING: readonly Moment[] = [
  { call: 'read', when: 'after', nth: 1 },
  { call: 'close', when: 'before', nth: 1 },
  { call: 'close', when: 'after', nth: 1 },
];
const CLOSED = ROWS.flatMap((row) => CLOSING.map((moment) => ({ ...row, ...moment })));

describe('a stranger beside a wrapped section', () => {
  const scene = useScene();

  it.each(ROWS)(
    '[F7] is found where it opens: $foreign.name, $wrapped.name',
    async ({ wrapped, foreign }) => {
      // Given a change before the section
      const run = await scene.own(RECORDS);
      await run.transcript.append({ own: 1 });
      foreign.act(scene.file());

      // When
      let hasRun = false;
      const use = wrapped.use(run, () => {
        hasRun = true;
      });

      // Then the code inside never ran
      await assertTakeover(run, use, foreign.change);
      expect(hasRun).toBe(false);
    },
  );

  it.each(ROWS)(
    '[F7] is found while its opening reads the file: $foreign.name, $wrapped.name',
    async ({ wrapped, foreign }) => {
      // Given a file that looks different, so that its content has to tell
      const run = await scene.own(RECORDS);
      await run.transcript.append({ own: 1 });
      utimesSync(scene.file(), 1, 1);

      // When somebody acts right behind that reading
      meddle({ call: 'close', when: 'after', nth: 1 }, () => {
        foreign.act(scene.file());
      });
      let hasRun = false;
      const use = wrapped.use(run, () => {
        hasRun = true;
      });

      // Then it is looked at again, before the code inside can be blamed
      await assertTakeover(run, use, foreign.change);
      expect(hasRun).toBe(false);
    },
  );

  it.each(CLOSED)(
    '[F7] is found behind its end: $foreign.name $when $call, $wrapped.name',
    async ({ wrapped, foreign, ...moment }) => {
      // Given a section that has written, on a volume that the append before it has tried
      playFineVolume();
      const run = await scene.own(RECORDS);
      await run.transcript.append({ own: 1 });

      // When somebody acts while its end reads the file, behind its content
      let hasActed = (): boolean => false;
      await wrapped.use(run, () => {
        appendFileSync(scene.file(), '{"own":2}\n');
        hasActed = meddle(moment, () => {
          foreign.act(scene.file());
        });
      });

      // Then it is not taken for the section's
      expect(hasActed()).toBe(true);
      await assertTakeover(run, run.transcript.append({ own: 3 }), foreign.change);
    },
  );

  it.each(ROWS)(
    'counts as the section where it comes inside it: $foreign.name, $wrapped.name',
    async ({ wrapped, foreign }) => {
      const run = await scene.own(RECORDS);
      await run.transcript.append({ own: 1 });

      await wrapped.use(run, () => {
        foreign.act(scene.file());
      });
      await run.transcript.read();

      assertNoAlarm(scene.stage, run);
      expect(run.transcript.writes.count).toBe(2);
    },
  );

  it.each(WRAPPED)('[F15] a section that writes nothing is no write: $name', async ({ use }) => {
    const run = await scene.own(RECORDS);

    await use(run, () => {});

    expect(run.transcript.writes).toEqual({ count: 0, bytes: 0, endBytes: RECORDS.length });
  });

  it.each(WRAPPED)('[F7] is found after a section that threw: $name', async ({ use }) => {
    // Given a section that wrote and threw
    const run = await scene.own(RECORDS);
    const section = use(run, () => {
      appendFileSync(scene.file(), '{"own":1}\n');
      throw new Error('out of luck');
    });
    await expect(section).rejects.toThrow('out of luck');

    // When
    appendFileSync(scene.file(), '{"foreign":1}\n');

    // Then what it wrote is known, and what came after is not
    expect(run.transcript.writes).toMatchObject({ count: 1, bytes: 10 });
    await assertTakeover(run, run.transcript.append({ own: 2 }), 'appended');
  });
});

describe('a stranger beside rotate', () => {
  const scene = useScene();

  it.each(FOREIGN_ACTS)('[F7] is found in the former file: $name', async (foreign) => {
    const run = await scene.own(RECORDS);
    await run.transcript.append({ own: 1 });
    foreign.act(scene.file());

    await assertTakeover(run, run.transcript.rotate(scene.file('next')), foreign.change);

    expect(run.sessionFile).toBe(scene.file());
  });

  it('[F7] is found in the new file, from the rotation on', async () => {
    const run = await scene.own(RECORDS);
    await run.transcript.append({ own: 1 });
    await run.transcript.rotate(scene.file('next'));

    appendFileSync(scene.file('next'), '{"foreign":1}\n');

    await assertTakeover(run, run.transcript.append({ own: 2 }), 'appended');
  });

  it('[F4] is nobody in the former file, once the turn has left it', async () => {
    const run = await scene.own(RECORDS);
    await run.transcript.rotate(scene.file('next'));

    appendFileSync(scene.file(), '{"archived":1}\n');
    await run.transcript.append({ own: 1 });

    assertNoAlarm(scene.stage, run);
  });

  it('[F4] is nobody in what the new file held before', async () => {
    const run = await scene.own(RECORDS);
    appendFileSync(scene.file('next'), '{"older":1}\n');

    await run.transcript.rotate(scene.file('next'));
    await run.transcript.append({ own: 1 });

    expect(run.transcript.startBytes).toBe(12);
    assertNoAlarm(scene.stage, run);
  });
});
