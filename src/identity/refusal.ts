import { InvalidSessionFileError, type InvalidSessionFileReason } from '../errors/setup-errors.js';

/** A path that cannot name a session file, for a reason that this package found itself. */
export function refused(
  path: string,
  reason: InvalidSessionFileReason,
  detail: string,
  cause?: unknown,
): InvalidSessionFileError {
  const systemCode = systemCodeOf(cause);
  return new InvalidSessionFileError({ sessionFile: path, reason, detail, systemCode, cause });
}

/** What is there is not a regular file. */
export function refusedKind(path: string, isDirectory: boolean): InvalidSessionFileError {
  return isDirectory
    ? refused(path, 'directory', 'it is a directory, a regular file is wanted')
    : refused(path, 'not-regular', 'it is no regular file, a regular file is wanted');
}

/** Whatever a call to the file system threw, as the one type that leaves this folder. */
export function refusedBySystem(path: string, error: unknown): InvalidSessionFileError {
  if (error instanceof InvalidSessionFileError) return error;
  const systemCode = systemCodeOf(error);
  if (systemCode === 'ELOOP') {
    return refused(path, 'loop', 'its links go round in a circle or are too many', error);
  }
  if (systemCode === 'ENAMETOOLONG') {
    return refused(path, 'too-long', 'it is longer than the file system allows', error);
  }
  return refused(path, 'unreachable', `it cannot be looked up (${describe(error)})`, error);
}

/** `ENOENT` and its like; undefined for errors that no system call made. */
export function systemCodeOf(error: unknown): string | undefined {
  if (!(error instanceof Error)) return undefined;
  const { code } = error as Error & { readonly code?: unknown };
  return typeof code === 'string' && /^E[A-Z0-9]+$/.test(code) ? code : undefined;
}

function describe(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
