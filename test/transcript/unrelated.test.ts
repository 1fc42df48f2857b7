import { linkSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import type { Run } from '../../src/index.js';
import { assertNoAlarm, RECORDS, type Scene, useScene } from './fence/support/scene.js';

/** What happens to a run, or near its file, and has nothing to do with its content. */
const UNRELATED: readonly { name: string; act(run: Run, scene: Scene): unknown }[] = [
  {
    name: 'another label',
    act: (run) => {
      run.rebind({ sessionKey: 'chat:bob', sessionId: 'other' });
    },
  },
  {
    name: 'progress',
    act: (run) => {
      run.progress('tool call 3');
    },
  },
  {
    name: 'somebody who looks',
    act: (run, { sessions, file }) => [
      run.toJSON(),
      sessions.inspect(),
      sessions.history(file()),
      sessions.runs.bySessionFile(file()),
    ],
  },
  {
    name: 'a request that gives up',
    act: async (_, { sessions, file }) => {
      const request = sessions.run(
        { sessionFile: file(), waitMs: 0, onReentry: 'queue' },
        () => 'never',
      );
      await expect(request).rejects.toMatchObject({ code: 'ERR_SESSION_WAIT_TIMEOUT' });
    },
  },
  {
    name: 'a turn on another file of the folder',
    act: (_, { sessions, file }) =>
      sessions.run({ sessionFile: file('other.jsonl') }, (other) =>
        other.transcript.append({ other: 1 }),
      ),
  },
  {
    name: 'files beside it that come and go',
    act: (_, { file }) => {
      writeFileSync(file('session.jsonl.bak'), 'x');
      mkdirSync(file('folder'), { recursive: true });
      rmSync(file('session.jsonl.bak'));
    },
  },
  {
    name: 'a second name of the file, for a while',
    act: (_, { file }) => {
      linkSync(file(), file('link.jsonl'));
      rmSync(file('link.jsonl'));
    },
  },
  {
    name: 'another run that joined and left',
    act: (_, { sessions, file }) =>
      sessions.run({ sessionFile: file(), onReentry: 'join' }, () => 'nothing'),
  },
];

describe('the fence and what has nothing to do with the content', () => {
  const scene = useScene();

  it.each(UNRELATED)('[F13] $name between two writes is no conflict', async ({ act }) => {
    // Given a run that has written
    const run = await scene.own(RECORDS, {}, { sessionKey: 'chat:alice' });
    await run.transcript.append({ own: 1 });

    // When this happens, and the run writes again
    await run.within(() => act(run, scene));
    await run.transcript.append({ own: 2 });

    // Then both writes are there, and nobody is alarmed
    expect(scene.content()).toBe(`${RECORDS}{"own":1}\n{"own":2}\n`);
    assertNoAlarm(scene.stage, run);
  });
});
