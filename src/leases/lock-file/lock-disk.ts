import {
  closeSync,
  constants,
  existsSync,
  linkSync,
  lstatSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmdirSync,
  rmSync,
  statfsSync,
  unlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { dirname } from 'node:path';

const O_NOFOLLOW = (constants.O_NOFOLLOW as number | undefined) ?? 0;
const O_NONBLOCK = (constants.O_NONBLOCK as number | undefined) ?? 0;

/**
 * Every call to the file system that locks make, in one place: tests make each of them fail, and
 * play file systems that are not there.
 */
export const lockDisk = {
  list: (folder: string): string[] => readdirSync(folder),
  lookAt: (path: string): { mtimeMs: number; size: number; isFile: boolean; isFolder: boolean } => {
    const stats = lstatSync(path);
    const { mtimeMs, size } = stats;
    return { mtimeMs, size, isFile: stats.isFile(), isFolder: stats.isDirectory() };
  },
  /** With what is missing above it, and each level once: Node's own way never ends in `/proc`. */
  makeFolder: (path: string): void => {
    try {
      mkdirSync(path);
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      if (code === 'EEXIST') return;
      const parent = dirname(path);
      if (code !== 'ENOENT' || parent === path || existsSync(parent)) throw error;
      lockDisk.makeFolder(parent);
      lockDisk.makeFolder(path);
    }
  },
  /** Where it is empty. */
  removeFolder: (path: string): void => {
    rmdirSync(path);
  },
  /** Fails where the name is there; leaves nothing where it fails. */
  create: (path: string, text: string): void => {
    const fd = openSync(path, 'wx');
    try {
      if (text !== '') writeFileSync(fd, text);
    } catch (error) {
      // Only what was made here is taken away again.
      rmSync(path, { force: true });
      throw error;
    } finally {
      closeSync(fd);
    }
  },
  link: (from: string, to: string): void => {
    linkSync(from, to);
  },
  rename: (from: string, to: string): void => {
    renameSync(from, to);
  },
  unlink: (path: string): void => {
    unlinkSync(path);
  },
  /** Whatever it is; nothing where there is nothing. */
  remove: (path: string): void => {
    rmSync(path, { force: true, recursive: true });
  },
  touch: (path: string, at: Date): void => {
    utimesSync(path, at, at);
  },
  /** Never through a link, never waiting for a pipe. */
  read: (path: string): string => {
    const fd = openSync(path, constants.O_RDONLY | O_NOFOLLOW | O_NONBLOCK);
    try {
      return readFileSync(fd, 'utf8');
    } finally {
      closeSync(fd);
    }
  },
  volumeType: (path: string): number => statfsSync(path).type,
};
