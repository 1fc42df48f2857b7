import * as fc from 'fast-check';
import nodePath from 'node:path';
import { describe, expect, it } from 'vitest';
import { foldName } from '../../src/identity/folding.js';
import { resolvePath, resolvePathSync } from '../../src/identity/resolve.js';
import type { SessionFile } from '../../src/types.js';
import { FakeFs } from './support/fake-fs.js';

/** Resolves both ways on one fake and expects one answer. */
async function resolved(path: string, fs: FakeFs): Promise<SessionFile> {
  const later = await resolvePath(path, fs.later());
  expect(resolvePathSync(path, fs)).toEqual(later);
  return later;
}

async function keysOf(fs: FakeFs, ...paths: string[]): Promise<Set<string>> {
  const keys = new Set<string>();
  for (const path of paths) keys.add((await resolved(path, fs)).key);
  return keys;
}

describe('keyOf()', () => {
  it('[P6] gives all spellings of a file on a folding volume one key', async () => {
    // Given a volume that folds case and form, with a file on it
    const fs = new FakeFs({ folds: true }).file('/Data/Café/Main.jsonl');
    const spellings = [
      '/Data/Café/Main.jsonl',
      '/data/cafe\u0301/main.JSONL',
      '/DATA/CAFÉ/MAIN.jsonl',
      '/dAtA/CAFE\u0301/maiN.jsonl',
    ];
    // When they are resolved; then the key is one, and the real path keeps the spelling
    expect(await keysOf(fs, ...spellings)).toEqual(new Set(['/data/café/main.jsonl']));
    for (const path of spellings) expect((await resolved(path, fs)).realPath).toBe(path);
  });

  it('[P5] [P6] gives them that key also before the file or its directories exist', async () => {
    // Given the same volume, where only the upper directory exists
    const fs = new FakeFs({ folds: true }).dir('/Data');
    const spellings = ['/Data/Café/Main.jsonl', '/data/CAFE\u0301/main.jsonl'];
    // When spellings of a missing file are resolved before and after it is there
    const before = await keysOf(fs, ...spellings);
    fs.file('/Data/Café/Main.jsonl');
    // Then the keys are one and the same
    expect(before).toEqual(new Set(['/data/café/main.jsonl']));
    expect(await keysOf(fs, ...spellings)).toEqual(before);
  });

  it('[P6] changes nothing on a volume that does not fold', async () => {
    // Given a volume that keeps case and form apart
    const fs = new FakeFs().file('/Data/Café').file('/Data/Cafe\u0301').dir('/data');
    // When spellings are resolved, missing ones too; then each is itself
    for (const path of ['/Data/Café', '/Data/Cafe\u0301', '/data/É', '/data/E\u0301']) {
      expect(await resolved(path, fs)).toEqual({ key: path, path, realPath: path });
    }
  });

  it('[P6] folds only the names that lie on folding volumes, where a path crosses several', async () => {
    // Given a folding volume below a plain one, and a folding one below a plain one below that
    const fs = new FakeFs({ dev: 1 })
      .dir('/Mnt')
      .mount('/Mnt/Fat', { dev: 2, folds: true })
      .mount('/Mnt/Fat/A/Plain', { dev: 3, folds: false })
      .mount('/Mnt/Fat/A/Plain/Deep/Fat2', { dev: 4, folds: true })
      .dir('/Mnt/Fat/A/Plain/Deep/Fat2/B');
    // When a path through all of them is resolved, existing or not
    const { key } = await resolved('/Mnt/Fat/A/Plain/Deep/Fat2/B/F', fs);
    fs.file('/Mnt/Fat/A/Plain/Deep/Fat2/B/F');
    // Then names in directories of folding volumes are folded, mount points by what they lie in
    expect(key).toBe('/Mnt/Fat/a/plain/Deep/Fat2/b/f');
    expect((await resolved('/Mnt/Fat/A/Plain/Deep/Fat2/B/F', fs)).key).toBe(key);
    // And a path that ends on a plain volume is not looked at any closer
    expect((await resolved('/Mnt/Fat/A/Plain/Deep/X', fs)).key).toBe('/Mnt/Fat/A/Plain/Deep/X');
  });

  it('[P5] keeps the key when links lead onto a folding volume', async () => {
    // Given a dangling link from a plain volume to a folding one
    const fs = new FakeFs().mount('/Fat', { dev: 2, folds: true }).dir('/Fat/D');
    fs.link('/Link', '/fat/../Fat/d/FILE').dir('/fat');
    // When it is resolved before and after its file appears; then the key is one
    const before = await resolved('/Link', fs);
    expect(before).toMatchObject({ key: '/Fat/d/file', realPath: '/Fat/d/FILE' });
    fs.file('/Fat/D/File');
    expect(await resolved('/Link', fs)).toEqual(before);
  });

  it('[P6] folds drive letters and shares on Windows', async () => {
    // Given a drive and a share as Windows has them
    const options = { path: nodePath.win32, folds: true, foldsByHabit: true };
    const drive = new FakeFs({ ...options, root: 'C:\\' }).file('C:\\Users\\Me\\F');
    const share = new FakeFs({ ...options, root: '\\\\Host\\Share\\' }).dir('\\\\Host\\Share\\D');
    // When spellings are resolved; then their keys are one
    expect(await keysOf(drive, 'C:\\Users\\Me\\F', 'c:\\users\\ME\\f')).toEqual(
      new Set(['c:\\users\\me\\f']),
    );
    expect(await keysOf(drive, 'C:\\New\\F', 'c:\\new\\f')).toEqual(new Set(['c:\\new\\f']));
    expect((await resolved('\\\\Host\\Share\\D\\F', share)).key).toBe('\\\\host\\share\\d\\f');
  });

  it('follows the habit of the platform where it cannot find out, and does not keep that', async () => {
    for (const foldsByHabit of [true, false]) {
      // Given a new volume without a name that could be tried
      const fs = new FakeFs({ foldsByHabit }).mount('/1', { dev: 2, folds: true });
      fs.dir('/A');
      // When a file on it is resolved; then the habit decides
      const key = foldsByHabit ? '/1/f' : '/1/F';
      expect((await resolved('/1/F', fs)).key).toBe(key);
      expect(fs.volumes.get(2)).toBeUndefined();
      // And once there is a name, the volume itself
      fs.dir('/1/Name');
      expect((await resolved('/1/F', fs)).key).toBe('/1/f');
      expect(fs.volumes.get(2)).toBe(true);
    }
  });
});

