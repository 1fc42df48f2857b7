import { statSync, type BigIntStats, type Stats } from 'node:fs';
import { refusedBySystem, refusedKind } from './refusal.js';

/** The file itself, whatever its names: two paths with equal ids are one file. */
export interface FileId {
  /** `dev:ino`, in decimal. */
  readonly id: string;
  /** How many names the file has; above 1 there are hard links. */
  readonly links: number;
  readonly sizeBytes: number;
}

/** The part of `fs.statSync` that is needed; tests pass their own. */
export type StatSync = (
  path: string,
  options: { readonly throwIfNoEntry: false; readonly bigint: boolean },
) => Stats | BigIntStats | undefined;

const SMALL = { throwIfNoEntry: false, bigint: false } as const;
const LARGE = { throwIfNoEntry: false, bigint: true } as const;

/**
 * The id of an existing file, undefined while it is missing. `path` is what errors show.
 *
 * @throws InvalidSessionFileError with reason `directory`, `not-regular` or `unreachable`.
 */
export function readFileId(
  realPath: string,
  path: string,
  stat: StatSync = statSync,
): FileId | undefined {
  try {
    let stats = stat(realPath, SMALL);
    // Numbers are faster, but some file systems count further than they do.
    if (stats && !isExact(stats)) stats = stat(realPath, LARGE);
    if (!stats) return undefined;
    if (!stats.isFile()) throw refusedKind(path, stats.isDirectory());
    return fileIdOf(stats);
  } catch (error) {
    throw refusedBySystem(path, error);
  }
}

export function fileIdOf({ dev, ino, nlink, size }: Stats | BigIntStats): FileId {
  return { id: `${dev}:${ino}`, links: Number(nlink), sizeBytes: Number(size) };
}

function isExact({ dev, ino }: Stats | BigIntStats): boolean {
  return Number.isSafeInteger(dev) && Number.isSafeInteger(ino);
}
