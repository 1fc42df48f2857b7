import {
  lstatSync,
  opendirSync,
  promises,
  readlinkSync,
  realpath,
  realpathSync,
  statSync,
  type BigIntStats,
  type Stats,
} from 'node:fs';
import nodePath from 'node:path';
import type { AsyncFs, Facts, Host, SyncFs } from './questions.js';
import { Volumes } from './volumes.js';

/** How many names of a directory are looked at to find one whose case can be swapped. */
const MAX_NAMES = 64;

const host: Host = {
  path: nodePath,
  foldsByHabit: process.platform === 'darwin' || process.platform === 'win32',
  volumes: new Volumes(),
};

export const nodeSyncFs: SyncFs = {
  ...host,
  realpath: (path) => realpathSync.native(path),
  readlink: (path) => readlinkSync(path),
  lstat: (path) => factsOf(lstatSync(path, { bigint: true })),
  stat: (path) => factsOf(statSync(path)),
  list: listSync,
};

export const nodeAsyncFs: AsyncFs = {
  ...host,
  // The callback form is a little faster than the one of fs.promises.
  realpath: (path) =>
    new Promise((answer, fail) => {
      realpath.native(path, (error, real) => (error ? fail(error) : answer(real)));
    }),
  readlink: (path) => promises.readlink(path),
  lstat: async (path) => factsOf(await promises.lstat(path, { bigint: true })),
  // On purpose not asynchronous: only asked where realpath has just been answered, so that the
  // system has it in memory. It takes about a microsecond; a second trip through the thread pool
  // would double the time of the whole resolution.
  stat: nodeSyncFs.stat,
  list: listSync,
};

function factsOf(stats: Stats | BigIntStats): Facts {
  return {
    kind: kindOf(stats),
    dev: Number(stats.dev),
    ino: stats.ino,
    links: Number(stats.nlink),
  };
}

function kindOf(stats: Stats | BigIntStats): Facts['kind'] {
  if (stats.isFile()) return 'file';
  if (stats.isDirectory()) return 'directory';
  return stats.isSymbolicLink() ? 'link' : 'other';
}

/** At once also for the asynchronous way: asked once in the life of a volume, if ever. */
function listSync(path: string): string[] {
  const names: string[] = [];
  const directory = opendirSync(path);
  try {
    for (let entry = directory.readSync(); entry; entry = directory.readSync()) {
      names.push(entry.name);
      if (names.length === MAX_NAMES) break;
    }
  } finally {
    directory.closeSync();
  }
  return names;
}
