import { linkSync, mkdirSync, renameSync, statSync, writeFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { readFileId, type StatSync } from '../../src/identity/file-id.js';
import { systemError } from './support/fake-fs.js';
import { invalid, useFolder } from './support/outcome.js';

describe('readFileId()', () => {
  const folder = useFolder();

  it('[P7] gives hard links one id and counts them', () => {
    // Given a file with a second name, and another file
    const [a, b, c] = [folder.at('a'), folder.at('b'), folder.at('c')];
    writeFileSync(a, '');
    expect(readFileId(a, a)?.links).toBe(1);
    linkSync(a, b);
    writeFileSync(c, '');
    // When their ids are read; then the names of one file share one
    const { dev, ino } = statSync(a);
    expect(readFileId(a, a)).toEqual({ id: `${dev}:${ino}`, links: 2, sizeBytes: 0 });
    expect(readFileId(b, b)).toEqual(readFileId(a, a));
    expect(readFileId(c, c)?.id).not.toBe(readFileId(a, a)?.id);
    // And a file keeps it when it is renamed
    const before = readFileId(c, c);
    renameSync(c, folder.at('d'));
    expect(readFileId(folder.at('d'), c)).toEqual(before);
  });

  it('[P7] gives undefined while the file is missing', () => {
    // Given nothing, with and without a directory for it; when the id is read; then there is none
    expect(readFileId(folder.at('f'), 'f')).toBeUndefined();
    expect(readFileId(folder.at('no', 'f'), 'f')).toBeUndefined();
  });

  it('[P7] keeps ids apart that only bigints can tell apart', () => {
    // Given a file system that counts further than numbers do
    const asked: boolean[] = [];
    const statOf =
      (ino: bigint): StatSync =>
      (path, options) => {
        asked.push(options.bigint);
        const stats = statSync(folder.path, { bigint: options.bigint });
        const own = options.bigint ? { dev: 5n, ino } : { dev: 5, ino: Number(ino) };
        return Object.assign(stats, own, { isFile: () => path !== '' });
      };
    const large = 2n ** 60n;
    // When ids that are equal as numbers are read; then they differ
    expect(readFileId('/f', 'f', statOf(large))?.id).toBe(`5:${large}`);
    expect(readFileId('/f', 'f', statOf(large + 1n))?.id).toBe(`5:${large + 1n}`);
    expect(asked).toEqual([false, true, false, true]);
    // And numbers do where they suffice
    expect(readFileId('/f', 'f', statOf(2n ** 53n - 1n))?.id).toBe('5:9007199254740991');
    expect(asked).toHaveLength(5);
  });

  it('[P7] asks with bigints also for a large device', () => {
    // Given a device beyond the exact numbers
    const stat: StatSync = (_, { bigint }) =>
      Object.assign(statSync(folder.path, { bigint }), {
        dev: bigint ? 2n ** 60n + 1n : 2 ** 60,
        isFile: () => true,
      });
    // When the id is read; then it is exact
    expect(readFileId('/f', 'f', stat)?.id).toMatch(/^1152921504606846977:/);
  });

  it('gives undefined if the file vanishes between two looks', () => {
    // Given a file that is gone at the second look
    const stat: StatSync = (_, { bigint }) =>
      bigint ? undefined : Object.assign(statSync(folder.path), { ino: 2 ** 60 });
    // When its id is read; then there is none
    expect(readFileId('/f', 'f', stat)).toBeUndefined();
  });

  it('refuses what is no regular file, under the name that the caller knows', () => {
    // Given a directory and a device
    mkdirSync(folder.at('d'));
    const refusal = (path: string) => invalid(() => readFileId(path, 'shown'));
    // When their ids are read; then each is refused for what it is
    expect(refusal(folder.at('d'))).toMatchObject({ reason: 'directory', sessionFile: 'shown' });
    expect(refusal('/dev/null').reason).toBe('not-regular');
  });

  it('types what the file system throws', () => {
    // Given a file system that fails; when an id is read; then the error is typed, with its cause
    const cause = systemError('EIO');
    const error = invalid(() =>
      readFileId('/f', 'shown', () => {
        throw cause;
      }),
    );
    expect(error).toMatchObject({ reason: 'unreachable', systemCode: 'EIO', cause });
  });
});
