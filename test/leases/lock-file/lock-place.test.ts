import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { describe, expect, it } from 'vitest';
import { checkPlace, lockPlaceOf } from '../../../src/leases/lock-file/lock-place.js';
import { useTempDir } from '../../support/temp-dir.js';

describe('where the lock of a session file is', () => {
  const dir = useTempDir();

  it('[P9] is beside the file, under its name', () => {
    expect(lockPlaceOf('/s/a.jsonl')).toBe('/s/a.jsonl.lock');
  });

  it('[P9] is the same for the same path, whoever asks', () => {
    expect(lockPlaceOf('/s/a.jsonl')).toBe(lockPlaceOf('/s/a.jsonl'));
  });

  it('[P9] is another for another file', () => {
    expect(lockPlaceOf('/s/a.jsonl')).not.toBe(lockPlaceOf('/s/b.jsonl'));
  });

  it.each([250, 251, 255])('[P9] can be made for a name of %i bytes', (bytes) => {
    const path = dir.join('x'.repeat(bytes));
    writeFileSync(path, '');

    mkdirSync(lockPlaceOf(path));

    expect(dirname(lockPlaceOf(path))).toBe(dir.path);
  });

  it('[P9] can be made for a long name of letters that take several bytes', () => {
    const path = dir.join('会'.repeat(85));
    writeFileSync(path, '');

    expect(() => mkdirSync(lockPlaceOf(path))).not.toThrow();
  });

  it('[P9] is another for another long name', () => {
    const long = 'x'.repeat(254);

    expect(lockPlaceOf(`/s/${long}1`)).not.toBe(lockPlaceOf(`/s/${long}2`));
  });

  it('is fine where nothing is, and where a folder is', () => {
    mkdirSync(dir.join('b.lock'));

    expect(() => {
      checkPlace(dir.join('a.lock'));
      checkPlace(dir.join('b.lock'));
    }).not.toThrow();
  });

  it('[L5] is refused where a file is', () => {
    writeFileSync(dir.join('a.lock'), '');

    expect(() => checkPlace(dir.join('a.lock'))).toThrow(
      expect.objectContaining({ code: 'ENOTDIR' }),
    );
  });

  it('[L5] is refused where a link is, also one to a folder', () => {
    mkdirSync(dir.join('folder'));
    symlinkSync(dir.join('folder'), dir.join('a.lock'));

    expect(() => checkPlace(dir.join('a.lock'))).toThrow(
      expect.objectContaining({ code: 'ENOTDIR' }),
    );
  });
});
