import {
  RunEndedError,
  RunInterruptedError,
  RunNotOwnerError,
  RunRevokedError,
} from '../../../src/index.js';
import type { Row } from '../support/row.js';

export const RUN_ERRORS: readonly Row[] = [
  {
    type: 'RunInterruptedError',
    name: 'AbortError',
    code: 'ERR_SESSION_RUN_INTERRUPTED',
    retry: 'never',
    begins:
      /^Run r-1 on "\/srv\/state\/s\.jsonl" was told to stop \(stuck\): it has 15 s to end by /,
    fields: { why: 'stuck', runId: 'r-1' },
    make: (facts) =>
      new RunInterruptedError({ ...facts, why: 'stuck', runId: 'r-1', settleMs: 15_000 }),
  },
  {
    type: 'RunRevokedError',
    name: 'AbortError',
    code: 'ERR_SESSION_RUN_REVOKED',
    retry: 'never',
    begins: /^Cannot rebind on "\/srv\/state\/s\.jsonl": the turn of run r-1 was revoked/,
    fields: { runId: 'r-1' },
    make: (facts) => new RunRevokedError({ ...facts, runId: 'r-1', action: 'rebind' }),
  },
  {
    type: 'RunEndedError',
    code: 'ERR_SESSION_RUN_ENDED',
    retry: 'never',
    begins:
      /^Cannot park on "\/srv\/state\/s\.jsonl": run r-1 has ended \(completed\), handles serve /,
    fields: { runId: 'r-1', end: 'completed' },
    make: (facts) =>
      new RunEndedError({ ...facts, runId: 'r-1', action: 'park', end: 'completed' }),
  },
  {
    type: 'RunNotOwnerError',
    code: 'ERR_SESSION_NOT_OWNER',
    retry: 'wait',
    begins:
      /^Cannot park on "\/srv\/state\/s\.jsonl": run r-1 is parked, only the owner of the turn/,
    fields: { runId: 'r-1' },
    make: (facts) =>
      new RunNotOwnerError({ ...facts, runId: 'r-1', action: 'park', state: 'is parked' }),
  },
];