describe('foldName()', () => {
  it.each([
    ['Main.JSONL', 'main.jsonl'],
    ['Σσς', 'σσσ'],
    ['É', 'é'],
    ['E\u0301', 'é'],
    ['Ω', 'ω'],
    ['K', 'k'],
    ['Å', 'å'],
    ['ẞ', 'ß'],
    ['Ǆ', 'ǆ'],
    ['ǅ', 'ǆ'],
    ['𐐀', '𐐨'],
    ['ᾼ', 'ᾳ'],
    ['Α\u0345', 'ᾳ'],
    ['J\u030c', 'ǰ'],
    ['Я', 'я'],
  ])('[P6] folds %s to %s', (name, folded) => {
    // Given a name; when it is folded; then all its spellings are one text
    expect(foldName(name)).toBe(folded);
    expect(foldName(folded)).toBe(folded);
  });

  it.each([
    ['ß', 'ss'],
    ['ı', 'i'],
    ['İ', 'i'],
    ['ﬁ', 'fi'],
    ['é', 'e'],
    ['１', '1'],
    ['ŉ', "'n"],
  ])('[P6] keeps %s and %s apart', (one, other) => {
    // Given two names that no volume takes for one; when they are folded; then they differ
    expect(foldName(one)).not.toBe(foldName(other));
  });

  it('[P6] gives both normal forms and both cases of any text one result', () => {
    const text = fc.string({ unit: 'grapheme' });
    fc.assert(
      fc.property(text, (name) => {
        // Given any text; when it is folded in another form, or twice; then nothing changes
        const folded = foldName(name);
        expect(foldName(name.normalize('NFD'))).toBe(folded);
        expect(foldName(name.normalize('NFC'))).toBe(folded);
        expect(foldName(folded)).toBe(folded);
      }),
      { numRuns: 500 },
    );
  });

  it('[P6] folds every letter as the simple folding of the Unicode tables', () => {
    // Given every letter whose case the language's own tables change one to one
    const simple = /^.$/isu;
    let compared = 0;
    for (let point = 0x80; point <= 0x10ffff; point += 1) {
      const letter = String.fromCodePoint(point);
      if (!/\p{Changes_When_Casefolded}|\p{Changes_When_Uppercased}/u.test(letter)) continue;
      const nfc = letter.normalize('NFC');
      for (const other of [nfc.toUpperCase(), nfc.toLowerCase()]) {
        // When it and its counterpart are one letter to a case-insensitive Unicode match
        if (!simple.test(other) || !simple.test(nfc)) continue;
        const equal = new RegExp(`^${nfc}$`, 'iu').test(other);
        // Then they fold to one text, and otherwise not
        compared += 1;
        expect([letter, other, foldName(nfc) === foldName(other)]).toEqual([letter, other, equal]);
      }
    }
    expect(compared).toBeGreaterThan(2_000);
  });
});
