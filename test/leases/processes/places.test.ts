import { existsSync, lstatSync, readdirSync } from 'node:fs';
import { chmod, mkdir, readFile, symlink, writeFile } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import { useTempDir } from '../../support/temp-dir.js';
import { startProcess, startThread } from './support/actor.js';

const CANNOT_BECOME_NOBODY = process.getuid?.() !== 0;

describe('where the lock is kept', { timeout: 40_000 }, () => {
  const dir = useTempDir();

  it('[P9] is a folder beside the file that all aliases share', async () => {
    // Given two processes that know one file by two names
    const real = dir.join('s.jsonl');
    await writeFile(real, '');
    await symlink(real, dir.join('alias.jsonl'));
    const [one, other] = await Promise.all([
      startProcess(real),
      startProcess(dir.join('alias.jsonl')),
    ]);
    await one.ask('acquire', { runId: 'one' });

    // When the second asks by the other name
    const refused = other.ask('acquire', { runId: 'other', wait: false });

    // Then it is refused, and there is one lock
    await expect(refused).rejects.toMatchObject({ reason: 'held' });
    expect(lstatSync(dir.join('s.jsonl.lock')).isDirectory()).toBe(true);
    expect(existsSync(dir.join('alias.jsonl.lock'))).toBe(false);
  });

  it('[P5] [L8] is made with all folders that are missing above it', async () => {
    // Given a session file in a folder that is still to come
    const [one, other] = await Promise.all([
      startProcess(dir.join('to', 'come', 's.jsonl')),
      startProcess(dir.join('to', 'come', 's.jsonl')),
    ]);

    // When the first session begins there
    await one.ask('acquire', { runId: 'one' });

    // Then others are kept out
    const refused = other.ask('acquire', { runId: 'other', wait: false });
    await expect(refused).rejects.toMatchObject({ reason: 'held' });
  });

  it('[L5] [L6] is left as it is where it is a file of somebody else, and named', async () => {
    // Given a lock of another program
    await writeFile(dir.join('s.jsonl.lock'), 'pid 1');
    const actor = await startProcess(dir.join('s.jsonl'));

    // When the file is asked for
    const refused = actor.ask('acquire', { runId: 'one' });

    // Then the message names it, at once, and it was not touched
    await expect(refused).rejects.toMatchObject({
      code: 'ERR_SESSION_LEASE_UNAVAILABLE',
      reason: 'damaged',
      message: expect.stringContaining('s.jsonl.lock') as string,
    });
    expect(await readFile(dir.join('s.jsonl.lock'), 'utf8')).toBe('pid 1');
  });

  it('[L6] [P9] is not looked for behind a link', async () => {
    // Given a link at its place, to a folder elsewhere
    await mkdir(dir.join('elsewhere'));
    await symlink(dir.join('elsewhere'), dir.join('s.jsonl.lock'));
    const actor = await startProcess(dir.join('s.jsonl'));

    // When the file is asked for
    const refused = actor.ask('acquire', { runId: 'one' });

    // Then it is refused, and nothing was written there
    await expect(refused).rejects.toMatchObject({ reason: 'damaged' });
    expect(readdirSync(dir.join('elsewhere'))).toEqual([]);
  });

  it('[L5] is somebody else’s while an empty folder is there, as other programs make them', async () => {
    // Given what proper-lockfile makes of the same place
    await mkdir(dir.join('s.jsonl.lock'));
    const actor = await startProcess(dir.join('s.jsonl'));

    // Then that is a lock like any other
    await expect(actor.ask('acquire', { runId: 'one', wait: false })).rejects.toMatchObject({
      code: 'ERR_SESSION_LEASE_UNAVAILABLE',
    });
  });
});

describe.skipIf(CANNOT_BECOME_NOBODY)('another user of the machine', { timeout: 40_000 }, () => {
  const dir = useTempDir();

  it('[L8] is told that it may not write there, and by what name', async () => {
    // Given a folder that belongs to somebody else, and a user without rights there
    await chmod(dir.path, 0o755);
    const actor = await startProcess(dir.join('s.jsonl'));
    await actor.ask('acquire', { runId: 'still root' });
    await actor.ask('release');
    await actor.ask('becomeNobody');

    // When it asks for the file
    const refused = actor.ask('acquire', { runId: 'nobody' });

    // Then it is not left waiting
    await expect(refused).rejects.toMatchObject({ reason: 'not-writable', systemCode: 'EACCES' });
  });

  it('[L1] [L4] waits for a holder whose process it may not signal, and follows it once it is dead', async () => {
    // Given a folder for all, and a process of another user that has the file
    await chmod(dir.path, 0o777);
    await mkdir(dir.join('s.jsonl.lock'));
    await chmod(dir.join('s.jsonl.lock'), 0o777);
    await writeFile(dir.join('s.jsonl.lock', 'epoch'), '');
    const [holder, other] = await Promise.all([
      startProcess(dir.join('s.jsonl')),
      startProcess(dir.join('s.jsonl')),
    ]);
    await other.ask('acquire', { runId: 'still root' });
    await other.ask('release');
    await other.ask('becomeNobody');
    await holder.ask('acquire', { runId: 'holder', startBytes: 3 });
    const taken = other.ask('acquire', { runId: 'other' });
    await other.once('waiting');
    const wasHeld = await holder.ask('isHeld');

    // When that process dies
    await holder.kill();

    // Then the file was with it until then
    expect(wasHeld).toBe(true);
    expect((await taken).died).toEqual({ runId: 'holder', startBytes: 3 });
  });
});

describe('a thread of this process', { timeout: 40_000 }, () => {
  const dir = useTempDir();

  it('[L8] [P9] waits where another process has the file, whatever the folder is called', async () => {
    // Given a process that has a file with a name that leaves no room for anything behind it
    const sessionFile = dir.join('x'.repeat(255));
    const [holder, thread] = await Promise.all([
      startProcess(sessionFile),
      startThread(sessionFile),
    ]);
    const { token } = await holder.ask('acquire', { runId: 'holder' });

    // When a thread here asks for it
    const taken = thread.ask('acquire', { runId: 'thread' });
    await thread.once('waiting');
    await holder.ask('release');

    // Then it gets its turn
    expect(BigInt((await taken).token)).toBe(BigInt(token) + 1n);
  });
});
