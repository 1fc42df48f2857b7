import { utimesSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import type { Run } from '../../../src/index.js';
import { APPEND, FOREIGN_ACTS, overwriteByte, OVERWRITE_BACKDATED } from './support/foreign.js';
import { OWN_APPEND, OWN_REWRITE, OWN_WRITE, OWN_WRITE_SYNC } from './support/own-writes.js';
import { assertTakeover, RECORDS, takeoverOf, useScene } from './support/scene.js';

const OWN = [OWN_APPEND, OWN_REWRITE, OWN_WRITE, OWN_WRITE_SYNC];
const ROWS = FOREIGN_ACTS.flatMap((foreign) =>
  OWN.flatMap((before) => OWN.map((after) => ({ foreign, before, after }))),
);

/** Every way in which an owner comes to its gate. */
const GATES: readonly { name: string; use(run: Run): Promise<unknown> }[] = [
  { name: 'append', use: (run) => run.transcript.append({ own: 2 }) },
  { name: 'appendLines', use: (run) => run.transcript.appendLines('{}') },
  { name: 'read', use: (run) => run.transcript.read() },
  { name: 'readRecords', use: (run) => run.transcript.readRecords() },
  { name: 'rewrite', use: (run) => run.transcript.rewrite((bytes) => bytes) },
  { name: 'rotate', use: (run) => run.transcript.rotate(`${run.sessionFile}.next`) },
  { name: 'dropTornTail', use: (run) => run.transcript.dropTornTail() },
  { name: 'write', use: (run) => run.transcript.write(() => {}) },
  { name: 'writeSync', use: async (run) => Promise.resolve(run.transcript.writeSync(() => 1)) },
  { name: 'enqueue', use: (run) => run.transcript.enqueue((t) => t.append({ own: 2 })) },
];
const FOUND_AT = FOREIGN_ACTS.flatMap((foreign) => GATES.map((gate) => ({ foreign, gate })));

describe('a stranger between two own writes', () => {
  const scene = useScene();

  it.each(ROWS)(
    '[F7] is found: $before.name, $foreign.name, $after.name',
    async ({ foreign, before, after }) => {
      // Given a run that has written
      const run = await scene.own(RECORDS);
      await before.perform(run, scene.sessions);

      // When somebody changes the file and the run writes again
      foreign.act(scene.file());
      const left = scene.content();
      const use = (async () => await after.perform(run, scene.sessions))();

      // Then the change is called what it is, and the second write has not touched the file
      await assertTakeover(run, use, foreign.change);
      expect(scene.content()).toBe(left);
    },
  );

  it.each(FOUND_AT)(
    '[F7] is found at the first gate: $foreign.name, then $gate.name',
    async ({ foreign, gate }) => {
      const run = await scene.own(RECORDS);
      await run.transcript.append({ own: 1 });

      foreign.act(scene.file());

      await assertTakeover(run, gate.use(run), foreign.change);
    },
  );

  it.each(FOREIGN_ACTS)('[F7] is found before the first write, too: $name', async (foreign) => {
    // Given a run that has only read
    const run = await scene.own(RECORDS);
    await run.transcript.read();

    // When
    foreign.act(scene.file());

    // Then
    await assertTakeover(run, run.transcript.append({ own: 1 }), foreign.change);
  });

  it.each(FOREIGN_ACTS)('[F7] is found by a prompt window that opens: $name', async (foreign) => {
    const run = await scene.own(RECORDS);
    await run.transcript.append({ own: 1 });

    foreign.act(scene.file());
    const prompt = run.prompt(() => 'never asked');

    await expect(prompt).rejects.toMatchObject({
      why: 'takeover',
      cause: { code: 'ERR_SESSION_TAKEOVER', change: foreign.change },
    });
  });

  it.each(FOREIGN_ACTS)('[F7] is found by a prompt window that closes: $name', async (foreign) => {
    // Given a run that has used nothing of its file but a prompt window
    const run = await scene.own(RECORDS);

    // When somebody changes the file while the model thinks
    const prompt = run.prompt(() => {
      foreign.act(scene.file());
      return 'an answer';
    });

    // Then the answer is not lost, and the window says what happened
    await expect(prompt).rejects.toMatchObject({
      why: 'takeover',
      cause: { code: 'ERR_SESSION_TAKEOVER', change: foreign.change },
      result: 'an answer',
    });
  });

  it('[F7] two of them, back and forth between gates, are still found where they differ', async () => {
    const run = await scene.own(RECORDS);
    await run.transcript.append({ own: 1 });

    OVERWRITE_BACKDATED.act(scene.file());
    APPEND.act(scene.file());

    expect((await takeoverOf(run.transcript.append({ own: 2 }))).change).toBe('rewritten');
  });

  it('[F7] one whose modification time is exactly as before is found', async () => {
    // Given a file with a time that can be set again to the nanosecond
    const run = await scene.own(RECORDS);
    utimesSync(scene.file(), 1_000_000_000, 1_000_000_000);
    await run.transcript.read();

    // When somebody overwrites a byte and sets it
    overwriteByte(scene.file());
    utimesSync(scene.file(), 1_000_000_000, 1_000_000_000);

    // Then
    await assertTakeover(run, run.transcript.append({ own: 1 }), 'rewritten');
  });

  it('[F7] a file that a stranger makes is found by the run that found none', async () => {
    const run = await scene.own();
    await run.transcript.read();

    APPEND.act(scene.file());

    await assertTakeover(run, run.transcript.append({ own: 1 }), 'appended');
  });
});
