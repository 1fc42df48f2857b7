import { link, mkdir, rm, writeFile } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import { FileIds } from '../../src/ownership/table/file-ids.js';
import { FileQueue } from '../../src/ownership/file/file-queue.js';
import { readFileId } from '../../src/identity/file-id.js';
import { useTempDir } from '../support/temp-dir.js';
import { useFaultyFs } from './support/faulty-fs.js';
import { useStage } from './support/stage.js';

describe('FileIds', () => {
  const dir = useTempDir();
  const faults = useFaultyFs();
  const stage = useStage();

  it('[P7] a hard link of a file in use waits for its owner', async () => {
    const sessions = stage.open();
    await writeFile(dir.join('a.jsonl'), '');
    await link(dir.join('a.jsonl'), dir.join('b.jsonl'));
    const owner = await sessions.acquire({ sessionFile: dir.join('a.jsonl') });

    const other = sessions.acquire({ sessionFile: dir.join('b.jsonl'), waitMs: 0 });

    await expect(other).rejects.toMatchObject({ holder: { runId: owner.runId } });
    await owner.release();
  });

  it('[P7] a hard link made of a file that came into being while owned is that file', async () => {
    const sessions = stage.open();
    const owner = await sessions.acquire({ sessionFile: dir.join('a.jsonl') });
    await writeFile(dir.join('a.jsonl'), '');
    await link(dir.join('a.jsonl'), dir.join('b.jsonl'));

    const other = sessions.acquire({ sessionFile: dir.join('b.jsonl'), waitMs: 0 });

    await expect(other).rejects.toMatchObject({ holder: { runId: owner.runId } });
    await owner.release();
  });

  it('[P7] an inode that was freed and used again is another file', async () => {
    // Given an owner whose file is deleted, and a new file that may get its inode
    const sessions = stage.open();
    await writeFile(dir.join('a.jsonl'), '');
    const owner = await sessions.acquire({ sessionFile: dir.join('a.jsonl') });
    await rm(dir.join('a.jsonl'));
    await writeFile(dir.join('b.jsonl'), '');

    // When somebody asks for the new file
    const other = await sessions.acquire({ sessionFile: dir.join('b.jsonl'), waitMs: 0 });

    // Then both own
    expect(sessions.inspect().held).toHaveLength(2);
    await owner.release();
    await other.release();
  });

  it('[O2] a file in use that became a directory stands in nobody else’s way', async () => {
    // Given an owner whose file was replaced by a directory
    const sessions = stage.open();
    const owner = await sessions.acquire({ sessionFile: dir.join('replaced.jsonl') });
    await mkdir(dir.join('replaced.jsonl'));

    // When somebody asks for another file that has two names
    await writeFile(dir.join('a.jsonl'), '');
    await link(dir.join('a.jsonl'), dir.join('b.jsonl'));
    const other = sessions.run({ sessionFile: dir.join('b.jsonl'), waitMs: 0 }, () => 'served');

    // Then it is served
    await expect(other).resolves.toBe('served');
    await owner.release();
  });

  it('[P7][O2] a hard link is never a second owner, also while the first name cannot be looked at', async () => {
    // Given an owner, and an error of the file system on its name only
    const sessions = stage.open();
    await writeFile(dir.join('a.jsonl'), '');
    await link(dir.join('a.jsonl'), dir.join('b.jsonl'));
    const owner = await sessions.acquire({ sessionFile: dir.join('a.jsonl') });
    faults.failStat(dir.join('a.jsonl'), 'EIO');

    // When somebody asks for the other name
    const other = sessions.acquire({ sessionFile: dir.join('b.jsonl'), waitMs: 0 });
    const outcome = await other.then(
      async (run) => await run.release().then(() => 'granted'),
      () => 'refused',
    );
    await owner.release();

    // Then it does not get the file
    expect(outcome).toBe('refused');
  });

  it('forget() leaves nothing behind, and nobody else’s entry', async () => {
    const path = dir.join('a.jsonl');
    await writeFile(path, '');
    const ids = new FileIds();
    const [one, two] = [new FileQueue('one', path), new FileQueue('two', path)];
    const id = readFileId(path, path);
    ids.note(one, id);
    ids.note(two, id);

    ids.forget(two);
    expect(ids.size).toBe(1);
    ids.forget(one);
    expect(ids.size).toBe(0);
    ids.note(one, undefined);
    ids.forget(one);
    expect(ids.size).toBe(0);
  });
});
