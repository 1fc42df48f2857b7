import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { lockDisk } from '../../../src/leases/lock-file/lock-disk.js';
import { LockFolder } from '../../../src/leases/lock-file/lock-folder.js';
import { useTempDir } from '../../support/temp-dir.js';
import { systemError } from './support/memory-disk.js';

function fails(call: 'create' | 'link' | 'rename', code: string): void {
  vi.spyOn(lockDisk, call).mockImplementationOnce(() => {
    throw systemError(code);
  });
}

describe('a folder of files that appear whole', () => {
  const dir = useTempDir();
  const folder = (): LockFolder => new LockFolder(dir.join('a.lock'));

  afterEach(() => {
    vi.restoreAllMocks();
  });

  it('[L5] leaves no empty folder behind, which would be another program’s lock', () => {
    // Given: the folder is missing, and can be made, but not what comes into it
    fails('create', 'ENOENT');
    const { create } = lockDisk;
    const second = vi.spyOn(lockDisk, 'create');
    second.mockImplementationOnce((path, text) => create(path, text));
    second.mockImplementationOnce(() => {
      throw systemError('EMFILE');
    });

    // When
    expect(() => folder().prepare('new', 'text')).toThrow('EMFILE');

    // Then
    expect(existsSync(dir.join('a.lock'))).toBe(false);
  });

  it('[L6] publishes with the whole content where there are no hard links', () => {
    // Given
    fails('link', 'EPERM');

    // When
    const isPublished = folder().publish('7', 'text');

    // Then
    expect(isPublished).toBe(true);
    expect(readFileSync(dir.join('a.lock', '7'), 'utf8')).toBe('text');
    expect(readdirSync(dir.join('a.lock'))).toEqual(['7']);
  });

  it('[L4] gives back, and does not remove, what could not be finished without hard links', () => {
    // Given
    fails('link', 'EPERM');
    fails('rename', 'EIO');

    // When
    expect(() => folder().publish('7', 'text')).toThrow('EIO');

    // Then
    expect(readdirSync(dir.join('a.lock'))).toEqual(['7.free']);
  });
});
