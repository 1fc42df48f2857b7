import { describe, expect, it } from 'vitest';
import {
  type LockFileOptions,
  readLockFileOptions,
} from '../../../src/leases/lock-file/options.js';

describe('the options of lock files', () => {
  it('have defaults', () => {
    expect(readLockFileOptions({})).toEqual({
      heartbeatMs: 5_000,
      expireMs: 30_000,
      maxHandOvers: 16,
      onUnwritable: 'refuse',
    });
  });

  it.each([
    [{ heartbeatMs: 999 }, /heartbeatMs/],
    [{ heartbeatMs: Infinity, expireMs: Infinity }, /heartbeatMs/],
    [{ heartbeatMs: NaN }, /heartbeatMs/],
    [{ heartbeatMs: '5s' }, /heartbeatMs/],
    [{ heartbeatMs: 1_000, expireMs: 2_999 }, /expireMs/],
    [{ expireMs: -1 }, /expireMs/],
    [{ maxHandOvers: -1 }, /maxHandOvers/],
    [{ maxHandOvers: 1.5 }, /maxHandOvers/],
    [{ onUnwritable: 'ignore' }, /onUnwritable/],
    [null, /options/],
  ])('are refused, never adjusted: %o', (options, named) => {
    expect(() => readLockFileOptions(options as LockFileOptions)).toThrow(named);
  });

  it('may be at their limits', () => {
    const options = { heartbeatMs: 1_000, expireMs: 3_000, maxHandOvers: 0 };

    expect(readLockFileOptions(options)).toMatchObject(options);
  });
});
