import { mkdirSync, readdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { nodeAsyncFs, nodeSyncFs } from '../../src/identity/node-fs.js';
import { useFolder } from './support/outcome.js';

describe('nodeSyncFs', () => {
  const folder = useFolder();

  it('tells what is there, without following links where it must not', async () => {
    // Given one of each kind
    mkdirSync(folder.at('d'));
    writeFileSync(folder.at('f'), '');
    symlinkSync('f', folder.at('l'));
    const kinds = { d: 'directory', f: 'file', l: 'link', '/dev/null': 'other' };
    for (const [name, kind] of Object.entries(kinds)) {
      const path = name.startsWith('/') ? name : folder.at(name);
      // When facts are asked for; then both ways tell the same, with exact inodes
      expect(nodeSyncFs.lstat(path)).toMatchObject({ kind, links: expect.any(Number) });
      expect(await nodeAsyncFs.lstat(path)).toEqual(nodeSyncFs.lstat(path));
      expect(typeof nodeSyncFs.lstat(path).ino).toBe('bigint');
    }
    expect(nodeSyncFs.stat(folder.at('l')).kind).toBe('file');
    expect(nodeSyncFs.stat(folder.at('f')).dev).toBe(nodeSyncFs.lstat(folder.at('f')).dev);
  });

  it('lists some names of a directory, however many it has, and closes it', () => {
    // Given a directory with more names than are ever looked at, and one with few
    for (let name = 0; name < 100; name += 1) writeFileSync(folder.at(`f${name}`), '');
    mkdirSync(folder.at('d', 'e'), { recursive: true });
    const open = () => readdirSync('/proc/self/fd').length;
    const before = open();
    // When they are listed; then the number of names is bounded and nothing stays open
    expect(nodeSyncFs.list(folder.path)).toHaveLength(64);
    expect(nodeSyncFs.list(folder.at('d'))).toEqual(['e']);
    expect(open()).toBe(before);
    expect(() => nodeSyncFs.list(folder.at('no'))).toThrow('ENOENT');
  });

  it('[P6] takes volumes that cannot be probed to fold where that is usual', () => {
    // Given the platform of this run; when its habit is asked for; then only two systems fold
    const folds = ['darwin', 'win32'].includes(process.platform);
    expect([nodeSyncFs.foldsByHabit, nodeAsyncFs.foldsByHabit]).toEqual([folds, folds]);
  });

  it('shares what is known of volumes between both ways', () => {
    // Given both ways to the same system; when one learns of a volume; then the other knows
    expect(nodeAsyncFs.volumes).toBe(nodeSyncFs.volumes);
  });
});
