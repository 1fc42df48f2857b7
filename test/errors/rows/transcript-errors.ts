import {
  GateBusyError,
  RotateRefusedError,
  TakeoverError,
  TornTranscriptError,
  TranscriptIoError,
} from '../../../src/index.js';
import type { Row } from '../support/row.js';

const TAKEN_OVER = {
  expected: { exists: true, sizeBytes: 120 },
  seen: { exists: true, sizeBytes: 260 },
  writes: { count: 2, bytes: 80, endBytes: 120 },
  startBytes: 40,
} as const;

export const TRANSCRIPT_ERRORS: readonly Row[] = [
  {
    type: 'GateBusyError',
    code: 'ERR_SESSION_GATE_BUSY',
    retry: 'wait',
    begins:
      /^Cannot write "\/srv\/state\/s\.jsonl" synchronously: a wrapped write of run r-1 is open, and a /,
    fields: { runId: 'r-1', openSection: 'a wrapped write' },
    make: (facts) => new GateBusyError({ ...facts, runId: 'r-1', openSection: 'a wrapped write' }),
  },
  {
    type: 'TakeoverError',
    code: 'ERR_SESSION_TAKEOVER',
    retry: 'wait',
    begins:
      /^Cannot go on with "\/srv\/state\/s\.jsonl": someone appended to it without the gate while run r-1 owned it \(120 bytes expected, 260 bytes found\); 2 writes of this run \(80 bytes, up to offset 120\) had reached it$/,
    fields: { runId: 'r-1', change: 'appended', by: 'unknown', ...TAKEN_OVER },
    make: (facts) =>
      new TakeoverError({
        ...facts,
        ...TAKEN_OVER,
        runId: 'r-1',
        change: 'appended',
        by: 'unknown',
      }),
  },
  {
    type: 'TornTranscriptError',
    code: 'ERR_SESSION_TORN_TAIL',
    retry: 'never',
    begins:
      /^Cannot append to "\/srv\/state\/s\.jsonl": its last 14 bytes, from offset 120, are a torn record, .*; cut them with dropTornTail\(\)$/,
    fields: { offsetBytes: 120, lengthBytes: 14 },
    make: (facts) => new TornTranscriptError({ ...facts, offsetBytes: 120, lengthBytes: 14 }),
  },
  {
    type: 'RotateRefusedError',
    code: 'ERR_SESSION_ROTATE_REFUSED',
    retry: 'wait',
    begins:
      /^Cannot move the turn on "\/srv\/state\/s\.jsonl" to "\/srv\/state\/next\.jsonl": it is in use, .*; held by cron run holder-1/,
    fields: { reason: 'owned', nextFile: '/srv/state/next.jsonl' },
    make: (facts) =>
      new RotateRefusedError({ ...facts, reason: 'owned', nextFile: '/srv/state/next.jsonl' }),
  },
  {
    type: 'TranscriptIoError',
    code: 'ERR_SESSION_IO',
    retry: 'wait',
    begins:
      /^Cannot append to "\/srv\/state\/s\.jsonl": its content is as before \(what was behind it\)$/,
    fields: { content: 'old', systemCode: 'ENOSPC' },
    make: (facts) =>
      new TranscriptIoError({
        ...facts,
        action: 'append to',
        content: 'old',
        systemCode: 'ENOSPC',
      }),
  },
];
