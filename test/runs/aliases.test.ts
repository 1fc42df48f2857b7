import { mkdir, symlink, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import * as fc from 'fast-check';
import { beforeEach, describe, expect, it } from 'vitest';
import { createCoordinator, resolveSessionFile } from '../../src/index.js';
import { useTempDir } from '../support/temp-dir.js';
import { expectIdle, useSessions } from './support/sessions.js';

const dir = useTempDir();
const sessions = useSessions();

interface Alias {
  readonly name: string;
  spell(): string | URL;
}

const ALIASES: readonly Alias[] = [
  { name: 'itself', spell: () => dir.join('state', 'lanes', 's.jsonl') },
  { name: 'a linked file', spell: () => dir.join('state', 'lanes', 'link.jsonl') },
  { name: 'a linked parent', spell: () => dir.join('state', 'linked lanes', 's.jsonl') },
  { name: 'a linked grandparent', spell: () => dir.join('linked state', 'lanes', 's.jsonl') },
  { name: 'a link to a link', spell: () => dir.join('linked twice', 'lanes', 's.jsonl') },
  {
    name: 'a relative path',
    spell: () => path.relative(process.cwd(), dir.join('state', 'lanes', 's.jsonl')),
  },
  { name: "'..'", spell: () => `${dir.path}/state/lanes/../lanes/s.jsonl` },
  { name: "'.' and doubled separators", spell: () => `${dir.path}/state/./lanes//s.jsonl` },
  { name: 'a trailing slash', spell: () => `${dir.join('state', 'lanes', 's.jsonl')}/` },
  { name: 'a file URL', spell: () => pathToFileURL(dir.join('state', 'lanes', 's.jsonl')) },
  {
    name: 'the text of a file URL through a link',
    spell: () => pathToFileURL(dir.join('linked state', 'lanes', 's.jsonl')).href,
  },
];

beforeEach(async () => {
  await mkdir(dir.join('state', 'lanes'), { recursive: true });
  await symlink('state', dir.join('linked state'));
  await symlink('linked state', dir.join('linked twice'));
  await symlink('lanes', dir.join('state', 'linked lanes'));
  await symlink('s.jsonl', dir.join('state', 'lanes', 'link.jsonl'));
});

describe.each([{ exists: true }, { exists: false }])(
  'a file that exists: $exists',
  ({ exists }) => {
    beforeEach(async () => {
      if (exists) await writeFile(dir.join('state', 'lanes', 's.jsonl'), '');
    });

    it.each(ALIASES)('[P1] acquire() meets the owner through $name', async ({ spell }) => {
      // Given an owner under the plain path
      const coordinator = sessions.create();
      const owner = await coordinator.acquire({
        sessionFile: dir.join('state', 'lanes', 's.jsonl'),
      });
      // When the alias is asked for; then it meets that owner
      await expect(coordinator.acquire({ sessionFile: spell(), waitMs: 0 })).rejects.toMatchObject({
        code: 'ERR_SESSION_WAIT_TIMEOUT',
        holder: { runId: owner.runId },
      });
      expect(coordinator.runs.bySessionFile(spell())?.runId).toBe(owner.runId);
      await owner.release();
    });

    it.each(ALIASES)(
      '[P1] acquire() through $name keeps the spelling for display',
      async (alias) => {
        // Given an alias, made absolute
        const spelt = alias.spell();
        const { path: absolute, key } = await resolveSessionFile(spelt);
        // When a run owns the file through it
        const coordinator = sessions.create();
        const run = await coordinator.acquire({ sessionFile: spelt });
        // Then it shows that spelling, and is found by the key of the file
        expect(run.sessionFile).toBe(absolute);
        expect(key).toBe(dir.join('state', 'lanes', 's.jsonl'));
        const plain = await resolveSessionFile(dir.join('state', 'lanes', 's.jsonl'));
        expect(coordinator.runs.bySessionFile(plain)?.runId).toBe(run.runId);
        await run.release();
      },
    );
  },
);

describe('Coordinator.run()', () => {
  it('[P2] gives any number of session keys on one file one owner at a time', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(
          fc.record({ alias: fc.nat(ALIASES.length - 1), key: fc.nat(6), turns: fc.nat(3) }),
          { minLength: 2, maxLength: 30 },
        ),
        async (lanes) => {
          // Given any mix of spellings and session keys
          const coordinator = createCoordinator({ isolated: true });
          let inside = 0;
          let most = 0;
          // When all of them run at once
          const order = await Promise.all(
            lanes.map(({ alias, key, turns }) =>
              coordinator.run(
                {
                  sessionFile: ALIASES[alias]?.spell() ?? '',
                  sessionKey: `key-${key}`,
                },
                async (run) => {
                  inside += 1;
                  most = Math.max(most, inside, coordinator.inspect().held.length);
                  for (let turn = 0; turn < turns; turn += 1) await Promise.resolve();
                  inside -= 1;
                  return run.sessionKey;
                },
              ),
            ),
          );
          // Then no two were ever inside, and every lane had its turn
          expect(most).toBe(1);
          expect(order).toEqual(lanes.map(({ key }) => `key-${key}`));
          expectIdle(coordinator);
        },
      ),
      { numRuns: 60 },
    );
  });

  it('[P4] lets N parallel first calls through openOnce() make one file', async () => {
    // Given a session without a file, and twenty first messages at once
    const coordinator = sessions.create();
    const made: string[] = [];
    const transcript = dir.join('state', 'lanes', 'new.jsonl');
    const first = async () => {
      const sessionFile = await coordinator.openOnce('chat', async () => {
        made.push(transcript);
        await writeFile(transcript, '{"header":true}\n', { flag: 'wx' });
        return transcript;
      });
      return await coordinator.run({ sessionFile, sessionKey: 'chat' }, (run) => run.sessionFile);
    };
    // When they run
    const used = await Promise.all(Array.from({ length: 20 }, first));
    // Then one file was made and all of them used it
    expect(made).toEqual([transcript]);
    expect(new Set(used)).toEqual(new Set([transcript]));
    expect(coordinator.inspect().counters.granted).toBe(20);
  });
});

