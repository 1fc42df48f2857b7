import * as fc from 'fast-check';
import { rmSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { OWN_WRITES, type OwnWrite } from './support/own-writes.js';
import { assertNoAlarm, RECORDS, useScene } from './support/scene.js';

const PAIRS = OWN_WRITES.flatMap((first) => OWN_WRITES.map((second) => ({ first, second })));

describe('own writes', () => {
  const scene = useScene();

  it.each(PAIRS)(
    '[F2] [F4] are never foreign: $first.name, then $second.name',
    async ({ first, second }) => {
      // Given a run whose fence has begun
      const run = await scene.own(RECORDS);
      await run.transcript.read();

      // When it writes in two ways
      await first.perform(run, scene.sessions);
      await second.perform(run, scene.sessions);

      // Then the next gate finds what they left
      expect((await run.transcript.read()).toString()).toBe(scene.content());
      assertNoAlarm(scene.stage, run);
    },
  );

  it.each(OWN_WRITES)('[F2] a fresh file with one run: $name comes first', async (write) => {
    const run = await scene.own();

    await write.perform(run, scene.sessions);
    await run.transcript.append({ last: 1 });

    expect(scene.content()).toContain('{"last":1}\n');
    assertNoAlarm(scene.stage, run);
  });

  it('[F2] [F4] are never foreign in any order, however many', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.constantFrom(...OWN_WRITES), { minLength: 3 }),
        async (writes) => {
          rmSync(scene.file(), { force: true });
          await using run = await scene.ownAgain();
          await inOrder(writes, (write) => write.perform(run, scene.sessions));
          expect((await run.transcript.read()).toString()).toBe(scene.content());
          assertNoAlarm(scene.stage, run);
        },
      ),
      { numRuns: 40 },
    );
  });

  it('[F1] [F3] writers that overlap queue at the gate, none of them is a stranger', async () => {
    // Given a run in a prompt window
    const run = await scene.own(RECORDS);

    // When all kinds of writers come at once, from the run, its queue and outside
    const written = await run.prompt(() =>
      Promise.all([
        run.transcript.append({ by: 'run' }),
        scene.sessions.write(scene.file(), (t) => t.append({ by: 'mirror' })),
        run.transcript.enqueue((t) => t.append({ by: 'queue' })),
        run.transcript.rewrite((bytes) => bytes),
        run.within(() => scene.sessions.write(scene.file(), (t) => t.append({ by: 'hook' }))),
        run.transcript.append({ by: 'run' }),
      ]),
    );

    // Then each of them is in the file, and nobody was told to stop
    expect(written).toHaveLength(6);
    expect(scene.content().match(/"by"/g)).toHaveLength(5);
    assertNoAlarm(scene.stage, run);
  });
});

async function inOrder(
  writes: readonly OwnWrite[],
  perform: (write: OwnWrite) => unknown,
): Promise<void> {
  for (const write of writes) await perform(write);
}
