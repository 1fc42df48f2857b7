import { dirname } from 'node:path';
import { disk, TO_READ } from './disk.js';
import type { Steps } from './steps.js';

/** What was written to this file survives a crash. */
export function* syncFile(
  path: string,
  sync: (fd: number) => Promise<void> | void = disk.syncLater,
): Steps<void> {
  const fd = disk.open(path, TO_READ);
  try {
    yield sync(fd) ?? undefined;
  } finally {
    disk.close(fd);
  }
}

/** A name that is new, or leads to another file, survives a crash once its folder is on the disk. */
export function* syncFolder(path: string): Steps<void> {
  // Windows opens no folders.
  if (process.platform !== 'win32') yield* syncFile(dirname(path));
}
