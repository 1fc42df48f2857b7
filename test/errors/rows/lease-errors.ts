import { LeaseLostError, LeaseUnavailableError } from '../../../src/index.js';
import { FILE } from '../support/facts.js';
import type { Row } from '../support/row.js';

export const LEASE_ERRORS: readonly Row[] = [
  {
    type: 'LeaseUnavailableError',
    code: 'ERR_SESSION_LEASE_UNAVAILABLE',
    retry: 'never',
    begins:
      /^Cannot lease "\/srv\/state\/s\.jsonl" \(not-writable\): its lock cannot be written; held by .*; make the folder writable or, /,
    fields: { reason: 'not-writable', lockPath: `${FILE}.lock`, systemCode: 'EROFS' },
    make: (facts) =>
      new LeaseUnavailableError({
        ...facts,
        reason: 'not-writable',
        detail: 'its lock cannot be written',
        lockPath: `${FILE}.lock`,
        systemCode: 'EROFS',
      }),
  },
  {
    type: 'LeaseLostError',
    name: 'AbortError',
    code: 'ERR_SESSION_LEASE_LOST',
    retry: 'wait',
    begins:
      /^Lost the lease of "\/srv\/state\/s\.jsonl" \(token 17\): this process gave no sign of life for too long, /,
    fields: { fencingToken: '17' },
    make: (facts) => new LeaseLostError({ ...facts, fencingToken: 17n }),
  },
];
