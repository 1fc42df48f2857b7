import { readdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { FOREIGN_ACTS, FOREIGN_LINE, type ForeignAct } from './support/foreign.js';
import { assertNoAlarm, assertTakeover, RECORDS, useScene } from './support/scene.js';
import { meddle, type Moment } from './support/volumes.js';

/** Until the last look at the old file nothing of it is replaced. */
const AHEAD: readonly Moment[] = [
  { call: 'write', when: 'before', nth: 1 },
  { call: 'write', when: 'after', nth: 1 },
  { call: 'syncLater', when: 'after', nth: 1 },
];
const BEHIND: readonly Moment[] = [{ call: 'close', when: 'after', nth: 3 }];
const TOLD_LATE = FOREIGN_ACTS.filter(({ change }) => !/replaced|deleted/.test(change));
/** What is renamed away is not the old file any more. */
const UNTOLD = FOREIGN_ACTS.filter(({ change }) => /replaced|deleted/.test(change));

function rows(moments: readonly Moment[], acts: readonly ForeignAct[]) {
  return moments.flatMap((moment) => acts.map((foreign) => ({ ...moment, foreign })));
}

describe('a stranger inside one rewrite', () => {
  const scene = useScene();

  it.each(rows(AHEAD, FOREIGN_ACTS))(
    '[F7] is found before anything is replaced: $foreign.name $when $call',
    async ({ foreign, ...moment }) => {
      // Given a rewrite that fills its temporary file
      const run = await scene.own(RECORDS);
      await run.transcript.append({ own: 1 });
      let left = '';
      const hasActed = meddle(moment, () => {
        foreign.act(scene.file());
        left = scene.content();
      });

      // When somebody acts meanwhile
      const use = run.transcript.rewrite(() => '{"mine":1}\n');

      // Then the file stays as that one left it, and nothing of ours lies beside it
      await assertTakeover(run, use, foreign.change);
      expect(hasActed()).toBe(true);
      expect(scene.content()).toBe(left);
      expect(
        readdirSync(path.dirname(scene.file())).filter((name) => name.endsWith('.tmp')),
      ).toEqual([]);
    },
  );

  it.each(FOREIGN_ACTS)('[F7] while update thinks, too: $name', async (foreign) => {
    const run = await scene.own(RECORDS);
    await run.transcript.append({ own: 1 });

    const use = run.transcript.rewrite((bytes) => {
      foreign.act(scene.file());
      return bytes;
    });

    await assertTakeover(run, use, foreign.change);
  });

  it.each(TOLD_LATE)('[F7] [F15] in the moment of the rename: $name', async (foreign) => {
    // Given a stranger who writes between the last look and the rename
    const run = await scene.own(RECORDS);
    await run.transcript.append({ own: 1 });
    meddle({ call: 'rename', when: 'before', nth: 1 }, () => {
      foreign.act(scene.file());
    });

    // When
    const error = await assertTakeover(
      run,
      run.transcript.rewrite(() => '{"mine":1}\n'),
      'rewritten',
    );

    // Then the new content is there, and the error says so: its bytes are lost, not hidden
    expect(scene.content()).toBe('{"mine":1}\n');
    expect(error.writes).toMatchObject({ count: 2, endBytes: 11 });
  });

  it('[F7] who makes the file that was not there is not overwritten', async () => {
    // Given a rewrite of a file that is not there
    const run = await scene.own();
    meddle({ call: 'link', when: 'before', nth: 1 }, () => {
      writeFileSync(scene.file(), FOREIGN_LINE);
    });

    // When somebody makes it in the last moment
    const use = run.transcript.rewrite(() => '{"mine":1}\n');

    // Then it stays, and the next gate tells
    await expect(use).rejects.toThrow('EEXIST');
    expect(scene.content()).toBe(FOREIGN_LINE);
    await assertTakeover(run, run.transcript.append({ own: 1 }), 'appended');
  });

  // A rename takes whatever has the name: in the microsecond before it, nothing tells another file
  // under that name, or none, from what our own rename does.
  it.each(UNTOLD)('in the moment of the rename there is a limit: $name', async (foreign) => {
    const run = await scene.own(RECORDS);
    await run.transcript.append({ own: 1 });
    meddle({ call: 'rename', when: 'before', nth: 1 }, () => {
      foreign.act(scene.file());
    });

    await run.transcript.rewrite(() => '{"mine":1}\n');

    expect(scene.content()).toBe('{"mine":1}\n');
    assertNoAlarm(scene.stage, run);
  });

  it.each([
    ...rows([{ call: 'rename', when: 'after', nth: 1 }], FOREIGN_ACTS),
    ...rows(BEHIND, FOREIGN_ACTS),
  ])(
    '[F7] is found at the next look at the content: $foreign.name $when $call',
    async ({ foreign, ...moment }) => {
      // Given a stranger right behind the rename
      const run = await scene.own(RECORDS);
      await run.transcript.append({ own: 1 });
      const hasActed = meddle(moment, () => {
        foreign.act(scene.file());
      });
      const uses = [
        run.transcript.rewrite(() => '{"mine":1}\n{"mine":2}\n{"mine":3}\n'),
        run.transcript.read(),
      ];

      const outcomes = await Promise.allSettled(uses);

      expect(hasActed()).toBe(true);
      expect(outcomes.at(-1)).toMatchObject({ reason: { code: 'ERR_SESSION_TAKEOVER' } });
    },
  );

  it.each(FOREIGN_ACTS)(
    '[F7] right behind it, found by the next append: $name',
    async (foreign) => {
      const run = await scene.own(RECORDS);
      await run.transcript.append({ own: 1 });
      meddle({ call: 'rename', when: 'after', nth: 1 }, () => {
        foreign.act(scene.file());
      });

      const outcomes = await Promise.allSettled([
        run.transcript.rewrite(() => '{"mine":1}\n{"mine":2}\n{"mine":3}\n'),
        run.transcript.append({ own: 2 }),
      ]);

      expect(outcomes.at(-1)).toMatchObject({ reason: { code: 'ERR_SESSION_TAKEOVER' } });
    },
  );
});
