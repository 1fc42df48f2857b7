import { utimesSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { FOREIGN_ACTS, type ForeignAct } from './support/foreign.js';
import { assertTakeover, RECORDS, takeoverOf, useScene } from './support/scene.js';
import { meddle, meddleBefore, type Moment } from './support/volumes.js';

/** Right before each call to the file system that an append makes, and some behind it. */
const CALLS = [1, 2, 3, 4, 5, 6, 7];
/** Between the last look at the file and the look back at what was written. */
const OWN_WRITE: readonly Moment[] = [
  { call: 'write', when: 'before', nth: 1 },
  { call: 'write', when: 'after', nth: 1 },
];
const IN_PLACE = FOREIGN_ACTS.filter(({ change }) => change === 'rewritten');
const OF_SIZE = FOREIGN_ACTS.filter(({ change }) => /appended|truncated/.test(change));
const TOLD = FOREIGN_ACTS.filter(({ change }) => change !== 'rewritten');

function rows<T>(moments: readonly T[], acts: readonly ForeignAct[]) {
  return moments.flatMap((moment) => acts.map((foreign) => ({ moment, foreign })));
}

describe('a stranger inside one append', () => {
  const scene = useScene();

  it.each(rows(CALLS, TOLD))(
    '[F7] is found by it, or by the next: $foreign.name before call $moment',
    async ({ foreign, moment }) => {
      // Given a run that has written, and somebody who acts in the middle of the next write
      const run = await scene.own(RECORDS);
      await run.transcript.append({ own: 1 });
      const hasActed = meddleBefore(moment, () => {
        foreign.act(scene.file());
      });

      // When it writes twice
      const outcomes = await Promise.allSettled([
        run.transcript.appendLines('{}'),
        run.transcript.appendLines('[]'),
      ]);

      // Then the second is refused, if not the first, and nobody writes behind a stranger
      expect(hasActed()).toBe(true);
      expect(outcomes).toMatchObject([{}, { status: 'rejected' }]);
      expect(scene.content()).not.toContain('[]');
      await assertTakeover(run, run.transcript.read(), foreign.change);
    },
  );

  it.each(rows([...CALLS, 8, 9, 10, 11, 12, 13], TOLD))(
    '[F7] is found behind a look at the content, too: $foreign.name before call $moment',
    async ({ foreign, moment }) => {
      // Given a file that looks different, so that the append has to read it first
      const run = await scene.own(RECORDS);
      await run.transcript.append({ own: 1 });
      utimesSync(scene.file(), 1, 1);
      meddleBefore(moment, () => {
        foreign.act(scene.file());
      });

      // When
      const outcomes = await Promise.allSettled([
        run.transcript.appendLines('{}'),
        run.transcript.appendLines('[]'),
      ]);

      // Then
      expect(outcomes).toMatchObject([{}, { status: 'rejected' }]);
      await assertTakeover(run, run.transcript.read(), foreign.change);
    },
  );

  it.each(rows(OWN_WRITE, OF_SIZE))(
    '[F7] is found by that append: $foreign.name $moment.when its write',
    async ({ foreign, moment }) => {
      const run = await scene.own(RECORDS);
      await run.transcript.append({ own: 1 });

      meddle(moment, () => {
        foreign.act(scene.file());
      });

      await assertTakeover(run, run.transcript.appendLines('{}'), foreign.change);
    },
  );

  // No file system tells an overwrite of the same size from our own write next to it: both have
  // changed the times. So its stats are taken for ours, and what tells is the content.
  it.each(rows(CALLS, IN_PLACE))(
    '[F7] of the same size is found by the next look at the content: $foreign.name before call $moment',
    async ({ foreign, moment }) => {
      // Given somebody who overwrites a byte in the moment of an append
      const run = await scene.own(RECORDS);
      await run.transcript.append({ own: 1 });
      const hasActed = meddleBefore(moment, () => {
        foreign.act(scene.file());
      });

      // When more is appended, which looks at nothing but stats, and then the content is read
      await Promise.allSettled([
        run.transcript.appendLines('{}'),
        run.transcript.appendLines('[]'),
      ]);
      const read = run.transcript.read();

      // Then it is found: later own writes have not made it their own
      await assertTakeover(run, read, 'rewritten');
      expect(hasActed()).toBe(true);
    },
  );

  it.each(rows(CALLS, IN_PLACE))(
    '[F7] of the same size is found before a rewrite replaces it: $foreign.name before call $moment',
    async ({ foreign, moment }) => {
      const run = await scene.own(RECORDS);
      await run.transcript.append({ own: 1 });
      meddleBefore(moment, () => {
        foreign.act(scene.file());
      });
      await Promise.allSettled([
        run.transcript.appendLines('{}'),
        run.transcript.appendLines('[]'),
      ]);
      const left = scene.content();

      const use = run.transcript.rewrite(() => 'mine\n');

      await assertTakeover(run, use, 'rewritten');
      expect(scene.content()).toBe(left);
    },
  );

  it.each(rows(CALLS, OF_SIZE))(
    '[F15] tells whether it has reached the file: $foreign.name before call $moment',
    async ({ foreign, moment }) => {
      const run = await scene.own(RECORDS);
      await run.transcript.read();
      meddleBefore(moment, () => {
        foreign.act(scene.file());
      });

      await Promise.allSettled([run.transcript.appendLines('{"own":1}')]);
      const isThere = scene.content().includes('{"own":1}');

      const { count } = (await takeoverOf(run.transcript.read())).writes;
      expect(isThere && count === 0).toBe(false);
    },
  );
});
