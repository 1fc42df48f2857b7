import { appendFileSync, statSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { resolveSessionFileSync } from '../../../src/index.js';
import { FOREIGN_LINE } from './support/foreign.js';
import { assertNoAlarm, assertTakeover, RECORDS, type Scene, useScene } from './support/scene.js';
import { countDisk } from './support/volumes.js';

/** Everything that a control page asks. */
function lookAround({ sessions, file }: Scene): void {
  const resolved = resolveSessionFileSync(file());
  sessions.inspect();
  sessions.history();
  sessions.history(file());
  sessions.history(resolved);
  sessions.runs.list();
  sessions.runs.bySessionFile(file());
  sessions.runs.bySessionFile(resolved);
  sessions.runs.waitingFor(file());
  sessions.runs.bySessionKey('lane');
  sessions.runs.bySessionId('chat');
  sessions.runs.byRunId('writer');
}

describe('looking', () => {
  const scene = useScene();

  it('[F9] asks nothing of the file, and changes none of its times', async () => {
    // Given a run in a prompt window
    const run = await scene.own(RECORDS, {}, { runId: 'writer', sessionKey: 'lane' });
    await run.transcript.append({ own: 1 });
    const before = statSync(scene.file());
    const calls = countDisk();

    // When somebody looks at everything
    lookAround(scene);
    JSON.stringify([run, run.transcript.writes, run.previous, run.transcript.startBytes]);

    // Then the file was not touched
    expect(calls()).toEqual({});
    expect(statSync(scene.file())).toEqual(before);
  });

  it('[F9] never aborts the run', async () => {
    const run = await scene.own(RECORDS);

    await run.prompt(() => {
      lookAround(scene);
    });
    await run.transcript.append({ own: 1 });
    lookAround(scene);
    await run.transcript.append({ own: 2 });

    assertNoAlarm(scene.stage, run);
  });

  it('[F9] [F7] does not launder what a stranger did, nor tell of it', async () => {
    const run = await scene.own(RECORDS);
    await run.transcript.append({ own: 1 });
    appendFileSync(scene.file(), FOREIGN_LINE);

    lookAround(scene);

    expect(run.signal.aborted).toBe(false);
    await assertTakeover(run, run.transcript.append({ own: 2 }), 'appended');
  });

  it('[F9] inside a section works, and does not end it', async () => {
    const run = await scene.own(RECORDS);

    await run.transcript.write((path) => {
      lookAround(scene);
      appendFileSync(path, '{"own":1}\n');
    });

    expect(run.transcript.writes.count).toBe(1);
    assertNoAlarm(scene.stage, run);
  });
});
