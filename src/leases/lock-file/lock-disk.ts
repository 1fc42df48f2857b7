import {
  closeSync,
  constants,
  linkSync,
  lstatSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statfsSync,
  unlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';

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
  makeFolder: (path: string): void => {
    mkdirSync(path, { recursive: true });
  },
  /** Fails where the name is there. */
  create: (path: string, text: string): void => {
    writeFileSync(path, text, { flag: 'wx' });
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
