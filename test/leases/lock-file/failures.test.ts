import { describe, expect, it } from 'vitest';
import { failure, isPassing } from '../../../src/leases/lock-file/failures.js';
import { systemError } from './support/memory-disk.js';

describe('what the file system said about a lock', () => {
  it.each([
    ['EROFS', 'not-writable'],
    ['EACCES', 'not-writable'],
    ['EPERM', 'not-writable'],
    ['ENOTDIR', 'damaged'],
    ['EISDIR', 'damaged'],
    ['ELOOP', 'damaged'],
    ['ENOTSUP', 'unsafe-file-system'],
    ['EOPNOTSUPP', 'unsafe-file-system'],
    ['ENOSYS', 'unsafe-file-system'],
    ['ENOSPC', 'io'],
    ['EIO', 'io'],
    ['EMFILE', 'io'],
  ])('[L5] [L8] tells the reason, the place and a way out: %s', (code, reason) => {
    const cause = systemError(code);

    const error = failure(cause, '/s/a.jsonl', '/s/a.jsonl.lock') as Error;

    expect(error).toMatchObject({ reason, systemCode: code, lockPath: '/s/a.jsonl.lock', cause });
    expect(error.message).toMatch(/"\/s\/a\.jsonl".*"\/s\/a\.jsonl\.lock".*; \w+/s);
  });

  it('leaves alone what the file system did not say', () => {
    const bug = new TypeError('x is not a function');

    expect(failure(bug, '/s/a.jsonl', '/s/a.jsonl.lock')).toBe(bug);
  });

  it.each(['EBUSY', 'EMFILE', 'ENFILE', 'EAGAIN'])('[L7] passes everywhere: %s', (code) => {
    expect(isPassing(systemError(code), 'linux')).toBe(true);
  });

  it.each(['EPERM', 'EACCES'])('[L7] passes on Windows, where files are open: %s', (code) => {
    expect(isPassing(systemError(code), 'win32')).toBe(true);
    expect(isPassing(systemError(code), 'linux')).toBe(false);
  });

  it.each(['EROFS', 'ENOSPC', 'EIO', 'ENOENT'])('[L7] does not pass: %s', (code) => {
    expect(isPassing(systemError(code), 'win32')).toBe(false);
  });
});