describe('Coordinator.acquire()', () => {
  const missing = () => dir.join('linked state', 'not', 'yet', 's.jsonl');

  async function create(): Promise<void> {
    await mkdir(dir.join('state', 'not', 'yet'), { recursive: true });
    await writeFile(dir.join('state', 'not', 'yet', 's.jsonl'), '');
  }

  it('[P5] before the file is created collides with one after', async () => {
    // Given an owner of a file that is not there, nor are its parents
    const coordinator = sessions.create();
    const owner = await coordinator.acquire({ sessionFile: missing() });
    // When file and parents appear
    await create();
    // Then every spelling still meets the owner
    for (const sessionFile of [missing(), dir.join('state', 'not', 'yet', 's.jsonl')]) {
      await expect(coordinator.acquire({ sessionFile, waitMs: 0 })).rejects.toMatchObject({
        holder: { runId: owner.runId },
      });
    }
    await owner.release();
  });

  it('[P5] releases and clears the index by the key that it was granted under', async () => {
    // Given a run that was granted before its file was there, and a waiting one
    const coordinator = sessions.create();
    const before = await resolveSessionFile(missing());
    const owner = await coordinator.acquire({ sessionFile: missing() });
    // When the file appears and the run is released
    await create();
    await owner.release();
    // Then the file is free by the old and by the new resolution
    const after = await resolveSessionFile(missing());
    expect(after.key).toBe(before.key);
    expect(coordinator.runs.bySessionFile(before)).toBeUndefined();
    expect(coordinator.runs.bySessionFile(missing())).toBeUndefined();
    expect(coordinator.runs.size).toBe(0);
  });

  it('[P5] keeps its key when a directory above becomes a link elsewhere', async () => {
    // Given an owner through a directory that is then replaced by a link
    const coordinator = sessions.create();
    const sessionFile = dir.join('state', 'moved', 's.jsonl');
    await mkdir(dir.join('elsewhere'));
    const granted = await resolveSessionFile(sessionFile);
    const owner = await coordinator.acquire({ sessionFile });
    await symlink(dir.join('elsewhere'), dir.join('state', 'moved'));
    // When somebody looks by the key of the grant
    const found = coordinator.runs.bySessionFile(granted);
    // Then the owner is there, and its release leaves nothing
    expect(found?.runId).toBe(owner.runId);
    await owner.release();
    expect(coordinator.runs.bySessionFile(granted)).toBeUndefined();
  });
});
