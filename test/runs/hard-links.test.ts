import { link, mkdir, rename, rm, symlink, writeFile } from 'node:fs/promises';
import { beforeEach, describe, expect, it } from 'vitest';
import { InvalidSessionFileError } from '../../src/index.js';
import { useTempDir } from '../support/temp-dir.js';
import { assertError, useSessions, waitBehind } from './support/sessions.js';

describe('Coordinator.acquire() on one inode', () => {
  const dir = useTempDir();
  const sessions = useSessions();
  const one = () => dir.join('one.jsonl');
  const other = () => dir.join('other.jsonl');

  beforeEach(async () => {
    await writeFile(one(), 'first\n');
  });

  it('[P7] meets the owner through a hard link', async () => {
    // Given a file with two names, owned by one
    await link(one(), other());
    const coordinator = sessions.create();
    const owner = await coordinator.acquire({ sessionFile: one() });
    // When the other name is asked for; then it meets that owner
    await expect(coordinator.acquire({ sessionFile: other(), waitMs: 0 })).rejects.toMatchObject({
      holder: { runId: owner.runId },
    });
    expect(coordinator.runs.bySessionFile(other())?.runId).toBe(owner.runId);
    await owner.release();
  });

  it('[P7] meets the owner through a hard link made after the grant', async () => {
    // Given an owner, and a second name made while it owns
    const coordinator = sessions.create();
    const owner = await coordinator.acquire({ sessionFile: one() });
    await link(one(), other());
    // When the second name is asked for; then it meets that owner
    await expect(coordinator.acquire({ sessionFile: other(), waitMs: 0 })).rejects.toMatchObject({
      holder: { runId: owner.runId },
    });
    await owner.release();
  });

  it('[P7] meets the owner through a hard link of a file that it created itself', async () => {
    // Given an owner of a missing file, which it then creates and links
    await rm(one());
    const coordinator = sessions.create();
    const owner = await coordinator.acquire({ sessionFile: one() });
    await writeFile(one(), 'created\n');
    await link(one(), other());
    // When the second name is asked for; then it meets that owner
    await expect(coordinator.acquire({ sessionFile: other(), waitMs: 0 })).rejects.toMatchObject({
      holder: { runId: owner.runId },
    });
    await owner.release();
  });

  it('[P7] is found by its own path after the file was replaced by rename', async () => {
    // Given an owned file that is swapped for a new one, as editors and compactions do
    const coordinator = sessions.create();
    const owner = await coordinator.acquire({ sessionFile: one() });
    await writeFile(dir.join('next'), 'second\n');
    await rename(dir.join('next'), one());
    // When the path is asked for; then it meets that owner
    await expect(coordinator.acquire({ sessionFile: one(), waitMs: 0 })).rejects.toMatchObject({
      holder: { runId: owner.runId },
    });
    await owner.release();
  });

  it('[P7] meets the owner through a hard link to the file that replaced its own', async () => {
    // Given an owned file that is swapped for one with two names
    const coordinator = sessions.create();
    const owner = await coordinator.acquire({ sessionFile: one() });
    await writeFile(other(), 'second\n');
    await link(other(), dir.join('next'));
    await rename(dir.join('next'), one());
    // When the other name is asked for; then it meets that owner
    await expect(coordinator.acquire({ sessionFile: other(), waitMs: 0 })).rejects.toMatchObject({
      holder: { runId: owner.runId },
    });
    await owner.release();
  });

  it('[P7] meets the owner after its file was replaced by a link to another one', async () => {
    // Given an owned file that is swapped for a symbolic link to a copy
    const coordinator = sessions.create();
    const owner = await coordinator.acquire({ sessionFile: one() });
    await writeFile(other(), 'second\n');
    await symlink(other(), dir.join('next'));
    await rename(dir.join('next'), one());
    // When the same path is asked for; then it meets the owner that would write there too
    await expect(coordinator.acquire({ sessionFile: one(), waitMs: 0 })).rejects.toMatchObject({
      holder: { runId: owner.runId },
    });
    await owner.release();
  });

  it('[P7] meets the owner after its file was moved away and linked to from there', async () => {
    // Given an owned file that is archived, with a link left in its place
    const coordinator = sessions.create();
    const owner = await coordinator.acquire({ sessionFile: one() });
    await mkdir(dir.join('archive'));
    await rename(one(), dir.join('archive', 'one.jsonl'));
    await symlink(dir.join('archive', 'one.jsonl'), one());
    // When either path is asked for; then it meets that owner
    for (const sessionFile of [one(), dir.join('archive', 'one.jsonl')]) {
      await expect(coordinator.acquire({ sessionFile, waitMs: 0 })).rejects.toMatchObject({
        holder: { runId: owner.runId },
      });
    }
    await owner.release();
  });

  it('[P7] does not take a new file for an owned one whose inode it reuses', async () => {
    // Given an owned file that is replaced, so that its old inode lives on under another name
    const coordinator = sessions.create();
    await link(one(), other());
    const owner = await coordinator.acquire({ sessionFile: one() });
    await writeFile(dir.join('next'), 'second\n');
    await rename(dir.join('next'), one());
    // When that other name is asked for; then it is a file of its own
    const second = await coordinator.acquire({ sessionFile: other(), waitMs: 0 });
    expect(coordinator.inspect().held).toHaveLength(2);
    await owner.release();
    await second.release();
  });

  it('[P7] refuses a third run where two owned files became one', async () => {
    // Given two owned files, of which one then becomes a hard link of the other
    await writeFile(other(), 'other\n');
    const coordinator = sessions.create();
    const first = await coordinator.acquire({ sessionFile: one() });
    const second = await coordinator.acquire({ sessionFile: other() });
    await rm(other());
    await link(one(), other());
    // When somebody asks for the second name
    const error = await assertError(
      coordinator.acquire({ sessionFile: other() }),
      InvalidSessionFileError,
    );
    // Then the refusal has a reason of its own, names both files and says when to come back
    expect(error).toMatchObject({ reason: 'alias', retry: 'wait', sessionFile: other() });
    expect(error.message).toBe(
      `Cannot use ${JSON.stringify(other())} as a session file: it has become another name of ` +
        `${JSON.stringify(one())} while both were in use, one file can have one owner only; ` +
        'wait until the runs on either have ended',
    );
    await first.release();
    await second.release();
  });

  it('[P7] refuses a waiting run whose file became that of another owner', async () => {
    // Given two owned files and a run that waits for the second
    await writeFile(other(), 'other\n');
    const coordinator = sessions.create();
    const first = await coordinator.acquire({ sessionFile: one() });
    const second = await coordinator.acquire({ sessionFile: other() });
    const { granted } = await waitBehind(coordinator, { sessionFile: other() });
    // When the files become one and the second is released
    await rm(other());
    await link(one(), other());
    await second.release();
    // Then the waiting run is refused instead of becoming a second owner
    await expect(granted).rejects.toMatchObject({ reason: 'alias' });
    expect(coordinator.inspect().held).toHaveLength(1);
    await first.release();
  });

  it('[P7] lets the second name be used again once the runs on both have ended', async () => {
    // Given two files that became one while owned, and both runs gone
    await writeFile(other(), 'other\n');
    const coordinator = sessions.create();
    const first = await coordinator.acquire({ sessionFile: one() });
    const second = await coordinator.acquire({ sessionFile: other() });
    await rm(other());
    await link(one(), other());
    await first.release();
    await second.release();
    // When the second name is asked for; then it is granted
    const third = await coordinator.acquire({ sessionFile: other(), waitMs: 0 });
    expect(third.phase).toBe('active');
    await third.release();
  });
});
