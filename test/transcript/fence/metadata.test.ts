import {
  chmodSync,
  closeSync,
  createReadStream,
  openSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { readFile } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import { OWN_APPEND, OWN_REWRITE, OWN_WRITE, OWN_WRITE_SYNC } from './support/own-writes.js';
import { assertNoAlarm, RECORDS, useScene } from './support/scene.js';

/** What leaves every byte as it is. */
const HARMLESS: readonly { name: string; act(file: string): unknown }[] = [
  {
    name: 'chmod',
    act: (file) => {
      chmodSync(file, 0o600);
      chmodSync(file, 0o640);
    },
  },
  {
    name: 'utimes into the past',
    act: (file) => {
      utimesSync(file, 1, 1);
    },
  },
  {
    name: 'utimes into the future',
    act: (file) => {
      utimesSync(file, 9e9, 9e9);
    },
  },
  {
    name: 'an identical rewrite in place',
    act: (file) => {
      writeFileSync(file, readFileSync(file));
    },
  },
  {
    name: 'an identical rewrite by rename',
    act: (file) => {
      writeFileSync(`${file}.copy`, readFileSync(file));
      renameSync(`${file}.copy`, file);
    },
  },
  { name: 'a reader', act: (file) => readFile(file) },
  {
    name: 'a reader that streams',
    act: async (file) => {
      for await (const chunk of createReadStream(file)) expect(chunk).toBeDefined();
    },
  },
  {
    name: 'opening it to append, and closing it',
    act: (file) => {
      closeSync(openSync(file, 'a'));
    },
  },
];
const OWN = [OWN_APPEND, OWN_REWRITE, OWN_WRITE, OWN_WRITE_SYNC];
const ROWS = HARMLESS.flatMap((harmless) => OWN.map((own) => ({ harmless, own })));

describe('the fence and changes of nothing but metadata', () => {
  const scene = useScene();

  it.each(ROWS)('[F6] $harmless.name between $own.name and the next', async ({ harmless, own }) => {
    // Given a run that has written
    const run = await scene.own(RECORDS);
    await own.perform(run, scene.sessions);

    // When somebody does this, and the run writes again, twice
    await harmless.act(scene.file());
    await own.perform(run, scene.sessions);
    await harmless.act(scene.file());
    await own.perform(run, scene.sessions);

    // Then nobody is alarmed
    expect(scene.content()).toMatch(/^\{"a":1\}\n\{"b":2\}\n\{"c":3\}\n(\{"own":1\}\n){3}$/);
    assertNoAlarm(scene.stage, run);
  });

  it.each(HARMLESS)('[F6] [F9] $name while a prompt window is open', async ({ act }) => {
    const run = await scene.own(RECORDS);

    await run.prompt(() => act(scene.file()));
    await run.transcript.append({ own: 1 });

    assertNoAlarm(scene.stage, run);
  });

  it('[F6] an empty file appears where there was none: absent and empty are the same', async () => {
    const run = await scene.own();
    await run.transcript.read();

    writeFileSync(scene.file(), '');
    await run.transcript.append({ own: 1 });

    expect(scene.content()).toBe('{"own":1}\n');
    assertNoAlarm(scene.stage, run);
  });

  it('[F6] an empty file vanishes: absent and empty are the same', async () => {
    const run = await scene.own('');
    await run.transcript.read();

    rmSync(scene.file());
    await run.transcript.append({ own: 1 });

    expect(scene.content()).toBe('{"own":1}\n');
    assertNoAlarm(scene.stage, run);
  });

  it('[F6] a fence of the content alone does not depend on the mode, which stays', async () => {
    const run = await scene.own(RECORDS);
    await run.transcript.append({ own: 1 });

    chmodSync(scene.file(), 0o640);
    await run.transcript.rewrite((bytes) => bytes);

    expect(statSync(scene.file()).mode & 0o777).toBe(0o640);
    assertNoAlarm(scene.stage, run);
  });
});
