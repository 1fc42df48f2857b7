import {
  closeSync,
  constants,
  fchmodSync,
  fchownSync,
  fstatSync,
  fsync,
  fsyncSync,
  ftruncateSync,
  linkSync,
  openSync,
  readSync,
  renameSync,
  statSync,
  unlinkSync,
  writeSync,
  type Stats,
} from 'node:fs';

/** What is known of a file without reading it. */
export type FileStats = Stats;

const IF_ANY = { throwIfNoEntry: false } as const;

/**
 * Every call to the file system that this folder makes, in one place: tests make each of them fail,
 * and play file systems that are not there.
 */
export const disk = {
  /** Undefined where there is no such file. */
  stat: (path: string): FileStats | undefined => statSync(path, IF_ANY),
  open: (path: string, flags: number, mode?: number): number => openSync(path, flags, mode),
  fstat: (fd: number): FileStats => fstatSync(fd),
  read: (fd: number, into: Buffer, length: number, position: number): number =>
    readSync(fd, into, 0, length, position),
  write: (fd: number, bytes: Buffer, from: number): number => writeSync(fd, bytes, from),
  truncate: (fd: number, sizeBytes: number): void => {
    ftruncateSync(fd, sizeBytes);
  },
  sync: (fd: number): void => {
    fsyncSync(fd);
  },
  /** Off the event loop: it may take as long as the disk takes. */
  syncLater: (fd: number): Promise<void> =>
    new Promise((done, fail) => {
      fsync(fd, (error) => (error ? fail(error) : done()));
    }),
  chmod: (fd: number, mode: number): void => {
    fchmodSync(fd, mode);
  },
  chown: (fd: number, uid: number, gid: number): void => {
    fchownSync(fd, uid, gid);
  },
  rename: (from: string, to: string): void => {
    renameSync(from, to);
  },
  link: (from: string, to: string): void => {
    linkSync(from, to);
  },
  unlink: (path: string): void => {
    unlinkSync(path);
  },
  close: (fd: number): void => {
    closeSync(fd);
  },
};

const { O_APPEND, O_CREAT, O_EXCL, O_RDONLY, O_RDWR, O_WRONLY } = constants;
/** A pipe that somebody put in place of the file must not block the process. */
const O_NONBLOCK = (constants.O_NONBLOCK as number | undefined) ?? 0;

export const TO_READ: number = O_RDONLY | O_NONBLOCK;
export const TO_APPEND: number = O_WRONLY | O_APPEND | O_NONBLOCK;
export const TO_CUT: number = O_RDWR | O_NONBLOCK;
/** Fails where the file is there: whatever is created is ours. */
export const TO_CREATE: number = O_WRONLY | O_APPEND | O_CREAT | O_EXCL;

/** Behind a failure that its caller has to know, or a file that was only read. */
export function closeQuietly(fd: number): void {
  try {
    disk.close(fd);
  } catch {
    // The file is as it was left.
  }
}
