import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import type * as promises from 'node:fs/promises';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { lockDisk } from '../../src/leases/lock-file/lock-disk.js';
import { useTempDir } from '../support/temp-dir.js';
import { DEAD, put, record, session } from './support/locks.js';
import { cli, cliJson } from './support/run.js';

const folders = vi.hoisted(() => ({ unreadable: '' }));

vi.mock('node:fs/promises', async (original) => {
  const actual = await original<typeof promises>();
  const opendir: typeof actual.opendir = (path, options) =>
    path === folders.unreadable ? Promise.reject(denied()) : actual.opendir(path, options);
  return { ...actual, opendir };
});

afterEach(() => {
  folders.unreadable = '';
});

function denied(): Error {
  return Object.assign(new Error('EACCES: permission denied'), { code: 'EACCES' });
}

describe.each(['ls', 'doctor'])('a folder that %s cannot look into', (command) => {
  const dir = useTempDir();

  it.each([
    { of: 'missing', name: 'none', says: 'there is nothing of that name' },
    {
      of: 'a file',
      name: 'file',
      says: 'it is not a folder; for a file there is: penholder who FILE',
    },
    { of: 'a circle of links', name: 'circle', says: 'its links go round in a circle' },
    {
      of: 'too long',
      name: 'x'.repeat(300),
      says: 'its name is longer than the file system allows',
    },
  ])('is told: $of', async ({ name, says }) => {
    writeFileSync(dir.join('file'), '');
    symlinkSync('circle', dir.join('circle'));

    const { code, out, err } = await cli(command, dir.join(name));

    expect(err).toMatch(/^penholder: Cannot look into .*\.\n$/);
    expect(err).toContain(says);
    expect({ code, out }).toEqual({ code: 3, out: '' });
  });

  it('is told where nobody may read it', async () => {
    folders.unreadable = dir.path;

    const { code, err } = await cli(command, dir.path);

    expect(err).toContain('this user may not read it (EACCES)');
    expect(code).toBe(3);
  });

  it('keeps nothing from being told of the others', async () => {
    mkdirSync(dir.join('a'));
    mkdirSync(dir.join('b'));
    put(session(dir.join('b', 'x')), '7', record(DEAD));
    folders.unreadable = dir.join('a');

    const { code, out, err } = await cli(command, '-r', dir.path);

    expect(out).toMatch(/dead/);
    expect(err).toBe(
      `penholder: Could not look at ${dir.join('a')}: this user may not read it (EACCES).\n`,
    );
    expect(code).toBe(3);
  });

  it('is told in JSON where it is a lock', async () => {
    put(session(dir.join('x')), '7', record(DEAD));
    vi.spyOn(lockDisk, 'list').mockImplementation(() => {
      throw denied();
    });

    const answer = await cliJson<{ notLookedAt: unknown }>(command, dir.path);

    expect(answer).toMatchObject({
      ...{ code: 3, notLookedAt: [{ path: dir.join('x.lock'), code: 'EACCES' }] },
    });
  });

  it('tells twenty of many, and how many more', async () => {
    for (let count = 10; count < 35; count += 1) put(session(dir.join(`x${count}`)), '7', '');
    vi.spyOn(lockDisk, 'list').mockImplementation(() => {
      throw denied();
    });

    const { err } = await cli(command, dir.path);

    expect(err.split('\n')).toHaveLength(22);
    expect(err).toMatch(/\npenholder: Could not look at 5 places more\.\n$/);
  });

  it('does not hide a mistake of its own', async () => {
    put(session(dir.join('x')), '7', '');
    vi.spyOn(lockDisk, 'list').mockImplementation(() => {
      throw new TypeError('a mistake');
    });

    await expect(cli(command, dir.path)).rejects.toThrow('a mistake');
  });
});
