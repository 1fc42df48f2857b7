import { LeaseUnavailableError, type LeaseUnavailableReason } from '../../errors/lease-errors.js';
import { SessionError } from '../../errors/session-error.js';

const REASONS: Readonly<Record<string, LeaseUnavailableReason>> = {
  EROFS: 'not-writable',
  EACCES: 'not-writable',
  EPERM: 'not-writable',
  ENOENT: 'not-writable',
  ENOTDIR: 'damaged',
  EISDIR: 'damaged',
  ELOOP: 'damaged',
  ENOTSUP: 'unsafe-file-system',
  EOPNOTSUPP: 'unsafe-file-system',
  ENOSYS: 'unsafe-file-system',
};

const DETAILS: Readonly<Partial<Record<LeaseUnavailableReason, string>>> = {
  'not-writable': 'its lock cannot be written',
  damaged: 'what is at the place of its lock is no folder of locks',
  'unsafe-file-system': 'its volume cannot make a name exactly once, so it cannot exclude anybody',
};

/** What the file system said, as the one type that leaves this folder. */
export function failure(error: unknown, sessionFile: string, lockPath: string): unknown {
  const systemCode = (error as NodeJS.ErrnoException | null)?.code;
  if (SessionError.is(error) || typeof systemCode !== 'string') return error;
  const reason = REASONS[systemCode] ?? 'io';
  const said = (error as Error).message;
  return new LeaseUnavailableError({
    ...{ sessionFile, reason, lockPath, systemCode, cause: error },
    detail: `${DETAILS[reason] ?? 'its lock could not be used'}, at ${JSON.stringify(lockPath)} (${said})`,
  });
}

/** Nobody may write there, or nothing can be made there. */
export function isUnwritable(error: unknown): boolean {
  return REASONS[(error as NodeJS.ErrnoException).code ?? ''] === 'not-writable';
}

/** Others use what is there in this moment, or too much is open: the same will work later. */
export function isPassing(error: unknown, platform: string = process.platform): boolean {
  const { code = '' } = error as NodeJS.ErrnoException;
  // Windows says so of whatever somebody has open.
  if (platform === 'win32' && (code === 'EPERM' || code === 'EACCES')) return true;
  return code === 'EBUSY' || code === 'EMFILE' || code === 'ENFILE' || code === 'EAGAIN';
}
