import { opendir } from 'node:fs/promises';
import { join } from 'node:path';
import { lockPlaceOf } from '../leases/lock-file/lock-place.js';
import { CouldNotLook } from './exit-codes.js';
import { shown } from './wording.js';

/** What could not be looked at. */
export interface Problem {
  readonly path: string;
  readonly code: string | null;
  readonly found: string;
}

/** What is in one folder, as far as it matters; names are sorted. */
export interface FolderContent {
  readonly path: string;
  /** Session file -> lock: whatever has such a name, also where it is neither. */
  readonly locks: ReadonlyMap<string, string>;
  /** Files whose names say that they are session files. */
  readonly sessions: readonly string[];
  /** Locks that a doctor was removing. */
  readonly graves: readonly string[];
}

const LOCK = '.lock';
/** Names of session files. */
export const SESSION: RegExp = /\.jsonl$/i;
const GRAVE = /\.lock\.gone-[\da-f]{8}(?:-[\da-f]{4}){3}-[\da-f]{12}$/;
/** Only names of about that length have locks under other names. */
const LONG = 200;

/**
 * One folder, or all below it too, which it lists entry by entry. What it cannot list is told to
 * `onProblem`.
 *
 * @throws CouldNotLook the folder itself cannot be listed
 */
export async function* foldersIn(
  top: string,
  isRecursive: boolean,
  onProblem: (problem: Problem) => void,
): AsyncGenerator<FolderContent, void> {
  const open = [top];
  for (let path = open.pop(); path !== undefined; path = open.pop()) {
    const below: string[] = [];
    try {
      yield await contentOf(path, below);
    } catch (error) {
      if (path === top) throw couldNotList(path, error);
      // It may have been removed since its name was read.
      if ((error as NodeJS.ErrnoException).code !== 'ENOENT') onProblem(problemAt(path, error));
    }
    if (isRecursive) for (const name of sorted(below).toReversed()) open.push(join(path, name));
  }
}

async function contentOf(path: string, below: string[]): Promise<FolderContent> {
  const lockNames: string[] = [];
  const sessions: string[] = [];
  const graves: string[] = [];
  const shortened = new Map<string, string>();
  for await (const entry of await opendir(path, { bufferSize: 1_024 })) {
    const { name } = entry;
    if (GRAVE.test(name)) graves.push(name);
    else if (name.length > LOCK.length && name.endsWith(LOCK)) lockNames.push(name);
    else if (entry.isDirectory()) below.push(name);
    if (entry.isFile() && SESSION.test(name)) sessions.push(name);
    if (Buffer.byteLength(name) > LONG) shortened.set(lockPlaceOf(join(path, name)), name);
  }
  const locks = new Map<string, string>();
  for (const name of sorted(lockNames)) {
    locks.set(shortened.get(join(path, name)) ?? name.slice(0, -LOCK.length), name);
  }
  return { path, locks, sessions: sorted(sessions), graves: sorted(graves) };
}

export function problemAt(path: string, error: unknown): Problem {
  const { code = null } = error as { code?: string | null };
  return { path, code, found: whyNot(error) };
}

/** By code unit: the same on every machine. */
export function sorted(names: Iterable<string>): string[] {
  return [...names].sort();
}

function couldNotList(path: string, error: unknown): CouldNotLook {
  const { code } = error as NodeJS.ErrnoException;
  const hint = code === 'ENOTDIR' ? '; for a file there is: penholder who FILE' : '';
  return new CouldNotLook(`Cannot look into ${shown(path)}: ${whyNot(error)}${hint}.`, {
    cause: error,
  });
}

const WHY: Readonly<Record<string, string>> = {
  ENOENT: 'there is nothing of that name',
  ENOTDIR: 'it is not a folder',
  EACCES: 'this user may not read it (EACCES)',
  EPERM: 'this user may not read it (EPERM)',
  ELOOP: 'its links go round in a circle, or are too many',
  ENAMETOOLONG: 'its name is longer than the file system allows',
  EMFILE: 'too many files are open (EMFILE)',
};

/** @throws error where no call to the system made it */
export function whyNot(error: unknown): string {
  const { code, message } = error as NodeJS.ErrnoException;
  if (typeof code !== 'string') throw error;
  return WHY[code] ?? `the system says: ${message}`;
}
