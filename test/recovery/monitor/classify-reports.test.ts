import { describe, expect, it } from 'vitest';
import { classifyReport } from '../../../src/recovery/classify.js';
import { reported } from './support/judged.js';

const THRESHOLDS = { warnAfterMs: 100, abortAfterMs: 300 };

describe('classifyReport', () => {
  it.each([
    ['processing', 0, 0, 'healthy', undefined],
    ['processing', 0, 99, 'healthy', undefined],
    ['processing', 0, 100, 'stuck', 'stale_session_state'],
    ['processing', 0, 1e9, 'stuck', 'stale_session_state'],
    ['processing', 2, 99, 'healthy', undefined],
    ['processing', 2, 100, 'stuck', 'queued_work_without_active_run'],
    ['idle', 0, 1e9, 'healthy', undefined],
    ['idle', 1, 99, 'healthy', undefined],
    ['idle', 1, 100, 'stuck', 'queued_work_without_active_run'],
    ['waiting', 0, 1e9, 'waiting', undefined],
    ['waiting', 5, 1e9, 'waiting', undefined],
  ] as const)(
    'a session that was told to be %s with %d queued, %d ms ago, is %s: %s',
    (state, queueDepth, nowMs, health, reason) => {
      const finding = classifyReport(reported({ state, queueDepth }), nowMs, THRESHOLDS);
      expect(finding).toEqual({ health, ...(reason && { reason }), sinceMs: 0 });
    },
  );

  it('counts from the last report', () => {
    const entry = reported({ reportedMs: 1_000 });
    expect(classifyReport(entry, 1_099, THRESHOLDS)).toEqual({ health: 'healthy', sinceMs: 1_000 });
    expect(classifyReport(entry, 1_100, THRESHOLDS)).toMatchObject({
      health: 'stuck',
      sinceMs: 1_000,
    });
  });
});
